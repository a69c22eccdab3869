// What we say when we cannot do it: application/problem+json (RFC 9457).
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "net/http.h"

namespace ordo::api {

// A refusal as HTTP has it: the status, a stable code for programs, a sentence for people.
struct Problem {
  int status = 500;
  std::string code;
  std::string detail;
  std::vector<base::FieldError> errors = {};
};

[[nodiscard]] Problem problem_of(const base::Error& error);

void append_problem(std::string& out, const Problem& problem);
[[nodiscard]] net::Response respond_problem(const Problem& problem);

// One bad field, as an error.
[[nodiscard]] base::Error bad_field(std::string pointer, std::string code, std::string message);

}  // namespace ordo::api
