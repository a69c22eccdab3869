#include "cli/queue_commands.h"

#include <fmt/format.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/limits.h"
#include "base/percent.h"
#include "cli/common.h"
#include "cli/items.h"
#include "cli/queue_top.h"
#include "cli/table.h"
#include "cli/task_text.h"

namespace ordo::cli {
namespace {

struct QueueChoices {
  Target target;
  std::optional<std::size_t> limit;
  std::string queue;
  std::string state;
};

std::string queue_path(std::string_view queue, std::string_view rest = "") {
  return fmt::format("/queues/{}{}", base::percent_encode(queue), rest);
}

void add_queue_list(CLI::App& queue, const Environment& environment, std::function<int()>& run) {
  CLI::App* const command = queue.add_subcommand("list", "List the queues and what is in them");
  const auto given = add_choices<QueueChoices>(*command, environment);
  command->callback([given, &environment, &run] {
    run = [given, &environment] {
      const std::vector<Column> columns{
          {"QUEUE", "name"},    {"ORDERING", "ordering"}, {"PAUSED", "paused"},
          {"QUEUED", "queued"}, {"RUNNING", "running"},   {"WAITING", "waiting"},
          {"DEAD", "dead"},     {"LANES", "lanes"},       {"FUNCTION", "function"}};
      return print_items(given->target, {.path = "/queues"}, columns, {}, environment);
    };
  });
}

void add_queue_show(CLI::App& queue, const Environment& environment, std::function<int()>& run) {
  CLI::App* const command = queue.add_subcommand("show", "Show all of one queue");
  const auto given = add_choices<QueueChoices>(*command, environment);
  command->add_option("QUEUE", given->queue, "its name")->required();
  command->callback([given, &run] {
    run = [given] {
      return ask_and_print(given->target, {.path = queue_path(given->queue)}, object_text);
    };
  });
}

int lanes(const QueueChoices& given, const Environment& environment) {
  Remote remote(given.target.url);
  const auto body =
      remote.ask({.path = queue_path(given.queue, "/lanes"),
                  .query = {{"state", given.state}, {"limit", limit_text(given.limit)}}});
  if (!body) return complain(body.error());
  if (given.target.json) {
    print_json(*body);
    return kDone;
  }
  const auto items = items_text(*body, lane_columns(), true, environment.terminal_size().columns);
  if (!items) return complain(items.error());
  fmt::print("{}", items->table);
  if (!items->more) return kDone;
  const bool can_ask_for_more = items->count < base::kMaxPageItems;
  note(fmt::format("There are more{}",
                   can_ask_for_more ? fmt::format(": -n {}", base::kMaxPageItems) : ""));
  return kDone;
}

void add_lanes(CLI::App& queue, const Environment& environment, std::function<int()>& run) {
  CLI::App* const command = queue.add_subcommand(
      "lanes", "List the lanes of a queue that wait: with which task, why and until when");
  const auto given = add_choices<QueueChoices>(*command, environment);
  given->state = "blocked";
  command->add_option("QUEUE", given->queue, "its name")->required();
  command->add_option("--state", given->state, "only lanes in this state")
      ->check(CLI::IsMember(std::vector<std::string>{"blocked", "ready", "running", "waiting"}))
      ->capture_default_str();
  add_limit_option(*command, given->limit);
  command->callback([given, &environment, &run] {
    run = [given, &environment] { return lanes(*given, environment); };
  });
}

// Pauses or resumes.
void add_queue_switch(CLI::App& queue, const std::string& verb, const std::string& what,
                      const std::string& done, const Environment& environment,
                      std::function<int()>& run) {
  CLI::App* const command = queue.add_subcommand(verb, what);
  const auto given = add_choices<QueueChoices>(*command, environment);
  command->add_option("QUEUE", given->queue, "its name")->required();
  command->callback([given, verb, done, &run] {
    run = [given, verb, done] {
      Remote remote(given->target.url);
      const auto body =
          remote.ask({.method = "POST", .path = queue_path(given->queue, "/" + verb)});
      if (!body) return complain(body.error());
      if (given->target.json) {
        print_json(*body);
      } else {
        fmt::print("{:<9}  {}\n", done, one_line(given->queue));
      }
      return kDone;
    };
  });
}

void add_top(CLI::App& queue, const Environment& environment, std::function<int()>& run) {
  CLI::App* const command = queue.add_subcommand(
      "top", "Show the queues live, once a second, until q or Ctrl-C; once without a terminal");
  const auto given = add_choices<QueueChoices>(*command, environment);
  command->footer("BACKLOG/S is how much more (+) or less (-) is queued or running each second.\n");
  command->callback([given, &environment, &run] {
    run = [given, &environment] { return queue_top(given->target, environment); };
  });
}

}  // namespace

void add_queue_commands(CLI::App& app, const Environment& environment, std::function<int()>& run) {
  CLI::App* const queue = app.add_subcommand("queue", "List, show, watch, pause and resume queues");
  queue->require_subcommand(1);
  add_queue_list(*queue, environment, run);
  add_queue_show(*queue, environment, run);
  add_lanes(*queue, environment, run);
  add_queue_switch(*queue, "pause", "Start no more tasks of a queue; those that run go on",
                   "paused", environment, run);
  add_queue_switch(*queue, "resume", "Start tasks of a paused queue again", "resumed", environment,
                   run);
  add_top(*queue, environment, run);
}

}  // namespace ordo::cli
