#include "functions/program_path.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

namespace ordo::functions {
namespace {

namespace fs = std::filesystem;

bool is_program(const fs::path& path) {
  std::error_code ignored;
  return fs::is_regular_file(path, ignored) && ::access(path.c_str(), X_OK) == 0;
}

}  // namespace

std::string find_program(const std::string& name, std::string_view path) {
  if (name.find('/') != std::string::npos) return name;
  while (!path.empty()) {
    const std::string_view directory = path.substr(0, path.find(':'));
    path.remove_prefix(std::min(path.size(), directory.size() + 1));
    std::string candidate = fmt::format("{}/{}", directory, name);
    if (!directory.empty() && is_program(candidate)) return candidate;
  }
  return name;
}

std::optional<CommandFault> fault_of_command(const std::string& name, std::string_view path,
                                             const std::string& directory) {
  std::error_code ignored;
  if (!directory.empty() && !fs::is_directory(directory, ignored)) {
    return CommandFault{.directory = "there is no such directory", .program = {}};
  }
  const std::string found = find_program(name, path);
  if (found.find('/') == std::string::npos) {
    return CommandFault{.directory = {}, .program = "no directory of PATH has its program"};
  }
  // An absolute one stands for itself.
  const fs::path program = fs::path(directory) / found;
  if (!fs::exists(program, ignored)) {
    return CommandFault{.directory = {}, .program = "its program is not there"};
  }
  if (is_program(program)) return std::nullopt;
  return CommandFault{.directory = {}, .program = "its program cannot be executed"};
}

}  // namespace ordo::functions
