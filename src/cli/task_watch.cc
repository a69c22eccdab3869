#include "cli/task_watch.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "base/http_rules.h"
#include "base/json.h"
#include "cli/common.h"
#include "cli/event_reader.h"
#include "cli/retry.h"
#include "cli/table.h"
#include "cli/task_text.h"

namespace ordo::cli {
namespace {

using Members = std::vector<base::JsonMember>;

struct WatchChoices {
  Target target;
  std::string queue;
  std::string lane;
  std::string task;
};

// The event that a task's present state stands for. Without an id: it was never told.
std::string event_of_state(const Members& task) {
  std::string out = R"({"type":)";
  base::append_json_string(out, fmt::format("task.{}", text_of(task, "status")));
  for (const auto& [name, from] : {std::pair{"at", "finished_at"}, std::pair{"task_id", "task_id"},
                                   std::pair{"queue", "queue"}, std::pair{"lane", "lane"}}) {
    out += fmt::format(R"(,"{}":)", name);
    base::append_json_string(out, text_of(task, from));
  }
  out += fmt::format(R"(,"sequence":{},"attempt":{},"error":)", text_of(task, "sequence"),
                     text_of(task, "attempts"));
  const std::string_view error = text_of(task, "last_error");
  base::append_json_or_null(out, error.empty() ? std::nullopt : std::optional(error));
  return out + R"(,"next_attempt_at":null})";
}

bool is_last(std::string_view type) {
  return type == "task.succeeded" || type == "task.dead" || type == "task.cancelled";
}

class Watch {
 public:
  Watch(const WatchChoices& given, const Environment& environment)
      : given_(given),
        environment_(environment),
        interrupted_(environment.catch_interrupts ? environment.catch_interrupts()
                                                  : [] { return false; }),
        reader_([this](const ServerEvent& event) { show(event.type, event.data); }) {}

  int run() {
    Remote remote(given_.target.url);
    while (!code_) {
      reader_.restart();
      greeted_ = false;
      const auto answer =
          remote.follow(call(), [this](std::string_view bytes) { return take(bytes); });
      if (code_) break;
      const std::string why = reason(answer);
      if (!known_ || refused_for_good(answer)) {
        tell(why);
        return kFailed;
      }
      wait_after(why);
    }
    return *code_;
  }

 private:
  [[nodiscard]] Call call() const {
    return {.path = "/events",
            .query = {{"queue", given_.queue}, {"lane", given_.lane}, {"task", given_.task}},
            .last_event_id = reader_.last_id()};
  }

  static bool refused_for_good(const base::Result<net::Response>& answer) {
    return answer && answer->status / 100 == 4 && answer->status != 429;
  }

  static std::string reason(const base::Result<net::Response>& answer) {
    if (!answer) return answer.error().message;
    if (base::is_success(answer->status)) return "the server ended the events";
    return problem_text(std::to_string(answer->status), answer->body);
  }

  // What has come of the events; false ends them.
  bool take(std::string_view bytes) {
    if (interrupted_()) code_ = kDone;
    if (code_ || bytes.empty()) return !code_;
    const bool first = !std::exchange(greeted_, true);
    if (first) greet();
    told_ = false;
    if (!code_ && !reader_.feed(bytes)) {
      tell("what the server sends are no events");
      code_ = kFailed;
    }
    if (!code_ && !first && !told_) look_again();
    return !code_;
  }

  // The server hears us from here on: whatever was before this is in the task itself.
  void greet() {
    if (pause_ != kFirstPause || lost_) tell("connected again");
    known_ = true;
    lost_ = false;
    pause_ = kFirstPause;
    if (given_.task.empty()) return;
    if (const auto task = read_task()) {
      show_if_ended(*task);
    } else {
      code_ = complain(task.error());
    }
  }

  // No event tells that a task was deleted: a sign of life without one is the time to look.
  void look_again() {
    if (given_.task.empty()) return;
    if (const auto task = read_task()) {
      show_if_ended(*task);
    } else if (task.error().code == base::ErrorCode::not_found) {
      tell(fmt::format("{} was deleted", given_.task));
      code_ = kFailed;
    }
  }

