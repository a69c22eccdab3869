#pragma once

#include <functional>

namespace CLI {
class App;
}

namespace ordo::program {

// Adds what works on the data itself rather than through a server: backup, migrate, doctor, and
// openapi and version. After parsing, the chosen one has set `run`, which returns the exit code.
void add_maintenance_commands(CLI::App& app, std::function<int()>& run);

}  // namespace ordo::program
