#include "ordo/settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <set>
#include <utility>

#include "api/cors.h"
#include "base/nearest.h"
#include "net/address_rules.h"
#include "postgres/address.h"

namespace ordo::program {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;

// How a text becomes what the file would have for the key.
enum class Kind : std::uint8_t { text, whole, number, flag, texts };

struct Setting {
  std::string_view section;
  std::string_view key;
  Kind kind;
  void (*read)(TableReader& reader, std::string_view key, Config& config);
};

// "host:port", "[::1]:port".
bool split_listen(const std::string& listen, Config& config) {
  const std::size_t colon = listen.rfind(':');
  if (colon == std::string::npos || colon == 0) return false;
  std::string host = listen.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  if (host == "localhost") host = "127.0.0.1";
  // "fe80::1%eth0": an IPv6 address may name its link.
  const bool v6 = host.find(':') != std::string::npos;
  const std::string bare = v6 ? host.substr(0, host.find('%')) : host;
  if (!net::is_public_address(bare).has_value()) return false;
  unsigned port = 0;
  const char* const end = listen.data() + listen.size();
  const auto [stop, error] = std::from_chars(listen.data() + colon + 1, end, port);
  if (error != std::errc() || stop != end || port > 65535) return false;
  config.address = host;
  config.port = static_cast<std::uint16_t>(port);
  return true;
}

void read_listen(TableReader& reader, std::string_view key, Config& config) {
  std::string listen = fmt::format("{}:{}", config.address, config.port);
  reader.text(key, listen);
  if (!split_listen(listen, config)) {
    reader.complain(key,
                    "an IP address or localhost, and a port, such as 127.0.0.1:8080, is wanted");
  }
}

void read_origins(TableReader& reader, std::string_view key, Config& config) {
  reader.texts(key, config.cors_origins);
  for (const std::string& origin : config.cors_origins) {
    if (origin == "*" || api::is_origin(origin)) continue;
    reader.complain(key, fmt::format("\"{}\" is no origin as browsers send it, such as "
                                     "https://app.example, and not *",
                                     origin));
  }
}

void read_store(TableReader& reader, std::string_view key, Config& config) {
  constexpr std::string_view kSqlite = "sqlite:";
  std::string url = "sqlite:" + config.database;
  reader.text(key, url);
  if (url == "sqlite::memory:") {
    reader.complain(key, "what is in memory is lost at the end; give a file as sqlite:PATH");
  } else if (url.starts_with(kSqlite) && url.size() > kSqlite.size()) {
    config.database = url.substr(kSqlite.size());
    config.postgres.clear();
  } else if (url.starts_with("postgres://") || url.starts_with("postgresql://")) {
    if (const auto address = postgres::read_address(url); !address) {
      reader.complain(key, address.error().message);
    }
    config.postgres = std::move(url);
  } else {
    reader.complain(key, "a store is given as sqlite:PATH or postgres://USER@HOST/DATABASE");
  }
}

// What decides by a seed is not there when another auction is.
void check_simulated(TableReader& reader, std::string_view key, const Config& config) {
  if (config.auction.url.empty() || !reader.has(key)) return;
  reader.complain(key, "only the built-in auction has it, and [auction] has a url: leave one out");
}

using Reader = TableReader;
using Key = std::string_view;
constexpr std::array kSettings{
    Setting{"server", "listen", Kind::text, read_listen},
    Setting{"server", "threads", Kind::whole,
            [](Reader& reader, Key key, Config& config) {
              reader.integer(key, config.threads, 0, 256);
            }},
    Setting{"server", "max_connections", Kind::whole,
            [](Reader& reader, Key key, Config& config) {
              reader.integer(key, config.max_connections, 1, 1'000'000);
            }},
    Setting{"server", "cors_origins", Kind::texts, read_origins},
    Setting{"server", "idle_timeout", Kind::text,
            [](Reader& reader, Key key, Config& config) {
              reader.duration(key, config.idle_timeout, milliseconds(100), hours(24));
            }},
    Setting{"server", "request_timeout", Kind::text,
            [](Reader& reader, Key key, Config& config) {
              reader.duration(key, config.request_timeout, milliseconds(100), hours(1));
            }},
    Setting{"server", "drain_timeout", Kind::text,
            [](Reader& reader, Key key, Config& config) {
              reader.duration(key, config.drain_timeout, milliseconds(0), hours(1));
            }},
    Setting{"server", "docs", Kind::flag,
            [](Reader& reader, Key key, Config& config) { reader.flag(key, config.docs); }},
    Setting{"store", "url", Kind::text, read_store},
    Setting{"store", "migrate", Kind::flag,
            [](Reader& reader, Key key, Config& config) { reader.flag(key, config.migrate); }},
    Setting{"store", "connections", Kind::whole,
            [](Reader& reader, Key key, Config& config) {
              reader.integer(key, config.store_connections, 1, 100);
            }},
    Setting{"store", "lease", Kind::text,
            [](Reader& reader, Key key, Config& config) {
              reader.duration(key, config.lease, std::chrono::seconds(2), minutes(5));
            }},
    Setting{"store", "node", Kind::text,
            [](Reader& reader, Key key, Config& config) { reader.text(key, config.node); }},
    Setting{"store", "retention", Kind::text,
            [](Reader& reader, Key key, Config& config) {
              reader.duration(key, config.retention, minutes(1), hours(24 * 365 * 10));
            }},
    Setting{"store", "keep_idempotency_keys", Kind::text,
            [](Reader& reader, Key key, Config& config) {
              reader.duration(key, config.keep_idempotency_keys, hours(24), hours(24 * 365));
            }},
    Setting{"orders", "keep", Kind::text,
            [](Reader& reader, Key key, Config& config) {
              reader.duration(key, config.keep_orders, std::chrono::seconds(1), hours(24 * 365));
            }},
    Setting{"auction", "not_ready_rate", Kind::number,
            [](Reader& reader, Key key, Config& config) {
              check_simulated(reader, key, config);
              reader.number(key, config.auction.not_ready_rate, 0, 1);
            }},
    Setting{"auction", "reject_rate", Kind::number,
            [](Reader& reader, Key key, Config& config) {
              check_simulated(reader, key, config);
              reader.number(key, config.auction.reject_rate, 0, 1);
            }},
    Setting{"auction", "seed", Kind::whole,
            [](Reader& reader, Key key, Config& config) {
              check_simulated(reader, key, config);
              reader.integer(key, config.auction.seed, 0, INT64_MAX);
            }},
    Setting{"log", "level", Kind::text,
            [](Reader& reader, Key key, Config& config) {
              reader.choice(key, config.log_level, {"debug", "info", "warning", "error"});
            }},
    Setting{"log", "format", Kind::text,
            [](Reader& reader, Key key, Config& config) {
              reader.choice(key, config.log_format, {"auto", "json", "human"});
            }},
    Setting{"log", "requests", Kind::flag,
            [](Reader& reader, Key key, Config& config) { reader.flag(key, config.log_requests); }},
};

// "ORDO_SERVER_LISTEN".
std::string variable_of(const Setting& setting) {
  std::string name = fmt::format("ORDO_{}_{}", setting.section, setting.key);
  std::ranges::transform(name, name.begin(),
                         [](char c) { return c >= 'a' && c <= 'z' ? char(c - 'a' + 'A') : c; });
  return name;
}

// A text that is not of the kind stays one, which the reader then refuses.
void insert_as(toml::table& table, const Setting& setting, const std::string& text) {
  const char* const end = text.data() + text.size();
  std::int64_t whole = 0;
  if (setting.kind == Kind::whole) {
    const auto [stop, error] = std::from_chars(text.data(), end, whole);
    if (error == std::errc() && stop == end) {
      table.insert(setting.key, whole);
      return;
    }
  }
  double number = 0;
  if (setting.kind == Kind::number) {
    const auto [stop, error] = std::from_chars(text.data(), end, number);
    if (error == std::errc() && stop == end) {
      table.insert(setting.key, number);
      return;
    }
  }
  if (setting.kind == Kind::flag && (text == "true" || text == "false")) {
    table.insert(setting.key, text == "true");
    return;
  }
  if (setting.kind != Kind::texts) {
    table.insert(setting.key, text);
    return;
  }
  toml::array texts;
  std::string_view rest = text;
  while (!rest.empty()) {
    const std::size_t comma = rest.find(',');
    texts.push_back(std::string(rest.substr(0, comma)));
    rest = comma == std::string_view::npos ? std::string_view() : rest.substr(comma + 1);
  }
  table.insert(setting.key, std::move(texts));
}

void read_one(std::string_view source, const Setting& setting, const std::string& text,
              Config& config, Faults& faults) {
  if (text.empty()) return;
  toml::table table;
  insert_as(table, setting, text);
  Faults own{std::string(source), {}};
  {
    TableReader reader(&table, fmt::format("[{}]", setting.section), own);
    setting.read(reader, setting.key, config);
  }
  faults.lines.insert(faults.lines.end(), own.lines.begin(), own.lines.end());
}

}  // namespace

