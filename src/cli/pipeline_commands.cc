#include "cli/pipeline_commands.h"

#include <fmt/format.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/iso8601.h"
#include "base/json.h"
#include "base/percent.h"
#include "cli/common.h"
#include "cli/execution_commands.h"
#include "cli/execution_follow.h"
#include "cli/items.h"
#include "cli/json_argument.h"
#include "cli/table.h"

namespace ordo::cli {
namespace {

using Members = std::vector<base::JsonMember>;
using Rows = std::vector<std::vector<std::string>>;

struct PipelineChoices {
  Target target;
  std::string name;
  std::optional<std::string> input;
  std::optional<std::string> execution_name;
  bool follow = false;
};

std::string pipeline_path(std::string_view name, std::string_view verb = "") {
  return fmt::format("/pipelines/{}{}", base::percent_encode(name), verb);
}

void add_name(CLI::App& command, std::string& name) {
  command.add_option("PIPELINE", name, "its name")->required()->check(not_empty());
}

// The moments that are listed at `schedule`, none without one.
std::vector<std::string> firings_of(std::string_view schedule) {
  std::vector<std::string> out;
  const auto members = base::parse_json_object(schedule);
  if (!members) return out;
  const auto next = base::parse_json_array(text_of(*members, "next"));
  if (!next) return out;
  for (const base::JsonMember& one : *next) out.push_back(one.text);
  return out;
}

base::Result<Items> list_text(std::string_view body, bool first, std::size_t columns) {
  const auto page = base::parse_json_object(body);
  if (!page) return base::fail(page.error());
  const auto items = base::parse_json_array(text_of(*page, "items"));
  if (!items) return base::fail(items.error());
  Rows rows;
  rows.reserve(items->size());
  for (const base::JsonMember& element : *items) {
    const auto pipeline = base::parse_json_object(element.text);
    if (!pipeline) return base::fail(pipeline.error());
    const std::vector<std::string> firings = firings_of(text_of(*pipeline, "schedule"));
    const std::string_view paused = text_of(*pipeline, "paused");
    std::string next = firings.empty() ? "" : firings.front();
    if (!next.empty() && paused == "true") next = "paused";
    rows.push_back({one_line(text_of(*pipeline, "name")), one_line(paused), one_line(next),
                    one_line(text_at(*pipeline, "schedule.timezone")),
                    one_line(text_at(*pipeline, "schedule.expression"))});
  }
  Items out;
  out.count = rows.size();
  out.table = table({"PIPELINE", "PAUSED", "NEXT", "TIMEZONE", "SCHEDULE"}, first, rows, columns);
  return out;
}

void add_pipeline_list(CLI::App& pipeline, const Environment& environment,
                       std::function<int()>& run) {
  CLI::App* const command =
      pipeline.add_subcommand("list", "List the pipelines and when they start by themselves");
  const auto given = add_choices<PipelineChoices>(*command, environment);
  command->callback([given, &environment, &run] {
    run = [given, &environment] {
      return print_pages(given->target, {.path = "/pipelines"}, {},
                         [&environment](std::string_view body, bool first) {
                           return list_text(body, first, environment.terminal_size().columns);
                         });
    };
  });
}

std::string states_of(const Members& definition) {
  std::string out;
  const auto states = base::parse_json_object(text_of(definition, "States"));
  if (!states) return out;
  for (const base::JsonMember& state : *states) out += (out.empty() ? "" : ", ") + state.key;
  return out;
}

std::string firings_text(const Members& pipeline, const Environment& environment) {
  const std::vector<std::string> firings = firings_of(text_of(pipeline, "schedule"));
  if (firings.empty()) return "";
  const std::string zone = text_at(pipeline, "schedule.timezone");
  Rows rows;
  // Else both columns would say the same.
  bool known = zone != "UTC" && zone != "Etc/UTC";
  for (const std::string& firing : firings) {
    const auto at = base::parse_time(firing);
    const auto local = at ? environment.local_time(zone, *at) : std::nullopt;
    known = known && local;
    rows.push_back({one_line(local.value_or("")), one_line(firing)});
  }
  const std::size_t columns = environment.terminal_size().columns;
  if (known) return "\n" + table({"NEXT IN " + one_line(zone), "UTC"}, true, rows, columns);
  // UTC, or a zone that this machine does not know.
  for (auto& row : rows) row.erase(row.begin());
  return "\n" + table({"NEXT IN UTC"}, true, rows, columns);
}

base::Result<std::string> pipeline_text(std::string_view body, const Environment& environment) {
  const auto pipeline = base::parse_json_object(body);
  if (!pipeline) return base::fail(pipeline.error());
  const auto definition = base::parse_json_object(text_of(*pipeline, "definition"));
  if (!definition) return base::fail(definition.error());
  std::vector<std::pair<std::string, std::string>> values{
      {"name", std::string(text_of(*pipeline, "name"))},
      {"paused", std::string(text_of(*pipeline, "paused"))},
      {"comment", std::string(text_of(*definition, "Comment"))},
      {"start_at", std::string(text_of(*definition, "StartAt"))},
      {"states", states_of(*definition)}};
  if (text_of(*pipeline, "schedule").empty()) {
    values.emplace_back("schedule", "none");
    return listing(values);
  }
  for (const char* const member : {"expression", "timezone", "jitter_seconds", "missed", "input"}) {
    const std::string path = std::string("schedule.") + member;
    values.emplace_back(path, text_at(*pipeline, path));
  }
  return listing(values) + firings_text(*pipeline, environment);
}

int show(const PipelineChoices& given, const Environment& environment) {
  Remote remote(given.target.url);
  const auto body = remote.ask({.path = pipeline_path(given.name)});
  if (!body) return complain(body.error());
  if (given.target.json) {
    print_json(*body);
    return kDone;
  }
  const auto text = pipeline_text(*body, environment);
  if (!text) return complain(text.error());
  fmt::print("{}", *text);
  return kDone;
}

void add_pipeline_show(CLI::App& pipeline, const Environment& environment,
                       std::function<int()>& run) {
  CLI::App* const command =
      pipeline.add_subcommand("show", "Show one pipeline and its next ten firings");
  const auto given = add_choices<PipelineChoices>(*command, environment);
  add_name(*command, given->name);
  command->footer("--json shows its whole definition, too.\n");
  command->callback([given, &environment, &run] {
    run = [given, &environment] { return show(*given, environment); };
  });
}

int start(const PipelineChoices& given, const Environment& environment) {
  std::string body = "{";
  if (given.execution_name) {
    body += R"("name":)";
    base::append_json_string(body, *given.execution_name);
  }
  if (given.input) {
    const auto input = json_argument("--input", *given.input, StandardInput::allowed);
    if (!input) return complain_of_usage(input.error());
    body += fmt::format(R"({}"input":{})", given.execution_name ? "," : "", *input);
  }
  body += "}";
  Remote remote(given.target.url);
  const auto started = remote.ask({.method = "POST",
                                   .path = pipeline_path(given.name, "/executions"),
                                   .body = std::move(body)});
  if (!started) return complain(started.error());
  const auto execution = base::parse_json_object(*started);
  if (!execution) return complain(execution.error());
  if (given.target.json && !given.follow) {
    print_json(*started);
  } else if (!given.target.json) {
    const auto line = execution_line(*started);
    if (!line) return complain(line.error());
    fmt::print("{}", *line);
  }
  if (!given.follow) return kDone;
  return follow_execution(given.target, given.name,
                          std::string(text_of(*execution, "execution_id")), environment);
}

void add_run(CLI::App& pipeline, const Environment& environment, std::function<int()>& run) {
  CLI::App* const command = pipeline.add_subcommand("run", "Start an execution of a pipeline");
  const auto given = add_choices<PipelineChoices>(*command, environment);
  add_name(*command, given->name);
  command->add_option("--input", given->input,
                      "JSON, @FILE with it, or - for standard input ({} if not given)");
  command
      ->add_option("--name", given->execution_name,
                   "its name; with the same name and input nothing new is started")
      ->check(not_empty());
  command->add_flag("--follow", given->follow,
                    "show its steps as they happen; ends with it: 0 succeeded, 1 otherwise");
  command->footer(
      "With --follow, --json prints the events of its history, one a line.\n"
      "Example:\n"
      "  ordo pipeline run orders --name today --follow\n");
  command->callback([given, &environment, &run] {
    run = [given, &environment] { return start(*given, environment); };
  });
}

// Pauses or resumes.
void add_pipeline_switch(CLI::App& pipeline, const std::string& verb, const std::string& what,
                         const std::string& done, const Environment& environment,
                         std::function<int()>& run) {
  CLI::App* const command = pipeline.add_subcommand(verb, what);
  const auto given = add_choices<PipelineChoices>(*command, environment);
  add_name(*command, given->name);
  command->callback([given, verb, done, &run] {
    run = [given, verb, done] {
      Remote remote(given->target.url);
      const auto body =
          remote.ask({.method = "POST", .path = pipeline_path(given->name, "/" + verb)});
      if (!body) return complain(body.error());
      if (given->target.json) {
        print_json(*body);
      } else {
        fmt::print("{:<9}  {}\n", done, one_line(given->name));
      }
      return kDone;
    };
  });
}

}  // namespace

void add_pipeline_commands(CLI::App& app, const Environment& environment,
                           std::function<int()>& run) {
  CLI::App* const pipeline =
      app.add_subcommand("pipeline", "List, show, run, pause, resume and check pipelines");
  pipeline->require_subcommand(1);
  add_pipeline_list(*pipeline, environment, run);
  add_pipeline_show(*pipeline, environment, run);
  add_run(*pipeline, environment, run);
  add_pipeline_switch(*pipeline, "pause", "Let a schedule fire no more; what runs goes on",
                      "paused", environment, run);
  add_pipeline_switch(*pipeline, "resume", "Let the schedule of a paused pipeline fire again",
                      "resumed", environment, run);
}

}  // namespace ordo::cli
