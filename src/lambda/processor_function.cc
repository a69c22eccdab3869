// `processor`: runs the tasks that a queue of SQS hands over.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "app/deliveries.h"
#include "aws/queue_event.h"
#include "functions/builtin_host.h"
#include "functions/function_hosts.h"
#include "lambda/handlers.h"
#include "lambda/invoked_functions.h"

namespace ordo::lambda {
namespace {

// Nothing begins when only so much of the invocation is left: an attempt that is cut off counts.
constexpr base::Millis kLeastTime{3'000};
constexpr base::Millis kAtLeastBegins{500};
// A message is hidden for whole seconds, and no longer than this from when it was received.
constexpr std::chrono::seconds kLongestPause{12 * 3600 - 60};
// Of what the dead-letter queue does not take just now.
constexpr base::Millis kPauseOfLetters{5'000};

std::chrono::seconds whole_seconds(base::Millis pause) {
  return std::min(std::chrono::ceil<std::chrono::seconds>(pause), kLongestPause);
}

class Processor : public Function {
 public:
  explicit Processor(Home& home)
      : home_(home),
        deliveries_({home.store(), home.tasks(), home.clock(), home.random(),
                     home.settings().queues,
                     [&log = home.log()](std::string_view what, const base::Error* error) {
                       if (error == nullptr) return;
                       log.write(base::Level::error, fmt::format("{} fails", what),
                                 {{"error", error->message}});
                     }}),
        host_(hosts(), home.clock(), telling()) {}

  aws::HandlerOutcome handle(const aws::RuntimeInvocation& invocation) override {
    const auto messages = aws::read_queue_event(invocation.event);
    if (!messages) return std::unexpected(aws::HandlerError{"BadEvent", messages.error().message});
    std::map<std::string, std::vector<const aws::QueueMessage*>> queues;
    for (const aws::QueueMessage& message : *messages) {
      queues[message.queue_arn].push_back(&message);
    }
    std::vector<std::string> failed;
    for (const auto& [arn, of] : queues) process(of, invocation.deadline, failed);
    return aws::batch_answer(failed);
  }

 private:
  functions::FunctionHosts::ByName hosts() {
    functions::FunctionHosts::ByName hosts;
    for (const auto& [name, queue] : home_.settings().queues) {
      if (hosts.contains(queue.function)) continue;
      hosts.emplace(queue.function, host_of(queue.function));
    }
    return hosts;
  }
  std::unique_ptr<ports::FunctionHost> host_of(const std::string& function) {
    if (function.starts_with(kLambdaPrefix)) {
      return std::make_unique<InvokedFunctions>(
          home_.functions(), function.substr(std::string_view(kLambdaPrefix).size()),
          home_.region(), timeout_of(function), telling());
    }
    functions::BuiltinSpec spec;
    const bool echoes = function == std::string(kBuiltinPrefix) + "echo";
    spec.kind = echoes ? functions::Builtin::echo : functions::Builtin::simulate;
    spec.failure_rate = home_.settings().failure_rate;
    return functions::make_builtin_host(spec, home_.clock(), telling());
  }
  // The longest of the queues that it serves.
  [[nodiscard]] base::Millis timeout_of(const std::string& function) const {
    base::Millis longest{0};
    for (const auto& [name, queue] : home_.settings().queues) {
      if (queue.function != function) continue;
      longest = std::max(longest, home_.settings().places.at(name).timeout);
    }
    return longest;
  }
  ports::OnEnded telling() {
    return [this](std::vector<ports::Ended> all) { deliveries_.ended(std::move(all)); };
  }

  // So that what begins can end: a function of Lambda's within its own time.
  [[nodiscard]] base::MonoTime last_start(base::WallTime deadline,
                                          const std::vector<const aws::QueueMessage*>& of) const {
    base::Millis longest{0};
    for (const aws::QueueMessage* const message : of) {
      const QueueSettings* const place = place_of(*message);
      if (place != nullptr) longest = std::max(longest, place->timeout);
    }
    const base::Millis left = deadline - kLeastTime - home_.clock().wall();
    // Where the processor's time is shorter than the function's, nothing would ever begin.
    return home_.clock().mono() + std::max(left - longest, std::min(left, kAtLeastBegins));
  }

  // Messages of one queue of SQS.
  void process(const std::vector<const aws::QueueMessage*>& messages, base::WallTime deadline,
               std::vector<std::string>& failed) {
    std::vector<app::HandedOver> deliveries;
    std::vector<const aws::QueueMessage*> of;  // each delivery
    GivenBack given_back;
    for (const aws::QueueMessage* const message : messages) {
      const auto subject = aws::subject_of(message->body);
      if (!subject) {
        home_.log().write(
            base::Level::error, "a message of the queue is no task",
            {{"message_id", message->message_id}, {"error", subject.error().message}});
        if (!set_aside(*message, message->message_id)) {
          given_back.add(*message, kPauseOfLetters);
        }
        continue;
      }
      deliveries.push_back({subject->id, subject->sequence, message->group,
                            static_cast<std::uint32_t>(message->receive_count)});
      of.push_back(message);
    }
    const auto settlements = deliveries_.process(host_, deliveries, last_start(deadline, of));
    for (std::size_t i = 0; i < settlements.size(); ++i) {
      settle(*of[i], deliveries[i], settlements[i], given_back);
    }
    failed.insert(failed.end(), given_back.ids.begin(), given_back.ids.end());
    show_again(*messages.front(), given_back.times);
  }

  // What is handed over again, and when. All of it gets a time: SQS hands over nothing of a group
  // while it takes one of its messages to be under way.
  struct GivenBack {
    std::vector<std::string> ids;
    std::vector<aws::SqsVisibility> times;
    void add(const aws::QueueMessage& message, base::Millis pause) {
      ids.push_back(message.message_id);
      times.push_back({message.receipt_handle, whole_seconds(pause)});
    }
  };

  void settle(const aws::QueueMessage& message, const app::HandedOver& task,
              const app::Settlement& settlement, GivenBack& given_back) {
    switch (settlement.kind) {
      case app::Settlement::Kind::done:
        return;
      case app::Settlement::Kind::again:
        home_.log().write(base::Level::info, "a task is handed over again",
                          {{"task_id", task.id.value()},
                           {"lane", message.group},
                           {"pause_ms", std::int64_t{settlement.pause.count()}},
                           {"received", message.receive_count}});
        // What stands behind a head that waits waits with it.
        return given_back.add(message, settlement.pause);
      case app::Settlement::Kind::dead:
        home_.log().write(base::Level::error, "a task is dead",
                          {{"task_id", task.id.value()}, {"lane", message.group}});
        if (!set_aside(message, fmt::format("#{}", task.sequence.value()))) {
          given_back.add(message, kPauseOfLetters);
        }
        return;
    }
  }

  // The queue that a message is of, as its task says, or else by the name at the end of its URL.
  // Null: it is none of ours.
  [[nodiscard]] const QueueSettings* place_of(const aws::QueueMessage& message) const {
    const auto& places = home_.settings().places;
    if (const auto members = base::parse_json_object(message.body)) {
      const auto named =
          places.find(domain::QueueName(std::string(base::text_of(*members, "queue"))));
      if (named != places.end()) return &named->second;
    }
    for (const auto& [name, place] : places) {
      if (place.url.ends_with("/" + message.queue_name)) return &place;
    }
    return nullptr;
  }

  // Into the dead-letter queue, and only then out of this one. Each letter has a group of its own,
  // for people, and the watch, see no more than the first few of a group.
  bool set_aside(const aws::QueueMessage& message, const std::string& name) {
    const QueueSettings* const place = place_of(message);
    if (place == nullptr) return false;
    const std::vector<aws::SqsMessage> letter{{message.body, name, name}};
    const auto sent = home_.queue(place->dead_letter_url).send(letter);
    if (sent.front()) return true;
    home_.log().write(base::Level::error, "the dead-letter queue does not take a message",
                      {{"message_id", message.message_id},
                       {"error", aws::to_error(sent.front().error()).message}});
    return false;
  }

  void show_again(const aws::QueueMessage& any, const std::vector<aws::SqsVisibility>& times) {
    if (times.empty()) return;
    const QueueSettings* const place = place_of(any);
    if (place == nullptr) return;
    for (const auto& shown : home_.queue(place->url).change_visibility(times)) {
      // It comes again when the queue's own time is over.
      if (shown) continue;
      home_.log().write(base::Level::warning, "a pause could not be set",
                        {{"error", aws::to_error(shown.error()).message}});
    }
  }

  Home& home_;
  app::Deliveries deliveries_;
  functions::FunctionHosts host_;
};

}  // namespace

base::Result<std::unique_ptr<Function>> make_processor(Home& home) {
  return std::make_unique<Processor>(home);
}

}  // namespace ordo::lambda
