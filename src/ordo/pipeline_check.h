// ordo pipeline validate: a definition's faults, without a server.
#pragma once

#include <functional>

namespace CLI {
class App;
}

namespace ordo::program {

// Adds it to `pipeline`. After parsing it has set `run`, which returns the exit code: 0 in order, 1
// not so, 2 when the file cannot be read.
void add_pipeline_validation(CLI::App& pipeline, std::function<int()>& run);

}  // namespace ordo::program
