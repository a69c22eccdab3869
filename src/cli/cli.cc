#include "cli/cli.h"
#include <CLI/CLI.hpp>
namespace ordo::cli {
void add_client_commands(CLI::App&, std::function<int()>&) {}
}  // namespace ordo::cli
