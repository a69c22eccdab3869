#include "cli/dead_commands.h"

#include <fmt/format.h>

#include <memory>
#include <string>
#include <vector>

#include "base/json.h"
#include "cli/common.h"
#include "cli/items.h"
#include "cli/table.h"
#include "cli/task_text.h"

namespace ordo::cli {
namespace {

struct DeadChoices {
  Target target;
  Paging paging;
  std::string queue;
  std::vector<std::string> ids;
  bool yes = false;
};

void add_dead_list(CLI::App& dead, const Environment& environment, std::function<int()>& run) {
  CLI::App* const command =
      dead.add_subcommand("list", "List the tasks that failed for good, with their last error");
  const auto given = add_choices<DeadChoices>(*command, environment);
  command->add_option("--queue", given->queue, "only those of this queue")->check(not_empty());
  add_paging_options(*command, given->paging);
  command->callback([given, &environment, &run] {
    run = [given, &environment] {
      const std::vector<Column> columns{{"DIED", "finished_at"},  {"TASK", "task_id"},
                                        {"QUEUE", "queue"},       {"LANE", "lane"},
                                        {"ATTEMPTS", "attempts"}, {"ERROR", "last_error"}};
      return print_items(given->target,
                         {.path = "/dead-letters", .query = {{"queue", given->queue}}}, columns,
                         given->paging, environment);
    };
  });
}

int show(const DeadChoices& given, const Environment& environment) {
  Remote remote(given.target.url);
  const std::string& id = given.ids.front();
  const auto task = remote.ask({.path = task_path(id)});
  if (!task) return complain(task.error());
  const auto members = base::parse_json_object(*task);
  if (!members) return complain(members.error());
  if (const auto status = text_of(*members, "status"); status != "dead") {
    tell(fmt::format("{} is not dead but {}; see ordo task get", id, status));
    return kFailed;
  }
  const auto attempts = remote.ask({.path = task_path(id, "/attempts")});
  if (!attempts) return complain(attempts.error());
  if (given.target.json) {
    print_json(fmt::format(R"({{"task":{},"attempts":{}}})", *task, *attempts));
    return kDone;
  }
  const auto fields = task_text(*task);
  if (!fields) return complain(fields.error());
  const auto history =
      items_text(*attempts, attempt_columns(), true, environment.terminal_size().columns);
  if (!history) return complain(history.error());
  fmt::print("{}\n{}", *fields, history->table);
  return kDone;
}

void add_dead_show(CLI::App& dead, const Environment& environment, std::function<int()>& run) {
  CLI::App* const command =
      dead.add_subcommand("show", "Show all of one dead task, with every attempt's error");
  const auto given = add_choices<DeadChoices>(*command, environment);
  command->add_option("TASK", given->ids, "its task_id")->required()->expected(1);
  command->callback([given, &environment, &run] {
    run = [given, &environment] { return show(*given, environment); };
  });
}

// Prints "3 redriven", or the answer.
int ask_for_count(const DeadChoices& given, const Call& call, std::string_view member) {
  Remote remote(given.target.url);
  const auto body = remote.ask(call);
  if (!body) return complain(body.error());
  if (given.target.json) {
    print_json(*body);
    return kDone;
  }
  const auto answer = base::parse_json_object(*body);
  if (!answer) return complain(answer.error());
  fmt::print("{} {}\n", one_line(text_of(*answer, member)), member);
  return kDone;
}

int redrive(const DeadChoices& given) {
  std::string body = "{";
  // Ids say themselves which queues they are of.
  if (given.ids.empty() || !given.queue.empty()) {
    body += R"("queue":)";
    base::append_json_string(body, given.queue.empty() ? "tasks" : given.queue);
  }
  if (!given.ids.empty()) {
    body += body.size() > 1 ? R"(,"task_ids":[)" : R"("task_ids":[)";
    for (const std::string& id : given.ids) {
      if (body.back() != '[') body.push_back(',');
      base::append_json_string(body, id);
    }
    body.push_back(']');
  }
  body.push_back('}');
  return ask_for_count(given,
                       {.method = "POST", .path = "/dead-letters/redrive", .body = std::move(body)},
                       "redriven");
}

void add_dead_redrive(CLI::App& dead, const Environment& environment, std::function<int()>& run) {
  CLI::App* const command = dead.add_subcommand(
      "redrive", "Put dead tasks back into their lanes, in their original order");
  const auto given = add_choices<DeadChoices>(*command, environment);
  command
      ->add_option("--queue", given->queue,
                   "the queue that they are of; tasks if neither it nor a TASK is given")
      ->check(not_empty());
  command->add_option("TASK", given->ids, "only these; without any, all of the queue");
  command->callback([given, &run] { run = [given] { return redrive(*given); }; });
}

int purge(const DeadChoices& given, const Environment& environment) {
  if (!given.yes) {
    if (!environment.ask) {
      tell("this forgets every dead task of the queue for good: say --yes");
      return kWrongUsage;
    }
    const auto answer = environment.ask(
        fmt::format("Forget every dead task of queue {} for good? [y/N] ", one_line(given.queue)));
    if (answer != "y" && answer != "yes") {
      tell("nothing was purged");
      return kFailed;
    }
  }
  return ask_for_count(
      given, {.method = "DELETE", .path = "/dead-letters", .query = {{"queue", given.queue}}},
      "purged");
}

void add_purge(CLI::App& dead, const Environment& environment, std::function<int()>& run) {
  CLI::App* const command =
      dead.add_subcommand("purge", "Forget all the dead tasks of a queue for good");
  const auto given = add_choices<DeadChoices>(*command, environment);
  command->add_option("--queue", given->queue, "the queue")->required()->check(not_empty());
  command->add_flag("-y,--yes", given->yes, "do not ask");
  command->callback([given, &environment, &run] {
    run = [given, &environment] { return purge(*given, environment); };
  });
}

}  // namespace

void add_dead_commands(CLI::App& app, const Environment& environment, std::function<int()>& run) {
  CLI::App* const dead =
      app.add_subcommand("dead", "List, show, put back and forget the tasks that failed for good");
  dead->require_subcommand(1);
  add_dead_list(*dead, environment, run);
  add_dead_show(*dead, environment, run);
  add_dead_redrive(*dead, environment, run);
  add_purge(*dead, environment, run);
}

}  // namespace ordo::cli
