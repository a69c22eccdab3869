// What is told of a command line that cannot be understood.
#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>

namespace ordo::cli {

// The line for a command that is not there, with the one that was probably meant; nothing when they
// all are. CLI11 finds help that is asked for before that. `app` is as parsing left it.
[[nodiscard]] std::optional<std::string> unknown_command(const CLI::App& app);

// One line: what is wrong, and whose --help says more.
[[nodiscard]] std::string usage_text(const CLI::App& app, const CLI::ParseError& error);

}  // namespace ordo::cli
