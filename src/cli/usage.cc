#include "cli/usage.h"

#include <fmt/format.h>

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "base/nearest.h"

namespace ordo::cli {
namespace {

// "" when none is near.
std::string nearest_command(const CLI::App& among, const std::string& given) {
  std::set<std::string, std::less<>> names;
  for (const CLI::App* const command :
       among.get_subcommands([](const CLI::App* /*any*/) { return true; })) {
    names.insert(command->get_name());
  }
  return std::string(base::nearest(given, names));
}

}  // namespace

std::optional<std::string> unknown_command(const CLI::App& app) {
  std::string path = app.get_name();
  for (const CLI::App* chosen = &app;;) {
    const std::vector<std::string> unknown = chosen->remaining();
    const bool wants_command = chosen->get_require_subcommand_min() > 0;
    if (wants_command && !unknown.empty() && !unknown.front().starts_with('-')) {
      const std::string meant = nearest_command(*chosen, unknown.front());
      return fmt::format("there is no command {} {}{}; see {} --help", path, unknown.front(),
                         meant.empty() ? "" : fmt::format(", did you mean {}?", meant), path);
    }
    if (chosen->get_subcommands().empty()) return std::nullopt;
    chosen = chosen->get_subcommands().front();
    path += " " + chosen->get_name();
  }
}

std::string usage_text(const CLI::App& app, const CLI::ParseError& error) {
  if (auto unknown = unknown_command(app)) return *std::move(unknown);
  const CLI::App* chosen = &app;
  std::string path = app.get_name();
  while (!chosen->get_subcommands().empty()) {
    chosen = chosen->get_subcommands().front();
    path += " " + chosen->get_name();
  }
  return fmt::format("{}; see {} --help", error.what(), path);
}

}  // namespace ordo::cli
