// Pipelines as configured.
#pragma once

#include <string>

#include "base/time.h"

namespace ordo::program {

struct PipelineSettings {
  std::string definition;  // the text, found to be in order
  std::string schedule;    // empty: it starts only when it is asked to
  std::string timezone = "UTC";
  base::Millis jitter{0};
  bool make_up_for_missed = false;  // missed = "once"
  std::string input = "{}";
};

}  // namespace ordo::program
