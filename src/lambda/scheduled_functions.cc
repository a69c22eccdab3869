// `dead_letters` and `announce`: what is looked after each minute.
#include <fmt/format.h>

#include <array>
#include <string>
#include <utility>

#include "aws/dead_letter_watch.h"
#include "aws/embedded_metric.h"
#include "aws/late_announcements.h"
#include "lambda/handlers.h"

namespace ordo::lambda {
namespace {

std::unexpected<aws::HandlerError> unavailable(const base::Error& error) {
  return std::unexpected(aws::HandlerError{"ServiceUnavailable", error.message});
}

class DeadLetters : public Function {
 public:
  explicit DeadLetters(Home& home)
      : home_(home),
        watch_({home.dynamo(), home.settings().home, home.tasks(), home.store(), home.clock(),
                home.notifier(),
                [&log = home.log()](const domain::Task& task) {
                  log.write(base::Level::error, "dead letter",
                            {{"task_id", task.id.value()},
                             {"queue", task.queue.value()},
                             {"lane", task.lane.value()},
                             {"payload", task.content.payload},
                             {"error", task.last_error.value_or("")},
                             {"attempts", std::int64_t{task.attempts}}});
                },
                [&log = home.log()](const base::Error& error) {
                  log.write(base::Level::error, "dead letters", {{"error", error.message}});
                }}) {}

  aws::HandlerOutcome handle(const aws::RuntimeInvocation& invocation) override {
    std::string answer = "{";
    std::optional<base::Error> failure;
    auto left = static_cast<std::int64_t>(home_.settings().places.size());
    for (const auto& [name, place] : home_.settings().places) {
      aws::SqsQueue letters = home_.queue(place.dead_letter_url);
      // Each queue has its part of the time, half of it to give back what was looked at.
      const base::Millis part = (invocation.deadline - home_.clock().wall()) / (2 * left--);
      const auto report = watch_.look(name, letters, home_.clock().mono() + part);
      if (!report) {
        failure = report.error();
        continue;
      }
      if (report->failure) failure = report->failure;
      measure(name, *report);
      if (answer.size() > 1) answer.push_back(',');
      base::append_json_string(answer, name.value());
      answer += fmt::format(R"(:{{"dead":{},"recorded":{},"told":{}}})", report->dead,
                            report->recorded, report->told);
    }
    // The other queues were looked at all the same.
    if (failure) return unavailable(*failure);
    answer.push_back('}');
    return answer;
  }

 private:
  void measure(const domain::QueueName& queue, const aws::DeadLetterWatch::Report& report) {
    const std::array metrics{
        aws::EmbeddedMetric{"DeadLetters", aws::MetricUnit::count,
                            static_cast<double>(report.dead)},
        aws::EmbeddedMetric{"NewlyDead", aws::MetricUnit::count, static_cast<double>(report.told)}};
    home_.measure(queue, metrics);
  }

  Home& home_;
  aws::DeadLetterWatch watch_;
};

class Announce : public Function {
 public:
  explicit Announce(Home& home)
      : home_(home),
        late_(home.dynamo(), home.settings().home, home.tasks(), home.announcer(), home.clock()) {}

  aws::HandlerOutcome handle(const aws::RuntimeInvocation& invocation) override {
    std::size_t seen = 0;
    std::size_t announced = 0;
    std::vector<domain::TaskId> left_out;
    // What is left is for the next time.
    const base::WallTime last = invocation.deadline - kTimeOfAStep;
    do {
      const auto step = late_.step();
      if (!step) return unavailable(step.error());
      seen += step->seen;
      announced += step->announced;
      left_out.insert(left_out.end(), step->left_out.begin(), step->left_out.end());
      if (step->failure) return unavailable(*step->failure);
      if (!step->more) break;
    } while (home_.clock().wall() < last);
    for (const domain::TaskId& id : left_out) {
      home_.log().write(base::Level::error,
                        "a task was not announced: its queue is not configured; configure it, then "
                        "cancel the task and retry it",
                        {{"task_id", id.value()}});
    }
    return fmt::format(R"({{"seen":{},"announced":{},"left_out":{}}})", seen, announced,
                       left_out.size());
  }

 private:
  static constexpr base::Millis kTimeOfAStep{20'000};
  Home& home_;
  aws::LateAnnouncements late_;
};

}  // namespace

base::Result<std::unique_ptr<Function>> make_dead_letters(Home& home) {
  return std::make_unique<DeadLetters>(home);
}

base::Result<std::unique_ptr<Function>> make_announce(Home& home) {
  return std::make_unique<Announce>(home);
}

}  // namespace ordo::lambda
