// What is told of a command line that cannot be understood.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace ordo::cli {

// One line: what is wrong, and whose --help says more. A command that is not there is named, with
// the one that was probably meant. `app` is as parsing left it.
[[nodiscard]] std::string usage_text(const CLI::App& app, const CLI::ParseError& error);

}  // namespace ordo::cli
