// The fields of a task as options give them.
#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>

#include "base/result.h"

namespace ordo::cli {

// Those that are not given are not sent.
struct TaskFields {
  std::optional<std::string> title, description, priority, due, payload, id, queue, lane;
};

// low, medium or high.
[[nodiscard]] CLI::IsMember known_priorities();

// --description, --priority, --due and --payload, of which @FILE names a file.
void add_content_options(CLI::App& command, TaskFields& fields);

// The JSON object to send; "{}" when nothing is given, `invalid` when the payload is no JSON or its
// file cannot be read.
base::Result<std::string> body_of(const TaskFields& fields);

}  // namespace ordo::cli
