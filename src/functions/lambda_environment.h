// The environment of a Lambda function's process.
#pragma once

#include <array>
#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "functions/lambda_spec.h"

namespace ordo::functions {

using Environment = std::map<std::string, std::string>;

// Where programs are looked for unless the server, or the function, says so.
inline constexpr std::string_view kDefaultPath = "/usr/local/bin:/usr/bin:/bin";

// All that a function gets of the server's own variables: never its secrets, never credentials.
inline constexpr std::array<std::string_view, 4> kInherited{"PATH", "HOME", "LANG", "TMPDIR"};

// What AWS promises to a function, with the server's PATH and the like, and over it what the
// configuration adds; only AWS_LAMBDA_RUNTIME_API (`authority`: host:port) is not for it to change.
// `process` tells those of one function apart.
[[nodiscard]] Environment lambda_environment(const LambdaSpec& spec, const Environment& inherited,
                                             std::string_view authority, std::size_t process);

}  // namespace ordo::functions
