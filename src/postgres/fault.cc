#include "postgres/fault.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace ordo::postgres {

Fault::Kind kind_of(std::string_view sqlstate) {
  constexpr std::array<std::string_view, 4> kRaced{
      "23505",  // a key that was not there when we looked
      "40001",  // could not serialize
      "40P01",  // deadlock
      "55P03",  // lock_timeout
  };
  if (std::ranges::find(kRaced, sqlstate) != kRaced.end()) return Fault::Kind::raced;
  const std::string_view group = sqlstate.substr(0, 2);
  // The server ends this connection: told to stop, to crash, or that we took too long.
  if (group == "08" || sqlstate.starts_with("57P") || sqlstate == "25P03" || sqlstate == "25P04") {
    return Fault::Kind::lost;
  }
  // Out of something (disk, memory, connections), cancelled by a time-out, read only for now, an
  // error of the system below it; moved to another home (archive.cc).
  if (group == "53" || sqlstate == "57014" || sqlstate == "25006" || group == "58" ||
      sqlstate == "23514") {
    return Fault::Kind::away;
  }
  return Fault::Kind::failed;
}

base::Error error_of(const Fault& fault, std::string_view doing) {
  const bool ours = fault.kind == Fault::Kind::failed;
  return {ours ? base::ErrorCode::internal : base::ErrorCode::unavailable,
          fmt::format("PostgreSQL cannot {}: {}", doing, fault.message),
          {}};
}

}  // namespace ordo::postgres
