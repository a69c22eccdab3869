// Expected failures as values: Result<T> is a T or an Error that says what was
// wrong, with what, and what to do.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <utility>
#include <vector>

namespace ordo::base {

enum class ErrorCode : std::uint8_t {
  invalid,              // the caller's input breaks a rule; `fields` may say which
  not_found,            // no such thing, or no longer
  conflict,             // the thing's state, or an earlier request, forbids it
  precondition_failed,  // the caller's expected version is not the current one
  too_large,            // over a named limit
  busy,                 // a bounded queue is full: nothing happened, try again soon
  unavailable,          // cannot be done now, nothing happened: disk full, database away
  fatal,                // durability is unknown: the process must stop
  internal,             // a fault of ours or of the stored data
};

// One bad field of a request, addressed by a JSON Pointer (RFC 6901).
struct FieldError {
  std::string pointer;
  std::string code;
  std::string message;

  friend bool operator==(const FieldError&, const FieldError&) = default;
};

struct Error {
  ErrorCode code = ErrorCode::internal;
  std::string message;
  std::vector<FieldError> fields = {};
};

template <class T>
class [[nodiscard]] Result : public std::expected<T, Error> {
 public:
  using std::expected<T, Error>::expected;
};

// return fail(ErrorCode::conflict, "the task is running; cancel it first");
inline std::unexpected<Error> fail(ErrorCode code, std::string message) {
  return std::unexpected(Error{code, std::move(message), {}});
}

inline std::unexpected<Error> fail(Error error) {
  return std::unexpected(std::move(error));
}

}  // namespace ordo::base
