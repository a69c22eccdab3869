// JSON that a command is given: as the value of an option, in a file, or on standard input.
#pragma once

#include <string>

#include "base/result.h"

namespace ordo::cli {

enum class StandardInput : bool { refused, allowed };

// `given` is JSON, or @FILE; "-" is standard input where that is allowed. Compact text. `invalid`
// when it is no JSON or cannot be read; the message begins with `option`.
base::Result<std::string> json_argument(const std::string& option, const std::string& given,
                                        StandardInput dash = StandardInput::refused);

}  // namespace ordo::cli
