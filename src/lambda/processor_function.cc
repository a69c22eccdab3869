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
// A message is hidden for whole seconds, and no longer than this from when it was received.
constexpr std::chrono::seconds kLongestPause{12 * 3600 - 60};
// Of a message that nobody understands, until SQS gives it up.
constexpr base::Millis kPauseOfUnreadable{60'000};

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
          home_.region(), telling());
    }
    functions::BuiltinSpec spec;
    const bool echoes = function == std::string(kBuiltinPrefix) + "echo";
    spec.kind = echoes ? functions::Builtin::echo : functions::Builtin::simulate;
    spec.failure_rate = home_.settings().failure_rate;
    return functions::make_builtin_host(spec, home_.clock(), telling());
  }
  ports::OnEnded telling() {
    return [this](std::vector<ports::Ended> all) { deliveries_.ended(std::move(all)); };
  }

  [[nodiscard]] base::MonoTime last_start(base::WallTime deadline) const {
    return home_.clock().mono() + (deadline - kLeastTime - home_.clock().wall());
  }

  // Messages of one queue of SQS.
  void process(const std::vector<const aws::QueueMessage*>& messages, base::WallTime deadline,
               std::vector<std::string>& failed) {
    std::vector<app::HandedOver> deliveries;
    std::vector<const aws::QueueMessage*> of;  // each delivery
    std::vector<std::string> stopped;          // groups, by a message that nobody understands
    std::vector<aws::SqsVisibility> pauses;
    for (const aws::QueueMessage* const message : messages) {
      if (std::ranges::find(stopped, message->group) != stopped.end()) {
        failed.push_back(message->message_id);
        continue;
      }
      const auto subject = aws::subject_of(message->body);
      if (!subject) {
        home_.log().write(
            base::Level::error, "a message of the queue is no task",
            {{"message_id", message->message_id}, {"error", subject.error().message}});
        stopped.push_back(message->group);
        failed.push_back(message->message_id);
        pauses.push_back({message->receipt_handle, whole_seconds(kPauseOfUnreadable)});
        continue;
      }
      deliveries.push_back({subject->id, subject->sequence, message->group});
      of.push_back(message);
    }
    const auto settlements = deliveries_.process(host_, deliveries, last_start(deadline));
    std::vector<std::size_t> dead;
    for (std::size_t i = 0; i < settlements.size(); ++i) {
      const app::Settlement& settlement = settlements[i];
      if (settlement.kind == app::Settlement::Kind::dead) dead.push_back(i);
      if (settlement.kind != app::Settlement::Kind::again) continue;
      failed.push_back(of[i]->message_id);
      // What stands behind a head that waits waits with it.
      if (settlement.is_head) {
        pauses.push_back({of[i]->receipt_handle, whole_seconds(settlement.pause)});
      }
      tell(*of[i], deliveries[i], settlement);
    }
    set_aside(dead, of, deliveries, failed);
    hide(*messages.front(), pauses);
  }

  void tell(const aws::QueueMessage& message, const app::HandedOver& delivery,
            const app::Settlement& settlement) {
    home_.log().write(base::Level::info, "a task is handed over again",
                      {{"task_id", delivery.id.value()},
                       {"lane", message.group},
                       {"pause_ms", std::int64_t{settlement.pause.count()}},
                       {"received", message.receive_count}});
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

  // Into the dead-letter queue, and only then out of this one: those that could not be put there
  // are handed over again, and their tasks are dead by then.
  void set_aside(const std::vector<std::size_t>& dead,
                 const std::vector<const aws::QueueMessage*>& of,
                 const std::vector<app::HandedOver>& deliveries, std::vector<std::string>& failed) {
    for (const std::size_t i : dead) {
      const aws::QueueMessage& message = *of[i];
      home_.log().write(base::Level::error, "a task is dead",
                        {{"task_id", deliveries[i].id.value()}, {"lane", message.group}});
      const QueueSettings* const place = place_of(message);
      if (place == nullptr) continue;
      aws::SqsQueue letters = home_.queue(place->dead_letter_url);
      const std::vector<aws::SqsMessage> letter{
          {message.body, message.group, fmt::format("#{}", deliveries[i].sequence.value())}};
      const auto sent = letters.send(letter);
      if (sent.front()) continue;
      home_.log().write(base::Level::error, "the dead-letter queue does not take a message",
                        {{"task_id", deliveries[i].id.value()},
                         {"error", aws::to_error(sent.front().error()).message}});
      failed.push_back(message.message_id);
      // Its lane must not overtake it here.
      for (std::size_t behind = i + 1; behind < of.size(); ++behind) {
        const bool same = of[behind]->group == message.group;
        if (same && std::ranges::find(failed, of[behind]->message_id) == failed.end()) {
          failed.push_back(of[behind]->message_id);
        }
      }
    }
  }

  void hide(const aws::QueueMessage& any, const std::vector<aws::SqsVisibility>& pauses) {
    if (pauses.empty()) return;
    const QueueSettings* const place = place_of(any);
    if (place == nullptr) return;
    for (const auto& hidden : home_.queue(place->url).change_visibility(pauses)) {
      // It comes again when the queue's own time is over.
      if (hidden) continue;
      home_.log().write(base::Level::warning, "a pause could not be set",
                        {{"error", aws::to_error(hidden.error()).message}});
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
