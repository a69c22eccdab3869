#include "cli/usage.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <string_view>
#include <vector>

namespace ordo::cli {
namespace {

// More slips than these make another word.
constexpr std::size_t kMaxSlips = 2;

// How many characters must be put in, left out or replaced to make one of the other.
std::size_t slips_between(std::string_view one, std::string_view other) {
  std::vector<std::size_t> row(other.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (const char wanted : one) {
    std::size_t diagonal = row[0]++;
    for (std::size_t i = 0; i < other.size(); ++i) {
      const std::size_t replaced = diagonal + (wanted == other[i] ? 0 : 1);
      diagonal = row[i + 1];
      row[i + 1] = std::min({replaced, row[i] + 1, row[i + 1] + 1});
    }
  }
  return row.back();
}

// "" when none is near.
std::string nearest_command(const CLI::App& among, const std::string& given) {
  std::string nearest;
  std::size_t least = kMaxSlips + 1;
  for (const CLI::App* const command :
       among.get_subcommands([](const CLI::App* /*any*/) { return true; })) {
    const std::string& name = command->get_name();
    const std::size_t slips = slips_between(given, name);
    if (slips >= least || slips >= name.size()) continue;
    least = slips;
    nearest = name;
  }
  return nearest;
}

}  // namespace

std::string usage_text(const CLI::App& app, const CLI::ParseError& error) {
  const CLI::App* chosen = &app;
  std::string path = app.get_name();
  while (!chosen->get_subcommands().empty()) {
    chosen = chosen->get_subcommands().front();
    path += " " + chosen->get_name();
  }
  const std::vector<std::string> unknown = chosen->remaining();
  const bool wants_command = chosen->get_require_subcommand_min() > 0;
  if (!wants_command || unknown.empty() || unknown.front().starts_with('-')) {
    return fmt::format("{}; see {} --help", error.what(), path);
  }
  const std::string meant = nearest_command(*chosen, unknown.front());
  return fmt::format("there is no command {} {}{}; see {} --help", path, unknown.front(),
                     meant.empty() ? "" : fmt::format(", did you mean {}?", meant), path);
}

}  // namespace ordo::cli
