// ordo pipeline …: list, show, run, pause, resume.
#pragma once

#include <functional>

#include "cli/environment.h"

namespace CLI {
class App;
}

namespace ordo::cli {

void add_pipeline_commands(CLI::App& app, const Environment& environment,
                           std::function<int()>& run);

}  // namespace ordo::cli
