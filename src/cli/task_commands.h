// ordo task …: submit, list, get, update, attempts, watch, cancel, retry, delete.
#pragma once

#include <functional>

#include "cli/environment.h"

namespace CLI {
class App;
}

namespace ordo::cli {

void add_task_commands(CLI::App& app, const Environment& environment, std::function<int()>& run);

}  // namespace ordo::cli
