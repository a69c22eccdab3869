#include "ordo/pipeline_reader.h"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <utility>

#include "app/http_call_headers.h"
#include "app/service_calls.h"
#include "base/http_rules.h"
#include "base/json.h"
#include "base/text.h"
#include "domain/time_zone.h"
#include "net/async_client.h"
#include "ordo/address_reader.h"
#include "ordo/settings.h"
#include "ordo/shipped.h"

namespace ordo::program {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;

constexpr std::string_view kOrdersDefinition = "orders.asl.json";
constexpr std::string_view kOrdersSchedule = "rate(1 hour)";
// What a fault of a definition shows of them; a first look mends the first ones.
constexpr std::size_t kShownFaults = 10;

std::optional<std::string> read_whole(const std::filesystem::path& path) {
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(path, ignored)) return std::nullopt;
  std::ifstream file(path, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(file), {}};
  if (file.bad()) return std::nullopt;
  return text;
}

std::optional<std::string> find_definition(const std::string& given,
                                           const std::string& config_file) {
  const std::filesystem::path beside = std::filesystem::path(config_file).parent_path() / given;
  if (auto text = read_whole(beside)) return text;
  const auto shipped = shipped_definition(std::filesystem::path(given).filename().string());
  if (shipped) return std::string(*shipped);
  return std::nullopt;
}

void tell_faults(TableReader& reader, const base::Error& error) {
  std::string message = "the definition is not valid:";
  for (std::size_t i = 0; i < error.fields.size() && i < kShownFaults; ++i) {
    const base::FieldError& fault = error.fields[i];
    message += fmt::format("{} {}: {}", i == 0 ? "" : ";",
                           fault.pointer.empty() ? "it" : fault.pointer, fault.message);
  }
  if (error.fields.empty()) message += " " + error.message;
  if (error.fields.size() > kShownFaults) {
    message += fmt::format("; and {} more", error.fields.size() - kShownFaults);
  }
  reader.complain("definition", message);
}

app::Callable callable(const Config& config) {
  app::Callable there{{"collect_results", "store_result"}};
  for (const auto& [name, function] : config.functions) there.functions.insert(name);
  for (const auto& [name, connection] : config.connections) there.connections.insert(name);
  return there;
}

// Rates count from 1970, so that a restart does not move them.
base::Result<domain::Schedule> parse_schedule(const PipelineSettings& settings,
                                              const domain::TimeZone& zone) {
  return domain::Schedule::parse(settings.schedule, zone, base::WallTime());
}

// Each is looked at without the other: all the faults are told at once.
void check_timetable(TableReader& reader, const PipelineSettings& settings) {
  system::TimeZones zones;
  if (const auto zone = zones.find(settings.timezone); !zone) {
    reader.complain("timezone", zone.error().message);
  }
  if (settings.schedule.empty()) return;
  if (const auto schedule = parse_schedule(settings, domain::utc()); !schedule) {
    reader.complain("schedule", schedule.error().message);
  }
}

base::Result<app::Timetable> make_timetable(const PipelineSettings& settings,
                                            system::TimeZones& zones) {
  const auto zone = zones.find(settings.timezone);
  if (!zone) return base::fail(zone.error());
  auto schedule = parse_schedule(settings, **zone);
  if (!schedule) return base::fail(std::move(schedule.error()));
  return app::Timetable{
      std::move(*schedule), settings.jitter,
      settings.make_up_for_missed ? domain::MissedFirings::once : domain::MissedFirings::skip,
      settings.input};
}

}  // namespace

PipelineSettings shipped_orders_pipeline() {
  PipelineSettings settings;
  settings.definition = shipped_definition(kOrdersDefinition).value_or("");
  settings.schedule = kOrdersSchedule;
  return settings;
}

