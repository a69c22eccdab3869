// Which program a command means.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace ordo::functions {

// Where `name` is in the folders of `path`, which colons separate. A name with '/', and one that is
// nowhere, comes back as it is: whoever runs it will hear what is wrong.
[[nodiscard]] std::string find_program(const std::string& name, std::string_view path);

// Why a command could not run as things are now. Neither text quotes a name.
struct CommandFault {
  std::string directory;  // what is wrong with it, or else
  std::string program;    // with that
};
// `directory` is where it runs, and what a relative name with '/' starts from; empty: here.
[[nodiscard]] std::optional<CommandFault> fault_of_command(const std::string& name,
                                                           std::string_view path,
                                                           const std::string& directory);

}  // namespace ordo::functions
