// ordo order …: submit, list, show.
#pragma once

#include <functional>

#include "cli/environment.h"

namespace CLI {
class App;
}

namespace ordo::cli {

void add_order_commands(CLI::App& app, const Environment& environment, std::function<int()>& run);

}  // namespace ordo::cli
