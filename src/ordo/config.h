// What the server runs with: flags over ORDO_* variables over ordo.toml over defaults.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/duration.h"
#include "base/result.h"
#include "base/time.h"
#include "domain/queue.h"
#include "ordo/function_config.h"
#include "ordo/pipeline_config.h"

namespace ordo::program {

struct Config {
  std::string address = "127.0.0.1";
  std::uint16_t port = 8080;
  std::size_t threads = 0;
  std::size_t max_connections = 4096;
  std::vector<std::string> cors_origins;
  base::Millis idle_timeout{60'000};
  base::Millis request_timeout{15'000};
  base::Millis drain_timeout{10'000};
  bool docs = true;

  std::string database = "ordo-data/ordo.db";
  std::string postgres;  // its address; empty: the store is `database`
  bool migrate = true;   // an older schema is brought up to date
  std::size_t store_connections = 4;
  base::Millis lease{10'000};  // a node of which nothing is heard for so long has lost its lanes
  std::string node;            // for people; empty: the machine's name
  base::Millis retention{std::chrono::hours(24 * 7)};
  base::Millis keep_idempotency_keys{std::chrono::hours(24)};

  base::Millis keep_orders{std::chrono::hours(24)};

  std::string log_level = "info";
  std::string log_format = "auto";
  bool log_requests = false;

  domain::Queues queues;
  std::map<std::string, Function> functions;
  std::map<std::string, Channel> channels;
  std::map<std::string, PipelineSettings> pipelines;
  AuctionSettings auction;
  std::map<std::string, ConnectionSettings> connections;
};

// What the flags of the command say; empty: nothing.
struct Flags {
  std::string config_file;
  std::string listen;
  std::string data;
  std::string store;
  std::string log_level;
  std::string log_format;
  std::optional<std::size_t> threads;
};

// The process's variables, or a test's.
struct Environment {
  std::function<std::optional<std::string>(std::string_view name)> value;
  std::function<std::vector<std::string>()> names;
  // Whether what [functions.*] names must be there: only for whoever is to run it.
  bool programs_run_here = false;
};

// All that is wrong is in one error, a line each, with the file's line where there is one.
base::Result<Config> load_config(const Flags& flags, const Environment& environment);

using base::duration_text;
using base::parse_duration;

// One row a variable: its name and the key that it stands for, for help texts and documents.
struct Variable {
  std::string name;
  std::string key;
};
[[nodiscard]] const std::vector<Variable>& variables();

}  // namespace ordo::program
