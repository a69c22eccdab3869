// The pipelines of this configuration.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "base/time.h"
#include "domain/ids.h"
#include "domain/schedule.h"
#include "states/machine.h"

namespace ordo::app {

// When a pipeline starts by itself.
struct Timetable {
  domain::Schedule schedule;
  base::Millis jitter{0};
  domain::MissedFirings missed = domain::MissedFirings::skip;
  std::string input = "{}";  // JSON
};

struct Pipeline {
  domain::PipelineName name;
  std::shared_ptr<const states::Machine> machine;
  std::optional<Timetable> timetable = {};
};

using Pipelines = std::map<domain::PipelineName, Pipeline>;

}  // namespace ordo::app
