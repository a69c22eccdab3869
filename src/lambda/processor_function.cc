// `processor`: runs the tasks that a queue of SQS hands over.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "app/deliveries.h"
#include "aws/embedded_metric.h"
#include "aws/queue_announcer.h"
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
                     [this](std::string_view what, const base::Error* error) {
                       if (error == nullptr) return;
                       ++troubles_;
                       home_.log().write(base::Level::error, fmt::format("{} fails", what),
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

  // One of ours, and its settings.
  using Place = std::pair<const domain::QueueName, QueueSettings>;

  // By the name at the end of its URL. Null: it is none of ours.
  [[nodiscard]] const Place* place_of(const std::string& queue_name) const {
    const auto& places = home_.settings().places;
    const auto found = std::ranges::find_if(
        places, [&](const Place& place) { return place.second.url.ends_with("/" + queue_name); });
    return found == places.end() ? nullptr : &*found;
  }

  // So that what begins can end: a function of Lambda's within its own time.
  [[nodiscard]] base::MonoTime last_start(base::WallTime deadline, const Place& place) const {
    const base::Millis left = deadline - kLeastTime - home_.clock().wall();
    // Where the processor's time is shorter than the function's, nothing would ever begin.
    return home_.clock().mono() +
           std::max(left - place.second.timeout, std::min(left, kAtLeastBegins));
  }

  // Messages of one queue of SQS; `failed` takes those that are to be delivered again.
  void process(const std::vector<const aws::QueueMessage*>& messages, base::WallTime deadline,
               std::vector<std::string>& failed) {
    const Place* const place = place_of(messages.front()->queue_name);
    if (place == nullptr) {
      home_.log().write(base::Level::error, "messages of a queue that is not in ORDO_QUEUES",
                        {{"queue_arn", messages.front()->queue_arn}});
      for (const aws::QueueMessage* const message : messages) failed.push_back(message->message_id);
      return;
    }
    const aws::SqsQueue letters = home_.queue(place->second.dead_letter_url);
    GivenBack given_back;
    std::vector<app::HandedOver> deliveries;
    std::vector<const aws::QueueMessage*> of;  // each delivery
    for (const aws::QueueMessage* const message : messages) {
      const auto subject = aws::subject_of(message->body);
      if (subject) {
        deliveries.push_back({subject->id, subject->sequence, message->group,
                              static_cast<std::uint32_t>(message->receive_count)});
        of.push_back(message);
        continue;
      }
      home_.log().write(base::Level::error, "a message of the queue is no task",
                        {{"message_id", message->message_id}, {"error", subject.error().message}});
      set_aside(*message, message->message_id, letters, given_back);
    }
    const auto settlements = deliveries_.process(host_, deliveries, last_start(deadline, *place));
    for (std::size_t i = 0; i < settlements.size(); ++i) {
      settle(*of[i], deliveries[i], settlements[i], letters, given_back);
    }
    failed.insert(failed.end(), given_back.ids.begin(), given_back.ids.end());
    show_again(home_.queue(place->second.url), given_back.times);
    measure(place->first);
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
              const app::Settlement& settlement, const aws::SqsQueue& letters,
              GivenBack& given_back) {
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
        return set_aside(message, aws::letter_name(task.sequence), letters, given_back);
    }
  }

  // Into the dead-letter queue, and only then out of this one. Each letter has a group of its own,
  // for people, and the watch, see no more than the first few of a group.
  void set_aside(const aws::QueueMessage& message, const std::string& name, aws::SqsQueue letters,
                 GivenBack& given_back) {
    const std::vector<aws::SqsMessage> letter{{message.body, name, name}};
    const auto sent = letters.send(letter);
    if (sent.front()) return;
    ++troubles_;
    home_.log().write(base::Level::error, "the dead-letter queue does not take a message",
                      {{"message_id", message.message_id},
                       {"error", aws::to_error(sent.front().error()).message}});
    given_back.add(message, kPauseOfLetters);
  }

  void show_again(aws::SqsQueue queue, const std::vector<aws::SqsVisibility>& times) {
    for (const auto& shown : queue.change_visibility(times)) {
      // It comes again when the queue's own time is over.
      if (shown) continue;
      ++troubles_;
      home_.log().write(base::Level::warning, "a pause could not be set",
                        {{"error", aws::to_error(shown.error()).message}});
    }
  }

  // Whatever a service failed to do is done later, and the invocation succeeds: this tells of it.
  void measure(const domain::QueueName& queue) {
    const std::uint32_t troubles = troubles_.exchange(0);
    if (troubles == 0) return;
    const std::array metrics{
        aws::EmbeddedMetric{"Troubles", aws::MetricUnit::count, static_cast<double>(troubles)}};
    home_.measure(queue, metrics);
  }

  std::atomic<std::uint32_t> troubles_ = 0;  // of this invocation
  Home& home_;
  app::Deliveries deliveries_;
  functions::FunctionHosts host_;
};

}  // namespace

base::Result<std::unique_ptr<Function>> make_processor(Home& home) {
  return std::make_unique<Processor>(home);
}

}  // namespace ordo::lambda