  base::Result<Members> read_task() {
    Remote remote(given_.target.url);
    const auto body = remote.ask({.path = task_path(given_.task)});
    if (!body) return base::fail(body.error());
    return base::parse_json_object(*body);
  }

  void show_if_ended(const Members& task) {
    const std::string type = fmt::format("task.{}", text_of(task, "status"));
    if (is_last(type)) show(type, event_of_state(task));
  }

  void show(std::string_view type, const std::string& data) {
    if (code_) return;
    told_ = true;
    if (type == "gap") tell("some events were missed");
    if (given_.target.json) {
      write(data + "\n");
    } else if (type != "gap") {
      const auto line = event_line(data);
      write(line ? *line : one_line(data) + "\n");
    }
    if (given_.task.empty() || !is_last(type)) return;
    code_ = type == "task.succeeded" ? kDone : kFailed;
  }

  // Whoever reads this may go at any time: that is an end like Ctrl-C.
  void write(const std::string& text) {
    const bool sent = std::fwrite(text.data(), 1, text.size(), stdout) == text.size();
    if (!sent || std::fflush(stdout) != 0) code_ = kDone;
  }

  void wait_after(const std::string& why) {
    lost_ = true;
    tell(fmt::format("{}; trying again in {:.1f} s", why,
                     std::chrono::duration<double>(pause_).count()));
    for (base::Millis left = pause_; left.count() > 0 && !code_; left -= kSlice) {
      environment_.pause(std::min(left, kSlice));
      if (interrupted_()) code_ = kDone;
    }
    pause_ = std::min(pause_ * 2, kLongestPause);
  }

  const WatchChoices& given_;
  const Environment& environment_;
  std::function<bool()> interrupted_;
  EventReader reader_;
  std::optional<int> code_;  // set: it is over
  bool known_ = false;       // there has been a connection
  bool greeted_ = false;     // on this one
  bool lost_ = false;
  bool told_ = false;  // an event came with what was taken last
  base::Millis pause_ = kFirstPause;
};

}  // namespace

base::Result<std::string> event_line(std::string_view data) {
  const auto event = base::parse_json_object(data);
  if (!event) return base::fail(event.error());
  std::string_view type = text_of(*event, "type");
  if (type.starts_with("task.")) type.remove_prefix(5);
  std::string line =
      fmt::format("{}  {:<9}  {}  queue {}, lane {}, sequence {}", text_of(*event, "at"), type,
                  text_of(*event, "task_id"), text_of(*event, "queue"), text_of(*event, "lane"),
                  text_of(*event, "sequence"));
  const std::string_view attempt = text_of(*event, "attempt");
  if (!attempt.empty() && attempt != "0") line += fmt::format(", attempt {}", attempt);
  if (const auto error = text_of(*event, "error"); !error.empty())
    line += fmt::format(": {}", error);
  if (const auto next = text_of(*event, "next_attempt_at"); !next.empty()) {
    line += fmt::format("; again at {}", next);
  }
  return one_line(line) + "\n";
}

void add_watch(CLI::App& task, const Environment& environment, std::function<int()>& run) {
  CLI::App* const command = task.add_subcommand(
      "watch", "Show what happens to tasks as it happens, a line an event, until Ctrl-C");
  const auto given = make_choices<WatchChoices>();
  given->target.url = environment.url;
  command->add_option("--queue", given->queue, "only tasks of this queue")->check(not_empty());
  command->add_option("--lane", given->lane, "only tasks of this lane")->check(not_empty());
  command
      ->add_option("--task", given->task,
                   "only this task; ends with it: 0 succeeded, 1 dead, cancelled or deleted")
      ->check(not_empty());
  add_target_options(*command, given->target);
  command->footer(
      "Goes on where it was when the server comes back; says so where events were missed.\n");
  command->callback([given, &environment, &run] {
    run = [given, &environment] { return Watch(*given, environment).run(); };
  });
}

}  // namespace ordo::cli
