#pragma once

#include <functional>

#include "ordo/config.h"

namespace CLI {
class App;
}

namespace ordo::program {

// Adds what works on the data itself rather than through a server: backup, migrate, doctor, and
// openapi and version. After parsing, the chosen one has set `run`, which returns the exit code.
void add_maintenance_commands(CLI::App& app, const Environment& environment,
                              std::function<int()>& run);

}  // namespace ordo::program
