#include "ordo/config.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <utility>

#include "domain/task_rules.h"
#include "ordo/toml_reader.h"

namespace ordo::program {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr base::Millis kLongestRetention = hours(24 * 365 * 10);

// "host:port", "[::1]:port".
bool split_listen(const std::string& listen, Config& config) {
  const std::size_t colon = listen.rfind(':');
  if (colon == std::string::npos || colon == 0) return false;
  std::string host = listen.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  if (host == "localhost") host = "127.0.0.1";
  unsigned port = 0;
  const char* const end = listen.data() + listen.size();
  const auto [stop, error] = std::from_chars(listen.data() + colon + 1, end, port);
  if (error != std::errc() || stop != end || port > 65535) return false;
  config.address = host;
  config.port = static_cast<std::uint16_t>(port);
  return true;
}

std::string set_listen(const std::string& value, Config& config) {
  return split_listen(value, config) ? "" : "an address such as 127.0.0.1:8080 is wanted";
}

std::string set_store(const std::string& value, Config& config) {
  constexpr std::string_view kSqlite = "sqlite:";
  if (value.starts_with(kSqlite) && value.size() > kSqlite.size()) {
    config.database = value.substr(kSqlite.size());
    return "";
  }
  if (value.starts_with("postgres://") || value.starts_with("postgresql://")) {
    return "the postgres home is not in this version; use sqlite:PATH";
  }
  return "a store is given as sqlite:PATH";
}

void read_server(const toml::table* table, Config& config, Faults& faults) {
  TableReader reader(table, "[server]", faults);
  std::string listen = fmt::format("{}:{}", config.address, config.port);
  reader.text("listen", listen);
  if (const std::string fault = set_listen(listen, config); !fault.empty()) {
    reader.complain("listen", fault);
  }
  reader.integer("threads", config.threads, 0, 256);
  reader.integer("max_connections", config.max_connections, 1, 1'000'000);
  reader.texts("cors_origins", config.cors_origins);
  reader.duration("idle_timeout", config.idle_timeout, milliseconds(100), hours(24));
  reader.duration("request_timeout", config.request_timeout, milliseconds(100), hours(1));
  reader.duration("drain_timeout", config.drain_timeout, milliseconds(0), hours(1));
  reader.flag("docs", config.docs);
}

void read_store(const toml::table* table, Config& config, Faults& faults) {
  TableReader reader(table, "[store]", faults);
  std::string url = "sqlite:" + config.database;
  reader.text("url", url);
  if (const std::string fault = set_store(url, config); !fault.empty()) {
    reader.complain("url", fault);
  }
  reader.duration("retention", config.retention, minutes(1), kLongestRetention);
  reader.duration("keep_idempotency_keys", config.keep_idempotency_keys, hours(24),
                  hours(24 * 365));
}

void read_log(const toml::table* table, Config& config, Faults& faults) {
  TableReader reader(table, "[log]", faults);
  reader.choice("level", config.log_level, {"debug", "info", "warning", "error"});
  reader.choice("format", config.log_format, {"auto", "json", "human"});
  reader.flag("requests", config.log_requests);
}

void read_backoff(const toml::table* table, const std::string& name, domain::Backoff& backoff,
                  Faults& faults) {
  TableReader reader(table, name, faults);
  reader.duration("base", backoff.base, milliseconds(1), hours(24));
  reader.number("factor", backoff.factor, 1, 100);
  reader.duration("max", backoff.max, milliseconds(1), hours(24 * 30));
  std::string jitter = "full";
  reader.choice("jitter", jitter, {"none", "full", "equal"});
  backoff.jitter = jitter == "none"    ? domain::Jitter::none
                   : jitter == "equal" ? domain::Jitter::equal
                                       : domain::Jitter::full;
}

void read_queue(const std::string& name, const toml::table* table, Config& config, Faults& faults) {
  TableReader reader(table, fmt::format("[queues.{}]", name), faults);
  if (const auto violation = domain::check_queue_name(name)) {
    faults.add(table, "[queues]", name, violation->message);
  }
  domain::Queue queue;
  queue.name = domain::QueueName(name);
  reader.text("function", queue.function);
  std::string ordering = "fifo";
  reader.choice("ordering", ordering, {"fifo", "priority"});
  queue.ordering = ordering == "fifo" ? domain::Ordering::fifo : domain::Ordering::priority;
  reader.integer("max_attempts", queue.max_attempts, 1, 1000);
  reader.integer("concurrency", queue.concurrency, 1, 100'000);
  const toml::table* const backoff = reader.table("backoff");
  read_backoff(backoff, fmt::format("[queues.{}] backoff", name), queue.backoff, faults);
  config.queues[queue.name] = std::move(queue);
}

void read_function(const std::string& name, const toml::table* table, Config& config,
                   const Environment& environment, Faults& faults) {
  TableReader reader(table, fmt::format("[functions.{}]", name), faults);
  Function function;
  int kinds = 0;
  for (const char* kind : {"builtin", "command", "url"}) {
    if (!reader.has(kind)) continue;
    ++kinds;
    function.kind = kind;
  }
  if (kinds != 1) {
    faults.add(table, "[functions]", name, "give exactly one of builtin, command and url");
  }
  function.builtin = "simulate";
  reader.choice("builtin", function.builtin, {"simulate", "echo"});
  reader.number("failure_rate", function.failure_rate, 0, 1);
  reader.texts("command", function.command);
  if (reader.has("command") && function.command.empty()) reader.complain("command", "it is empty");
  reader.integer("processes", function.processes, 1, 1000);
  reader.duration("timeout", function.timeout, milliseconds(1), hours(12));
  reader.text("url", function.url);
  const bool http = function.url.starts_with("http://") || function.url.starts_with("https://");
  if (reader.has("url") && !http)
    reader.complain("url", "an http:// or https:// address is wanted");
  reader.text("secret", function.secret);
  if (function.secret.starts_with("env:")) {
    const std::string variable = function.secret.substr(4);
    if (const auto value = environment(variable)) {
      function.secret = *value;
    } else {
      reader.complain("secret", fmt::format("the variable {} is not set", variable));
    }
  }
  reader.flag("allow_private", function.allow_private);
  config.functions[name] = std::move(function);
}

// Calls `read` for each table in the table `section`.
template <class Read>
void read_each(TableReader& root, const std::string& section, Faults& faults, Read read) {
  const toml::table* const all = root.table(section);
  if (all == nullptr) return;
  for (const auto& [key, node] : *all) {
    if (const toml::table* const one = node.as_table()) {
      read(std::string(key.str()), one);
    } else {
      faults.add(&node, "[" + section + "]", key.str(), "a table is wanted");
    }
  }
}

void read_root(const toml::table& table, Config& config, const Environment& environment,
               Faults& faults) {
  TableReader root(&table, "", faults);
  read_server(root.table("server"), config, faults);
  read_store(root.table("store"), config, faults);
  read_log(root.table("log"), config, faults);
  read_each(root, "functions", faults, [&](const std::string& name, const toml::table* one) {
    read_function(name, one, config, environment, faults);
  });
  read_each(root, "queues", faults, [&](const std::string& name, const toml::table* one) {
    read_queue(name, one, config, faults);
  });
  for (const char* later : {"pipelines", "orders", "auction", "notify"}) {
    if (root.table(later) != nullptr) root.complain(later, "this version does not have it yet");
  }
}

void read_file(const Flags& flags, Config& config, const Environment& environment, Faults& faults) {
  const bool named = !flags.config_file.empty();
  faults.file = named ? flags.config_file : "ordo.toml";
  std::error_code ignored;
  if (!named && !std::filesystem::exists(faults.file, ignored)) return;
  try {
    read_root(toml::parse_file(faults.file), config, environment, faults);
  } catch (const toml::parse_error& error) {
    const auto line = error.source().begin.line;
    faults.lines.push_back(line == 0
                               ? fmt::format("{}: cannot be read", faults.file)
                               : fmt::format("{}:{}: {}", faults.file, line, error.description()));
  }
}

// A value from outside the file. Returns what is wrong with it, or "".
using Setter = std::string (*)(const std::string& value, Config& config);

std::string set_level(const std::string& value, Config& config) {
  constexpr std::array kLevels{"debug", "info", "warning", "error"};
  if (std::ranges::find(kLevels, value) == kLevels.end()) {
    return "debug, info, warning or error is wanted";
  }
  config.log_level = value;
  return "";
}

std::string set_format(const std::string& value, Config& config) {
  if (value != "auto" && value != "json" && value != "human")
    return "auto, json or human is wanted";
  config.log_format = value;
  return "";
}

std::string set_threads(const std::string& value, Config& config) {
  std::size_t threads = 0;
  const char* const end = value.data() + value.size();
  const auto [stop, error] = std::from_chars(value.data(), end, threads);
  if (error != std::errc() || stop != end || threads > 256) {
    return "a whole number from 0 to 256 is wanted";
  }
  config.threads = threads;
  return "";
}

std::string set_retention(const std::string& value, Config& config) {
  const base::Result<base::Millis> retention = parse_duration(value);
  if (!retention || *retention < minutes(1) || *retention > kLongestRetention) {
    return "a duration from 1m to 3650d is wanted, such as 7d";
  }
  config.retention = *retention;
  return "";
}

std::string set_origins(const std::string& value, Config& config) {
  config.cors_origins.clear();
  std::string_view rest = value;
  while (!rest.empty()) {
    const std::size_t comma = rest.find(',');
    config.cors_origins.emplace_back(rest.substr(0, comma));
    rest = comma == std::string_view::npos ? std::string_view() : rest.substr(comma + 1);
  }
  return "";
}

struct KnownVariable {
  Variable variable;
  Setter set;
};

constexpr std::array kVariables{
    KnownVariable{{"ORDO_SERVER_LISTEN", "[server] listen"}, set_listen},
    KnownVariable{{"ORDO_SERVER_THREADS", "[server] threads"}, set_threads},
    KnownVariable{{"ORDO_SERVER_CORS_ORIGINS", "[server] cors_origins"}, set_origins},
    KnownVariable{{"ORDO_STORE_URL", "[store] url"}, set_store},
    KnownVariable{{"ORDO_STORE_RETENTION", "[store] retention"}, set_retention},
    KnownVariable{{"ORDO_LOG_LEVEL", "[log] level"}, set_level},
    KnownVariable{{"ORDO_LOG_FORMAT", "[log] format"}, set_format},
};

void check_functions(const Config& config, Faults& faults) {
  for (const auto& [name, queue] : config.queues) {
    if (queue.function == "pull" || config.functions.contains(queue.function)) continue;
    faults.add(nullptr, fmt::format("[queues.{}]", name.value()), "function",
               fmt::format("there is no [functions.{}]", queue.function));
  }
}

}  // namespace

const std::vector<Variable>& variables() {
  static const std::vector<Variable> all = [] {
    std::vector<Variable> rows;
    rows.reserve(std::size(kVariables));
    for (const KnownVariable& known : kVariables) rows.push_back(known.variable);
    return rows;
  }();
  return all;
}

base::Result<Config> load_config(const Flags& flags, const Environment& environment) {
  Config config;
  Faults faults;
  read_file(flags, config, environment, faults);
  const auto apply = [&](std::string_view name, const std::string& value, Setter set) {
    if (value.empty()) return;
    const std::string fault = set(value, config);
    if (!fault.empty()) faults.lines.push_back(fmt::format("{}: \"{}\": {}", name, value, fault));
  };
  for (const KnownVariable& known : kVariables) {
    apply(known.variable.name, environment(known.variable.name).value_or(""), known.set);
  }
  apply("--store", flags.store, set_store);
  if (!flags.data.empty()) config.database = flags.data + "/ordo.db";
  apply("--listen", flags.listen, set_listen);
  apply("--log-level", flags.log_level, set_level);
  apply("--log-format", flags.log_format, set_format);
  if (flags.threads) apply("--threads", std::to_string(*flags.threads), set_threads);

  // What works without any configuration: one queue, one function.
  if (!config.functions.contains("processor")) {
    Function& processor = config.functions["processor"];
    processor.kind = "builtin";
    processor.builtin = "simulate";
  }
  const domain::QueueName tasks("tasks");
  if (!config.queues.contains(tasks)) config.queues[tasks] = {};
  check_functions(config, faults);
  if (faults.lines.empty()) return config;
  return base::fail(base::ErrorCode::invalid, fmt::format("{}", fmt::join(faults.lines, "\n")));
}

}  // namespace ordo::program
