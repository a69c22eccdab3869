// Reads [pipelines.*] and what they use, [auction] and [connections.*], and makes of the former
// what runs.
#pragma once

#include <string>
#include <vector>

#include "app/pipelines.h"
#include "base/result.h"
#include "base/time.h"
#include "domain/ids.h"
#include "ordo/config.h"
#include "ordo/toml_reader.h"
#include "system/time_zones.h"

namespace ordo::program {

// The pipeline that is there without any configuration.
inline constexpr char kOrdersPipeline[] = "orders";

// Adds or changes one; functions and connections are known by then. Its definition is read from
// beside the configuration's own file, or, when there is none, it is the one of that name that the
// program brings.
void read_pipeline(const std::string& name, const toml::table* table,
                   const std::string& config_file, Config& config, Faults& faults);

// Keys of the built-in auction are refused beside a "url", and those of a URL without one.
void read_auction(const toml::table* table, const Environment& environment, Config& config,
                  Faults& faults);

// No fault quotes the value.
ConnectionSettings read_connection(const std::string& name, const toml::table* table,
                                   const Environment& environment, Faults& faults);

// What a configuration begins with.
[[nodiscard]] PipelineSettings shipped_orders_pipeline();

// Borrows the zones.
base::Result<app::Pipelines> make_pipelines(const Config& config, system::TimeZones& zones);

// Those with a schedule that starts nothing any more, from `now` on.
[[nodiscard]] std::vector<domain::PipelineName> never_firing(const app::Pipelines& pipelines,
                                                             base::WallTime now);

}  // namespace ordo::program
