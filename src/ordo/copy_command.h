#pragma once

#include <functional>

#include "cli/environment.h"

namespace CLI {
class App;
}

namespace ordo::program {

// Adds `ordo copy`. After parsing, if it was chosen, it has set `run`, which returns the exit code.
void add_copy_command(CLI::App& app, const cli::Environment& environment,
                      std::function<int()>& run);

}  // namespace ordo::program
