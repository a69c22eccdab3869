// Completion of the `ordo` command for shells.
#pragma once

#include <string>
#include <string_view>

namespace CLI {
class App;
}

namespace ordo::cli {

// A script for bash, zsh or fish that completes every command, option and named value of `app`.
[[nodiscard]] std::string completion_script(const CLI::App& app, std::string_view shell);

}  // namespace ordo::cli
