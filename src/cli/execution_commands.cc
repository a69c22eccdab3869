#include "cli/execution_commands.h"

#include <fmt/format.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/json.h"
#include "cli/common.h"
#include "cli/execution_follow.h"
#include "cli/execution_history.h"
#include "cli/items.h"
#include "cli/table.h"
#include "cli/task_text.h"

namespace ordo::cli {
namespace {

struct ExecutionListing {
  Target target;
  Paging paging;
  std::string pipeline;
  std::string status;
};

// From here on an execution of a schedule fits with all its columns.
constexpr std::size_t kWideForExecutions = 140;

// By the terminal's width alone, so that every page has the same columns. A narrow one has room for
// a whole execution_id, which is what other commands want to be told.
const std::vector<Column>& list_columns(std::size_t width) {
  static const std::vector<Column> all{
      {"STARTED", "started_at"}, {"EXECUTION", "execution_id", true},
      {"STATUS", "status"},      {"PIPELINE", "pipeline"},
      {"NAME", "name"},          {"ERROR", "error"}};
  static const std::vector<Column> few{{"EXECUTION", "execution_id"},
                                       {"STATUS", "status"},
                                       {"PIPELINE", "pipeline"},
                                       {"NAME", "name"}};
  return width == 0 || width >= kWideForExecutions ? all : few;
}

void add_execution_list(CLI::App& execution, const Environment& environment,
                        std::function<int()>& run) {
  CLI::App* const command = execution.add_subcommand("list", "List executions, newest first");
  const auto given = add_choices<ExecutionListing>(*command, environment);
  command->add_option("--pipeline", given->pipeline, "only of this pipeline")->check(not_empty());
  command->add_option("--status", given->status)
      ->check(CLI::IsMember(
          std::vector<std::string>{"running", "succeeded", "failed", "timed_out", "stopped"}));
  add_paging_options(*command, given->paging);
  command->callback([given, &environment, &run] {
    run = [given, &environment] {
      return print_items(given->target,
                         {.path = "/executions",
                          .query = {{"pipeline", given->pipeline}, {"status", given->status}}},
                         list_columns, given->paging, environment);
    };
  });
}

struct NamedExecution {
  Target target;
  std::string id;
  std::optional<std::string> error;
  std::optional<std::string> cause;
};

void add_id(CLI::App& command, std::string& id) {
  command.add_option("EXECUTION", id, "its execution_id")->required()->check(not_empty());
}

void add_execution_show(CLI::App& execution, const Environment& environment,
                        std::function<int()>& run) {
  CLI::App* const command = execution.add_subcommand("show", "Show all of one execution");
  const auto given = add_choices<NamedExecution>(*command, environment);
  add_id(*command, given->id);
  command->callback([given, &run] {
    run = [given] {
      // As of a task: a line a field.
      return ask_and_print(given->target, {.path = execution_path(given->id)}, task_text);
    };
  });
}

struct HistoryChoices {
  Target target;
  Paging paging;
  std::string id;
  bool full = false;
};

using Row = std::vector<std::string>;

// Each event with all that it says, the details under it.
std::string full_text(const Row& row, const ToldEvent& event) {
  std::string out;
  for (const std::string& cell : row) {
    if (!cell.empty()) out += (out.empty() ? "" : "  ") + cell;
  }
  out.push_back('\n');
  const auto details = base::parse_json_object(event.details);
  if (!details) return out;
  std::vector<std::pair<std::string, std::string>> values;
  for (const base::JsonMember& member : *details) {
    // They say only that nothing was cut, which is so always.
    if (member.kind == base::JsonKind::object && member.key.ends_with("Details")) continue;
    values.emplace_back("    " + member.key, member.text);
  }
  return out + listing(values);
}

// The page without its table: either as `full` text, or added to `rows`.
base::Result<Items> take_history(HistoryTeller& teller, std::string_view body, bool full,
                                 std::vector<Row>& rows) {
  const auto page = base::parse_json_object(body);
  if (!page) return base::fail(page.error());
  const auto items = base::parse_json_array(text_of(*page, "items"));
  if (!items) return base::fail(items.error());
  Items out;
  out.count = items->size();
  out.next_cursor = text_of(*page, "next_cursor");
  for (const base::JsonMember& item : *items) {
    const auto event = teller.tell(item.text);
    if (!event) return base::fail(event.error());
    Row row{std::to_string(event->id), one_line(event->at), one_line(event->type),
            one_line(event->state), seconds_text(event->took)};
    if (full) {
      out.table += full_text(row, *event);
      continue;
    }
    row.push_back(one_line(event->failure));
    rows.push_back(std::move(row));
  }
  return out;
}

int history(const HistoryChoices& given, const Environment& environment) {
  HistoryTeller teller;
  std::vector<Row> rows;
  const auto text_of_rows = [&](bool with_header) {
    return table({"ID", "TIME", "TYPE", "STATE", "TOOK", "ERROR"}, with_header,
                 std::exchange(rows, {}), environment.terminal_size().columns);
  };
  const bool tells_full = given.full || given.target.json;
  const int code = print_pages(given.target, {.path = execution_path(given.id, "/history")},
                               given.paging, [&](std::string_view body, bool first) {
                                 auto page = take_history(teller, body, tells_full, rows);
                                 if (page && !tells_full && !given.paging.all)
                                   page->table = text_of_rows(first);
                                 return page;
                               });
  // What several pages have is one table, also when not all of them came.
  if (!rows.empty()) fmt::print("{}", text_of_rows(true));
  return code;
}

void add_history(CLI::App& execution, const Environment& environment, std::function<int()>& run) {
  CLI::App* const command =
      execution.add_subcommand("history", "Show what happened in an execution, a line an event");
  const auto given = add_choices<HistoryChoices>(*command, environment);
  add_id(*command, given->id);
  command->add_flag("--full", given->full, "with inputs, outputs and all other details");
  add_paging_options(*command, given->paging);
  command->callback([given, &environment, &run] {
    run = [given, &environment] { return history(*given, environment); };
  });
}

struct GraphChoices {
  std::string url;
  std::string id;
  bool dot = false;
};

void add_graph(CLI::App& execution, const Environment& environment, std::function<int()>& run) {
  CLI::App* const command = execution.add_subcommand(
      "graph", "Draw the state machine of an execution with the path taken, as SVG");
  const auto given = make_choices<GraphChoices>();
  given->url = environment.url;
  command->add_option("--url", given->url, "the server (or ORDO_URL)")->capture_default_str();
  add_id(*command, given->id);
  command->add_flag("--dot", given->dot, "for Graphviz instead");
  command->callback([given, &run] {
    run = [given] {
      const auto drawn = Remote(given->url)
                             .ask({.path = execution_path(given->id, "/graph"),
                                   .query = {{"format", given->dot ? "dot" : "svg"}}});
      if (!drawn) return complain(drawn.error());
      fmt::print("{}", *drawn);
      return kDone;
    };
  });
}

std::string reason_body(const NamedExecution& given) {
  std::string body;
  const auto add = [&body](std::string_view name, const std::optional<std::string>& value) {
    if (!value) return;
    body += fmt::format("{}\"{}\":", body.empty() ? "{" : ",", name);
    base::append_json_string(body, *value);
  };
  add("error", given.error);
  add("cause", given.cause);
  return body.empty() ? "{}" : body + "}";
}

void add_stop(CLI::App& execution, const Environment& environment, std::function<int()>& run) {
  CLI::App* const command = execution.add_subcommand("stop", "Stop an execution");
  const auto given = add_choices<NamedExecution>(*command, environment);
  add_id(*command, given->id);
  command->add_option("--error", given->error, "the error's name, for those who read of it");
  command->add_option("--cause", given->cause, "why, in more words");
  command->callback([given, &run] {
    run = [given] {
      return ask_and_print(given->target,
                           {.method = "POST",
                            .path = execution_path(given->id, "/stop"),
                            .body = reason_body(*given)},
                           execution_line);
    };
  });
}

void add_execution_redrive(CLI::App& execution, const Environment& environment,
                           std::function<int()>& run) {
  CLI::App* const command = execution.add_subcommand(
      "redrive", "Let an execution that has not succeeded go on from where it failed");
  const auto given = add_choices<NamedExecution>(*command, environment);
  add_id(*command, given->id);
  command->callback([given, &run] {
    run = [given] {
      return ask_and_print(given->target,
                           {.method = "POST", .path = execution_path(given->id, "/redrive")},
                           execution_line);
    };
  });
}

}  // namespace

base::Result<std::string> execution_line(std::string_view body) {
  const auto execution = base::parse_json_object(body);
  if (!execution) return base::fail(execution.error());
  return one_line(fmt::format("{:<9}  {}  pipeline {}, name {}", text_of(*execution, "status"),
                              text_of(*execution, "execution_id"), text_of(*execution, "pipeline"),
                              text_of(*execution, "name"))) +
         "\n";
}

void add_execution_commands(CLI::App& app, const Environment& environment,
                            std::function<int()>& run) {
  CLI::App* const execution =
      app.add_subcommand("execution", "List, show, draw, stop and redrive executions of pipelines");
  execution->require_subcommand(1);
  add_execution_list(*execution, environment, run);
  add_execution_show(*execution, environment, run);
  add_history(*execution, environment, run);
  add_graph(*execution, environment, run);
  add_stop(*execution, environment, run);
  add_execution_redrive(*execution, environment, run);
}

}  // namespace ordo::cli
