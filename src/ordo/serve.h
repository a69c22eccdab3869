#pragma once

#include <string>
#include <string_view>

#include "cli/exit_codes.h"
#include "ordo/config.h"

namespace ordo::program {

inline constexpr std::string_view kVersion = ORDO_VERSION;

// The exit codes of the command.
using cli::kDone;
using cli::kFailed;
using cli::kWrongUsage;
// Durability became unknown: whoever watches the process should start it again.
inline constexpr int kFailStop = 70;

// Runs the server until SIGTERM or SIGINT, then drains it. Returns the exit code.
int serve(const Config& config);

}  // namespace ordo::program
