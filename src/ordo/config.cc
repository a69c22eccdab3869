#include "ordo/config.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <utility>

#include "domain/task_rules.h"
#include "ordo/function_reader.h"
#include "ordo/pipeline_reader.h"
#include "ordo/settings.h"
#include "ordo/toml_reader.h"

namespace ordo::program {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;

void read_backoff(const toml::table* table, const std::string& name, domain::Backoff& backoff,
                  Faults& faults) {
  TableReader reader(table, name, faults);
  reader.duration("base", backoff.base, milliseconds(1), hours(24));
  reader.number("factor", backoff.factor, 1, 100);
  if (!reader.has("max")) backoff.max = std::max(backoff.max, backoff.base);
  reader.duration("max", backoff.max, milliseconds(1), hours(24 * 30));
  if (reader.has("base") && backoff.base > backoff.max) {
    reader.complain("max", "it is less than base, the first pause");
  }
  std::string jitter = "full";
  reader.choice("jitter", jitter, {"none", "full", "equal"});
  backoff.jitter = jitter == "none"    ? domain::Jitter::none
                   : jitter == "equal" ? domain::Jitter::equal
                                       : domain::Jitter::full;
}

// Early handoff would change nothing there.
void check_early(TableReader& reader, const domain::Queue& queue) {
  if (queue.handoff != domain::Handoff::early) return;
  const auto complain = [&reader](std::string_view why) {
    reader.complain("handoff", fmt::format("\"early\" has no effect {}: leave it out", why));
  };
  if (domain::is_pulled(queue)) {
    complain(fmt::format("with function = \"{}\"", domain::kPullFunction));
  }
  if (queue.max_attempts == 1) complain("with max_attempts = 1");
  if (queue.batch_size > 1) complain("with a batch_size over 1");
}

void read_queue(const std::string& name, const toml::table* table, Config& config, Faults& faults) {
  TableReader reader(table, fmt::format("[queues.{}]", name), faults);
  domain::Queue queue;
  queue.name = domain::QueueName(name);
  reader.text("function", queue.function);
  if (!domain::is_pulled(queue) && !config.functions.contains(queue.function)) {
    reader.complain("function", fmt::format("there is no [functions.{}]", queue.function));
  }
  std::string ordering = "fifo";
  reader.choice("ordering", ordering, {"fifo", "priority"});
  queue.ordering = ordering == "fifo" ? domain::Ordering::fifo : domain::Ordering::priority;
  reader.integer("max_attempts", queue.max_attempts, 1, 1000);
  // Outside workers say themselves how much they want at once.
  if (domain::is_pulled(queue)) queue.concurrency = 100'000;
  reader.integer("concurrency", queue.concurrency, 1, 100'000);
  std::string handoff = "strict";
  reader.choice("handoff", handoff, {"strict", "early"});
  queue.handoff = handoff == "early" ? domain::Handoff::early : domain::Handoff::strict;
  reader.integer("batch_size", queue.batch_size, 1, domain::kMaxBatchSize);
  check_early(reader, queue);
  const toml::table* const backoff = reader.table("backoff");
  read_backoff(backoff, fmt::format("[queues.{}] backoff", name), queue.backoff, faults);
  config.queues[queue.name] = std::move(queue);
}

// Calls `read` for each table in the table `section`, all of whose names follow one rule.
template <class Read>
void read_each(TableReader& root, const std::string& section, Faults& faults, Read read) {
  const toml::table* const all = root.table(section);
  if (all == nullptr) return;
  for (const auto& [key, node] : *all) {
    if (domain::check_queue_name(key.str())) {
      faults.add(
          &node, "[" + section + "]", key.str(),
          fmt::format("a name is 1 to {} of A-Z a-z 0-9 . _ -", domain::kMaxQueueNameLength));
    }
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
  for (const char* section : {"server", "store", "orders", "log"}) {
    read_section(root.table(section), section, config, faults);
  }
  read_auction(root.table("auction"), environment, config, faults);
  read_each(root, "functions", faults, [&](const std::string& name, const toml::table* one) {
    config.functions[name] = read_function(name, one, environment, faults);
  });
  read_each(root, "notify", faults, [&](const std::string& name, const toml::table* one) {
    config.channels[name] = read_channel(name, one, environment, faults);
  });
  read_each(root, "queues", faults, [&](const std::string& name, const toml::table* one) {
    read_queue(name, one, config, faults);
  });
  read_each(root, "connections", faults, [&](const std::string& name, const toml::table* one) {
    config.connections[name] = read_connection(name, one, environment, faults);
  });
  // They name functions and connections, which are known by now.
  read_each(root, "pipelines", faults, [&](const std::string& name, const toml::table* one) {
    read_pipeline(name, one, faults.file, config, faults);
  });
}

void read_file(const Flags& flags, Config& config, const Environment& environment, Faults& faults) {
  const bool named = !flags.config_file.empty();
  faults.file = named ? flags.config_file : "ordo.toml";
  std::error_code ignored;
  if (!named && !std::filesystem::exists(faults.file, ignored)) return;
  // Its stream opens, and has no text to be wrong.
  if (std::filesystem::is_directory(faults.file, ignored)) {
    faults.lines.push_back(fmt::format("{}: cannot be read: it is a directory", faults.file));
    return;
  }
  try {
    read_root(toml::parse_file(faults.file), config, environment, faults);
  } catch (const toml::parse_error& error) {
    const auto line = error.source().begin.line;
    faults.lines.push_back(line == 0
                               ? fmt::format("{}: cannot be read", faults.file)
                               : fmt::format("{}:{}: {}", faults.file, line, error.description()));
  }
}

}  // namespace

base::Result<Config> load_config(const Flags& flags, const Environment& environment) {
  // What works without any configuration: one queue, one function, the orders' pipeline.
  Config config;
  config.queues[domain::QueueName("tasks")] = {};
  config.functions["processor"].kind = FunctionKind::builtin;
  if (auto orders = shipped_orders_pipeline(); !orders.definition.empty()) {
    config.pipelines[kOrdersPipeline] = std::move(orders);
  }
  Faults faults;
  read_file(flags, config, environment, faults);
  read_variables(environment, config, faults);
  const auto apply = [&](std::string_view flag, std::string_view section, std::string_view key,
                         const std::string& text) {
    read_text(flag, section, key, text, config, faults);
  };
  apply("--store", "store", "url", flags.store);
  if (!flags.data.empty()) {
    // Neither may be taken for the other: what a server of several accepts alone, nobody would
    // find.
    if (!config.postgres.empty()) {
      faults.lines.push_back(fmt::format(
          "--data: [store] url is PostgreSQL, which has no directory: leave --data out, or say "
          "--store sqlite:{}/ordo.db",
          flags.data));
    }
    config.database = flags.data + "/ordo.db";
  }
  apply("--listen", "server", "listen", flags.listen);
  apply("--log-level", "log", "level", flags.log_level);
  apply("--log-format", "log", "format", flags.log_format);
  if (flags.threads) apply("--threads", "server", "threads", std::to_string(*flags.threads));
  if (faults.lines.empty()) return config;
  return base::fail(base::ErrorCode::invalid, fmt::format("{}", fmt::join(faults.lines, "\n")));
}

}  // namespace ordo::program
