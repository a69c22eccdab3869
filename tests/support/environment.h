// What a program finds in its environment, as a test has it.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>

#include "aws/shared_file.h"

namespace ordo::testing {

// An environment of these variables and no others.
inline aws::Environment environment_of(std::map<std::string, std::string> variables) {
  return [variables = std::move(variables)](const std::string& name) {
    const auto at = variables.find(name);
    return at == variables.end() ? std::nullopt : std::optional(at->second);
  };
}

}  // namespace ordo::testing
