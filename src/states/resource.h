// What a Task state calls: the service, the action, and how it waits for the end of it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace ordo::states {

enum class Waiting : std::uint8_t {
  answer,  // for the call's own answer
  sync,    // ".sync", ".sync:2": for the end of what the call has begun
  token,   // ".waitForTaskToken": for whoever was given the token
};

struct Resource {
  std::string text;     // as it was written
  std::string service;  // "lambda", "sqs", "aws-sdk:s3"; empty: `action` is a function itself
  std::string action;   // "invoke"; the function's name or ARN
  Waiting waiting = Waiting::answer;
  bool sync_2 = false;  // ".sync:2": the outcome is JSON, not text that holds JSON

  // A function, named directly.
  [[nodiscard]] bool is_function() const { return service.empty(); }
};

// Well-formed or not; whether there is such a thing is for whoever runs it to say.
base::Result<Resource> parse_resource(std::string_view text);

}  // namespace ordo::states
