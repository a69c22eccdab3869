#include "ordo/function_reader.h"

#include <fmt/format.h>

#include <chrono>
#include <cstdint>
#include <limits>

#include "domain/task_rules.h"

namespace ordo::program {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;

// "env:NAME" stands for the variable's value. No message quotes a value: it may be a secret.
void resolve(TableReader& reader, std::string_view key, const Environment& environment,
             std::string& text) {
  if (!text.starts_with("env:")) return;
  const std::string variable = text.substr(4);
  if (const auto value = environment.value(variable)) {
    text = *value;
  } else {
    reader.complain(key, fmt::format("the variable {} is not set", variable));
  }
}

// "secret" is one, "secrets" are several while one takes another's place.
void read_secrets(TableReader& reader, const Environment& environment,
                  std::vector<std::string>& secrets) {
  std::string one;
  reader.text("secret", one);
  reader.texts("secrets", secrets);
  if (!one.empty() && !secrets.empty()) reader.complain("secrets", "give secret or secrets");
  if (!one.empty()) secrets = {one};
  for (std::string& secret : secrets) resolve(reader, "secret", environment, secret);
}

void read_url(TableReader& reader, std::string_view key, const Environment& environment,
              std::string& url) {
  reader.text(key, url);
  resolve(reader, key, environment, url);
  const bool http = url.starts_with("http://") || url.starts_with("https://");
  if (reader.has(key) && !http) reader.complain(key, "an http:// or https:// address is wanted");
}

void read_builtin(TableReader& reader, Function& function) {
  reader.choice("builtin", function.builtin, {"simulate", "echo"});
  reader.number("failure_rate", function.failure_rate, 0, 1);
  reader.duration("latency", function.latency, milliseconds(0), hours(1));
  function.max_latency = function.latency;
  reader.duration("max_latency", function.max_latency, function.latency, hours(1));
  reader.integer("seed", function.seed, 0, std::numeric_limits<std::int64_t>::max());
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
  if (variables == nullptr) return;
  TableReader own(variables, fmt::format("[functions.{}] environment", name), faults);
  for (const auto& [key, node] : *variables) {
    const std::string variable(key.str());
    own.text(variable, function.environment[variable]);
    resolve(own, variable, environment, function.environment[variable]);
  }
}

}  // namespace

Function read_function(const std::string& name, const toml::table* table,
                       const Environment& environment, Faults& faults) {
  TableReader reader(table, fmt::format("[functions.{}]", name), faults);
  Function function;
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
  if (const auto violation = domain::check_queue_name(name)) {
    faults.add(table, "[notify]", name, violation->message);
  }
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
