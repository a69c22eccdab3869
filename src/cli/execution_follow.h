// The steps of an execution as they happen.
#pragma once

#include <string>

#include "cli/common.h"
#include "cli/environment.h"

namespace ordo::cli {

// "/executions/a%2Fb/history"
[[nodiscard]] std::string execution_path(std::string_view id, std::string_view verb = "");

// Shows the history of an execution of `pipeline`, a line a step, until it ends or Ctrl-C comes;
// with --json the events as they are, one a line. Goes on when the server comes back. Done when the
// execution has succeeded, failed otherwise.
int follow_execution(const Target& target, const std::string& pipeline, const std::string& id,
                     const Environment& environment);

}  // namespace ordo::cli