void read_keys(TableReader& reader, std::string_view section, Config& config) {
  for (const Setting& setting : kSettings) {
    if (setting.section == section) setting.read(reader, setting.key, config);
  }
}

void read_section(const toml::table* table, std::string_view section, Config& config,
                  Faults& faults) {
  TableReader reader(table, fmt::format("[{}]", section), faults);
  read_keys(reader, section, config);
}

void read_text(std::string_view source, std::string_view section, std::string_view key,
               const std::string& text, Config& config, Faults& faults) {
  for (const Setting& setting : kSettings) {
    if (setting.section != section || setting.key != key) continue;
    read_one(source, setting, text, config, faults);
  }
}

void read_variables(const Environment& environment, Config& config, Faults& faults) {
  std::set<std::string, std::less<>> known;
  for (const Setting& setting : kSettings) {
    const std::string name = variable_of(setting);
    read_one(name, setting, environment.value(name).value_or(""), config, faults);
    known.insert(name);
  }
  constexpr std::array<std::string_view, 5> kOurs{"ORDO_SERVER_", "ORDO_STORE_", "ORDO_ORDERS_",
                                                  "ORDO_AUCTION_", "ORDO_LOG_"};
  for (const std::string& name : environment.names()) {
    const bool ours = std::ranges::any_of(
        kOurs, [&](std::string_view prefix) { return name.starts_with(prefix); });
    if (!ours || known.contains(name) || environment.value(name).value_or("").empty()) continue;
    const std::string_view meant = base::nearest(name, known);
    faults.lines.push_back(
        meant.empty() ? fmt::format("{}: unknown variable", name)
                      : fmt::format("{}: unknown variable; did you mean {}?", name, meant));
  }
}

const std::vector<Variable>& variables() {
  static const std::vector<Variable> all = [] {
    std::vector<Variable> rows;
    rows.reserve(kSettings.size());
    for (const Setting& setting : kSettings) {
      rows.push_back({variable_of(setting), fmt::format("[{}] {}", setting.section, setting.key)});
    }
    return rows;
  }();
  return all;
}

}  // namespace ordo::program
