// The `ordo` command's client side: speaks only HTTP to a server.
#pragma once

#include <functional>

#include "cli/environment.h"

namespace CLI {
class App;
}

namespace ordo::cli {

// Adds the client commands to `app`; after parsing, the chosen one has set `run`, which returns the
// exit code: 0 done, 1 the operation failed, 2 wrong usage.
void add_client_commands(CLI::App& app, const Environment& environment, std::function<int()>& run);

}  // namespace ordo::cli
