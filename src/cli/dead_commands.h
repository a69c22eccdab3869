// ordo dead …: list, show, redrive, purge.
#pragma once

#include <functional>

#include "cli/environment.h"

namespace CLI {
class App;
}

namespace ordo::cli {

void add_dead_commands(CLI::App& app, const Environment& environment, std::function<int()>& run);

}  // namespace ordo::cli
