#include "ordo/function_reader.h"

#include <fmt/format.h>

#include <chrono>
#include <cstdint>
#include <limits>

#include "domain/queue.h"
#include "functions/lambda_environment.h"
#include "functions/program_path.h"
#include "ordo/address_reader.h"

namespace ordo::program {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;

void read_builtin(TableReader& reader, Function& function) {
  reader.choice("builtin", function.builtin, {"simulate", "echo"});
  reader.number("failure_rate", function.failure_rate, 0, 1);
  if (function.builtin == "echo" && reader.has("failure_rate")) {
    reader.complain("failure_rate", "only \"simulate\" fails; \"echo\" never does");
  }
  reader.duration("latency", function.latency, milliseconds(0), hours(1));
  function.max_latency = function.latency;
  reader.duration("max_latency", function.max_latency, function.latency, hours(1));
  reader.integer("seed", function.seed, 0, std::numeric_limits<std::int64_t>::max());
}

// Variables for its processes.
void read_environment(const toml::table& variables, const std::string& name,
                      const Environment& environment, Function& function, Faults& faults) {
  TableReader own(&variables, fmt::format("[functions.{}] environment", name), faults);
  for (const auto& [key, node] : variables) {
    const std::string variable(key.str());
    if (variable.empty() || variable.find_first_of(std::string_view("=\0", 2)) != variable.npos) {
      own.complain(variable, "no variable can have this name");
    }
    own.text(variable, function.environment[variable]);
    resolve_variable(own, variable, environment, function.environment[variable]);
  }
}

// What would fail again and again once the server runs.
void check_program(TableReader& reader, const Environment& environment, const Function& function) {
  const auto own = function.environment.find("PATH");
  const std::string path =
      own != function.environment.end()
          ? own->second
          : environment.value("PATH").value_or(std::string(functions::kDefaultPath));
  const auto fault =
      functions::fault_of_command(function.command.front(), path, function.directory);
  if (!fault) return;
  if (!fault->directory.empty()) reader.complain("directory", fault->directory);
  if (!fault->program.empty()) reader.complain("command", fault->program);
}

void read_command(TableReader& reader, const std::string& name, const Environment& environment,
                  Function& function, Faults& faults) {
  reader.texts("command", function.command);
  if (function.command.empty()) reader.complain("command", "it is empty");
  reader.integer("processes", function.processes, 1, 256);
  reader.text("handler", function.handler);
  reader.text("directory", function.directory);
  reader.duration("timeout", function.timeout, milliseconds(1), hours(12));
  reader.duration("init_timeout", function.init_timeout, milliseconds(1), hours(1));
  reader.text("region", function.region);
  if (reader.has("memory_mb")) {
    std::uint32_t memory = 0;
    reader.integer("memory_mb", memory, 16, 1'048'576);
    function.memory_mb = memory;
  }
  const toml::table* const variables = reader.table("environment");
  if (variables != nullptr) read_environment(*variables, name, environment, function, faults);
  if (environment.programs_run_here && !function.command.empty()) {
    check_program(reader, environment, function);
  }
}

}  // namespace

Function read_function(const std::string& name, const toml::table* table,
                       const Environment& environment, Faults& faults) {
  TableReader reader(table, fmt::format("[functions.{}]", name), faults);
  Function function;
  if (name == domain::kPullFunction) {
    faults.add(table, "[functions]", name,
               "the name is taken: the tasks of such queues wait for outside workers");
  }
  const int kinds = (reader.has("builtin") ? 1 : 0) + (reader.has("command") ? 1 : 0) +
                    (reader.has("url") ? 1 : 0);
  if (kinds != 1) {
    faults.add(table, "[functions]", name, "give exactly one of builtin, command and url");
    reader.ignore_rest();
    return function;
  }
  // What belongs to another kind stays unread, and so is unknown.
  if (reader.has("builtin")) {
    function.kind = FunctionKind::builtin;
    read_builtin(reader, function);
  } else if (reader.has("command")) {
    function.kind = FunctionKind::command;
    read_command(reader, name, environment, function, faults);
  } else {
    function.kind = FunctionKind::url;
    read_url(reader, "url", environment, function.url);
    read_secrets(reader, environment, function.secrets);
    reader.flag("allow_private", function.allow_private);
    reader.duration("timeout", function.timeout, milliseconds(1), hours(1));
    reader.integer("max_in_flight", function.max_in_flight, 1, 10'000);
  }
  return function;
}

Channel read_channel(const std::string& name, const toml::table* table,
                     const Environment& environment, Faults& faults) {
  TableReader reader(table, fmt::format("[notify.{}]", name), faults);
  Channel channel;
  if (reader.has("slack_webhook") == reader.has("url")) {
    faults.add(table, "[notify]", name, "give exactly one of slack_webhook and url");
    reader.ignore_rest();
    return channel;
  }
  if (reader.has("slack_webhook")) {
    read_url(reader, "slack_webhook", environment, channel.slack_webhook);
  } else {
    read_url(reader, "url", environment, channel.url);
    read_secrets(reader, environment, channel.secrets);
  }
  reader.flag("allow_private", channel.allow_private);
  reader.duration("timeout", channel.timeout, milliseconds(1), std::chrono::minutes(1));
  return channel;
}

}  // namespace ordo::program