void read_pipeline(const std::string& name, const toml::table* table,
                   const std::string& config_file, Config& config, Faults& faults) {
  TableReader reader(table, fmt::format("[pipelines.{}]", name), faults);
  bool enabled = true;
  reader.flag("enabled", enabled);
  PipelineSettings& settings = config.pipelines[name];
  std::string given;
  reader.text("definition", given);
  if (!given.empty()) {
    if (auto text = find_definition(given, config_file)) {
      settings.definition = std::move(*text);
    } else {
      reader.complain("definition",
                      fmt::format("there is no file \"{}\" beside {}", given, config_file));
    }
  } else if (settings.definition.empty()) {
    reader.complain("definition", "it is missing: a file with the state machine");
  }
  reader.text("schedule", settings.schedule);
  reader.text("timezone", settings.timezone);
  reader.duration("jitter", settings.jitter, milliseconds(0), hours(24));
  std::string missed = settings.make_up_for_missed ? "once" : "skip";
  reader.choice("missed", missed, {"skip", "once"});
  settings.make_up_for_missed = missed == "once";
  reader.text("input", settings.input);
  if (const auto input = base::compact_json(settings.input); !input) {
    reader.complain("input", input.error().message);
  }
  if (!settings.definition.empty()) {
    const auto machine = states::parse_machine(settings.definition);
    if (!machine) {
      tell_faults(reader, machine.error());
    } else if (const auto known = app::check_resources(**machine, callable(config)); !known) {
      tell_faults(reader, known.error());
    }
  }
  check_timetable(reader, settings);
  if (!enabled) config.pipelines.erase(name);
}

void read_auction(const toml::table* table, const Environment& environment, Config& config,
                  Faults& faults) {
  TableReader reader(table, "[auction]", faults);
  AuctionSettings& auction = config.auction;
  for (const std::string_view key : {"secret", "secrets", "timeout", "allow_private"}) {
    if (!reader.has(key) || reader.has("url")) continue;
    reader.complain(key, "only an auction with a url has it: give one, or leave this out");
  }
  read_url(reader, "url", environment, auction.url);
  read_secrets(reader, environment, auction.secrets);
  reader.flag("allow_private", auction.allow_private);
  reader.duration("timeout", auction.timeout, milliseconds(1), hours(1));
  read_keys(reader, "auction", config);
}

// With a port or without.
bool is_host(const std::string& text) {
  const auto host = net::host_of_url("https://" + text);
  return text.find_first_of("/?#@") == std::string::npos && host.has_value();
}

ConnectionSettings read_connection(const std::string& name, const toml::table* table,
                                   const Environment& environment, Faults& faults) {
  TableReader reader(table, fmt::format("[connections.{}]", name), faults);
  ConnectionSettings connection;
  reader.text("header", connection.header);
  if (!base::is_token(connection.header) || app::is_of_the_wire(connection.header)) {
    reader.complain("header", "it is no header that can be set");
  }
  reader.text("value", connection.value);
  resolve_variable(reader, "value", environment, connection.value);
  if (reader.has("value") && connection.value.empty()) reader.complain("value", "it is empty");
  if (reader.has("header") && !reader.has("value"))
    reader.complain("header", "its value is missing");
  if (!app::is_header_value(connection.value)) {
    reader.complain("value", "it has control characters, which no header can have");
  }
  reader.flag("allow_private", connection.allow_private);
  reader.duration("timeout", connection.timeout, milliseconds(1), hours(1));
  reader.texts("hosts", connection.hosts);
  if (reader.has("hosts") && connection.hosts.empty()) {
    reader.complain("hosts",
                    "it is empty: name the hosts that it may go to, or leave it out for any host");
  }
  for (const std::string& host : connection.hosts) {
    if (!is_host(host)) {
      reader.complain("hosts", fmt::format("\"{}\" is no host: \"crm.example\" or "
                                           "\"crm.example:8443\" is wanted",
                                           base::clip(host, 256)));
    }
  }
  return connection;
}

base::Result<app::Pipelines> make_pipelines(const Config& config, system::TimeZones& zones) {
  app::Pipelines pipelines;
  for (const auto& [name, settings] : config.pipelines) {
    auto machine = states::parse_machine(settings.definition);
    if (!machine) {
      machine.error().message = fmt::format("[pipelines.{}]: {}", name, machine.error().message);
      return base::fail(std::move(machine.error()));
    }
    app::Pipeline pipeline{domain::PipelineName(name), std::move(*machine), {}};
    if (!settings.schedule.empty()) {
      auto timetable = make_timetable(settings, zones);
      if (!timetable) return base::fail(std::move(timetable.error()));
      pipeline.timetable = std::move(*timetable);
    }
    pipelines.emplace(domain::PipelineName(name), std::move(pipeline));
  }
  return pipelines;
}

std::vector<domain::PipelineName> never_firing(const app::Pipelines& pipelines,
                                               base::WallTime now) {
  std::vector<domain::PipelineName> found;
  for (const auto& [name, pipeline] : pipelines) {
    if (!pipeline.timetable) continue;
    // What has fired may still wait for its moment.
    const base::WallTime closed = now - pipeline.timetable->jitter;
    if (!pipeline.timetable->schedule.next(closed)) found.push_back(name);
  }
  return found;
}

}  // namespace ordo::program
