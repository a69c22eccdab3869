// How what was sent to the server failed.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace ordo::postgres {

struct Fault {
  enum class Kind : std::uint8_t {
    lost,      // the connection is gone; what was sent may have been done
    raced,     // somebody else was faster: done again, it may well succeed
    away,      // the server cannot do it now
    doubtful,  // nobody can say whether it was done
    failed,    // it never will: our mistake, or the database's
  };
  Kind kind = Kind::failed;
  std::string message;
  std::string sqlstate = {};  // the server's code, if it was the server that said so
};

// By the code that PostgreSQL gives each of its errors (SQLSTATE).
[[nodiscard]] Fault::Kind kind_of(std::string_view sqlstate);

// `doing` as in "cannot write tasks: …".
[[nodiscard]] base::Error error_of(const Fault& fault, std::string_view doing);

}  // namespace ordo::postgres
