#include "cli/task_commands.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <cstdio>
#include <memory>
#include <optional>
#include <vector>

#include "base/limits.h"
#include "cli/common.h"
#include "cli/items.h"
#include "cli/submit_stream.h"
#include "cli/table.h"
#include "cli/task_fields.h"
#include "cli/task_text.h"
#include "cli/task_watch.h"

namespace ordo::cli {
namespace {

const std::vector<std::string>& statuses() {
  static const std::vector<std::string> names{"queued", "running", "succeeded", "dead",
                                              "cancelled"};
  return names;
}

struct TaskSubmission {
  Target target;
  TaskFields fields;
  std::string key;
  StreamOptions stream;
  long retry_seconds = 30;
  // Which of the options are of one task, and which of a stream of them.
  std::vector<const CLI::Option*> of_one, of_many;
};

// "--id, --lane": those that were given.
std::string names_given(const std::vector<const CLI::Option*>& options) {
  std::string names;
  for (const CLI::Option* const option : options) {
    if (option->count() > 0) names += (names.empty() ? "" : ", ") + option->get_name();
  }
  return names;
}

// Says which options the command would have to pass over; false: none.
bool refuse_what_does_not_fit(const TaskSubmission& given) {
  const bool many = given.fields.title == "-";
  const std::string names = names_given(many ? given.of_one : given.of_many);
  if (names.empty()) return false;
  tell(fmt::format("{} {}; see ordo task submit --help", names,
                   many ? "cannot be given with -: each line has its own fields"
                        : "can be given only with -, which reads tasks from standard input"));
  return true;
}

int submit_from_input(const TaskSubmission& given, const Environment& environment) {
  StreamOptions options = given.stream;
  options.retry_for = std::chrono::seconds(given.retry_seconds);
  struct stat state{};
  if (fstat(fileno(stdin), &state) == 0 && S_ISREG(state.st_mode)) {
    options.total_bytes = static_cast<std::uint64_t>(state.st_size);
  }
  Remote remote(given.target.url);
  const StreamOutcome outcome = submit_stream(stdin, remote, environment, options);
  if (given.target.json) {
    fmt::print("{{\"accepted\":{},\"replayed\":{},\"refused\":{},\"complete\":{}}}\n",
               outcome.accepted, outcome.replayed, outcome.refused, outcome.stopped.empty());
  } else {
    fmt::print("{} accepted, {} had been accepted before, {} refused\n", outcome.accepted,
               outcome.replayed, outcome.refused);
  }
  if (!outcome.stopped.empty()) tell(outcome.stopped);
  return outcome.stopped.empty() && outcome.refused == 0 ? kDone : kFailed;
}

int submit_task(const TaskSubmission& given, const Environment& environment) {
  if (refuse_what_does_not_fit(given)) return kWrongUsage;
  if (given.fields.title == "-") return submit_from_input(given, environment);
  auto body = body_of(given.fields);
  if (!body) return complain_of_usage(body.error());
  return ask_and_print(
      given.target,
      {.method = "POST", .path = "/tasks", .body = std::move(*body), .idempotency_key = given.key},
      task_line);
}

void add_stream_options(CLI::App& command, TaskSubmission& given) {
  given.of_many.push_back(
      command.add_option("--batch", given.stream.batch, "with -: tasks a request")
          ->check(CLI::Range(std::size_t{1}, base::kMaxBatchTasks))
          ->capture_default_str());
  given.of_many.push_back(
      command
          .add_option("--retry-for", given.retry_seconds,
                      "with -: seconds to go on while the server is busy or away")
          ->check(CLI::Range(0L, 86'400L))
          ->capture_default_str());
}

void add_task_submit(CLI::App& task, const Environment& environment, std::function<int()>& run) {
  CLI::App* const command =
      task.add_subcommand("submit", "Submit a task, or with - one a line from standard input");
  const auto given = make_choices<TaskSubmission>();
  given->target.url = environment.url;
  command->add_option("TITLE", given->fields.title,
                      "1 to 200 characters; - reads JSON objects, one a line");
  add_content_options(*command, given->fields);
  command->add_option("--id", given->fields.id, "its task_id; without one the server gives one");
  command->add_option("--queue", given->fields.queue, "a configured queue; tasks if not given");
  command->add_option("--lane", given->fields.lane,
                      "tasks of one lane run one after another; main if not given");
  command
      ->add_option("--idempotency-key", given->key,
                   "the same key again submits nothing new for 24 hours")
      ->check(not_empty());
  for (const char* const name : {"--description", "--priority", "--due", "--payload", "--id",
                                 "--queue", "--lane", "--idempotency-key"}) {
    given->of_one.push_back(command->get_option(name));
  }
  add_stream_options(*command, *given);
  add_target_options(*command, given->target);
  command->footer(
      "Examples:\n"
      "  ordo task submit \"Send invoice\" --lane customer-7 --payload '{\"invoice\":17}'\n"
      "  ordo task submit - < tasks.ndjson\n");
  command->callback([given, &environment, &run] {
    run = [=, &environment] { return submit_task(*given, environment); };
  });
}

struct TaskListing {
  Target target;
  Paging paging;
  std::string status, queue, lane, priority, search;
};

int list(const TaskListing& given, const Environment& environment) {
  Remote remote(given.target.url);
  std::string cursor = given.paging.cursor;
  // All of them in as few answers as there can be.
  const std::string limit = given.paging.all && !given.paging.limit
                                ? std::to_string(base::kMaxPageItems)
                                : limit_text(given.paging.limit);
  for (bool first = true;; first = false) {
    const auto body = remote.ask({.path = "/tasks",
                                  .query = {{"status", given.status},
                                            {"queue", given.queue},
                                            {"lane", given.lane},
                                            {"priority", given.priority},
                                            {"q", given.search},
                                            {"limit", limit},
                                            {"cursor", cursor}}});
    if (!body) return complain(body.error());
    const auto page = page_text(*body, first, environment.terminal_size().columns);
    if (!page) return complain(page.error());
    if (given.target.json) {
      print_json(*body);
    } else {
      fmt::print("{}", page->table);
    }
    cursor = page->next_cursor;
    if (cursor.empty()) return kDone;
    // A page may be empty and still have a next one: the server looks at so many tasks a call.
    if (given.paging.all || (page->tasks == 0 && !given.target.json)) continue;
    if (!given.target.json) {
      note(fmt::format("There are more: --all, or --cursor {}", cursor));
    }
    return kDone;
  }
}

void add_task_list(CLI::App& task, const Environment& environment, std::function<int()>& run) {
  CLI::App* const command = task.add_subcommand("list", "List tasks, newest first");
  const auto given = make_choices<TaskListing>();
  given->target.url = environment.url;
  command->add_option("--status", given->status)->check(CLI::IsMember(statuses()));
  command->add_option("--queue", given->queue)->check(not_empty());
  command->add_option("--lane", given->lane)->check(not_empty());
  command->add_option("--priority", given->priority)->check(known_priorities());
  command->add_option("-q,--search", given->search, "text in title, description or payload")
      ->check(not_empty());
  add_paging_options(*command, given->paging);
  add_target_options(*command, given->target);
  command->callback([given, &environment, &run] {
    run = [=, &environment] { return list(*given, environment); };
  });
}

struct NamedTasks {
  Target target;
  std::vector<std::string> ids;
  std::string if_match;
  TaskFields fields;
};

void add_if_match(CLI::App& command, NamedTasks& given) {
  command
      .add_option("--if-match", given.if_match,
                  "only while the task's ETag is this one, quotes included")
      ->check(not_empty());
}

void add_get(CLI::App& task, const Environment& environment, std::function<int()>& run) {
  CLI::App* const command = task.add_subcommand("get", "Show all of one task");
  const auto given = add_choices<NamedTasks>(*command, environment);
  command->add_option("TASK", given->ids, "its task_id")->required()->expected(1);
  command->callback([given, &run] {
    run = [given] {
      return ask_and_print(given->target, {.path = task_path(given->ids.front())}, task_text);
    };
  });
}

int update(const NamedTasks& given) {
  auto body = body_of(given.fields);
  if (!body) return complain_of_usage(body.error());
  if (*body == "{}") {
    tell("say what to change, e.g. --title; see ordo task update --help");
    return kWrongUsage;
  }
  return ask_and_print(given.target,
                       {.method = "PATCH",
                        .path = task_path(given.ids.front()),
                        .body = std::move(*body),
                        .content_type = "application/merge-patch+json",
                        .if_match = given.if_match},
                       task_text);
}

void add_update(CLI::App& task, const Environment& environment, std::function<int()>& run) {
  CLI::App* const command = task.add_subcommand("update", "Change a task that is still queued");
  const auto given = add_choices<NamedTasks>(*command, environment);
  command->add_option("TASK", given->ids, "its task_id")->required()->expected(1);
  command->add_option("--title", given->fields.title, "1 to 200 characters");
  add_content_options(*command, given->fields);
  add_if_match(*command, *given);
  command->footer(
      "--payload is merged: {\"a\":null} takes a out. --due \"\" takes the due date away.\n");
  command->callback([given, &run] { run = [given] { return update(*given); }; });
}

// One call for each id; goes on after a failure, which the exit code tells.
int for_each_id(const NamedTasks& given, std::string_view method, std::string_view verb) {
  Remote remote(given.target.url);
  int worst = kDone;
  for (const std::string& id : given.ids) {
    const auto body = remote.ask(
        {.method = std::string(method), .path = task_path(id, verb), .if_match = given.if_match});
    if (!body) {
      worst = complain({body.error().code, id + ": " + body.error().message});
    } else if (body->empty()) {
      if (!given.target.json) fmt::print("deleted    {}\n", one_line(id));
    } else if (given.target.json) {
      print_json(*body);
    } else if (const auto line = task_line(*body)) {
      fmt::print("{}", *line);
    }
  }
  return worst;
}

void add_cancel(CLI::App& task, const Environment& environment, std::function<int()>& run) {
  CLI::App* const command = task.add_subcommand("cancel", "Cancel tasks; they stay to be seen");
  const auto given = add_choices<NamedTasks>(*command, environment);
  command->add_option("TASK", given->ids, "one task_id or several")->required();
  command->callback(
      [given, &run] { run = [given] { return for_each_id(*given, "POST", "/cancel"); }; });
}

void add_retry(CLI::App& task, const Environment& environment, std::function<int()>& run) {
  CLI::App* const command = task.add_subcommand(
      "retry", "Put dead or cancelled tasks at the end of their lanes, attempts from 0");
  const auto given = add_choices<NamedTasks>(*command, environment);
  command->add_option("TASK", given->ids, "one task_id or several")->required();
  command->callback(
      [given, &run] { run = [given] { return for_each_id(*given, "POST", "/retry"); }; });
}

void add_attempts(CLI::App& task, const Environment& environment, std::function<int()>& run) {
  CLI::App* const command =
      task.add_subcommand("attempts", "List the attempts to run a task, with their outcomes");
  const auto given = add_choices<NamedTasks>(*command, environment);
  command->add_option("TASK", given->ids, "its task_id")->required()->expected(1);
  command->callback([given, &environment, &run] {
    run = [given, &environment] {
      return print_items(given->target, {.path = task_path(given->ids.front(), "/attempts")},
                         attempt_columns(), {}, environment);
    };
  });
}

void add_delete(CLI::App& task, const Environment& environment, std::function<int()>& run) {
  CLI::App* const command =
      task.add_subcommand("delete", "Take tasks out of their lanes and forget them");
  const auto given = add_choices<NamedTasks>(*command, environment);
  command->add_option("TASK", given->ids, "one task_id or several")->required();
  add_if_match(*command, *given);
  command->callback([given, &run] { run = [given] { return for_each_id(*given, "DELETE", ""); }; });
}

}  // namespace

void add_task_commands(CLI::App& app, const Environment& environment, std::function<int()>& run) {
  CLI::App* const task =
      app.add_subcommand("task", "Submit, list, show, change, watch and cancel tasks");
  task->require_subcommand(1);
  add_task_submit(*task, environment, run);
  add_task_list(*task, environment, run);
  add_get(*task, environment, run);
  add_update(*task, environment, run);
  add_attempts(*task, environment, run);
  add_watch(*task, environment, run);
  add_cancel(*task, environment, run);
  add_retry(*task, environment, run);
  add_delete(*task, environment, run);
}

}  // namespace ordo::cli
