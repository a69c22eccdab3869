// ordo execution …: list, show, history, graph, stop, redrive.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "cli/environment.h"

namespace CLI {
class App;
}

namespace ordo::cli {

void add_execution_commands(CLI::App& app, const Environment& environment,
                            std::function<int()>& run);

// "running    0192…  pipeline orders, name 2026-11-21": what became of one execution.
base::Result<std::string> execution_line(std::string_view body);

}  // namespace ordo::cli
