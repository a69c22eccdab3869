// ordo bench: how fast a server accepts tasks, and how fast it runs them.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>

#include "cli/environment.h"

namespace ordo::cli {

void add_bench_command(CLI::App& app, const Environment& environment, std::function<int()>& run);

}  // namespace ordo::cli
