// What was wrong with the bytes of a request, before there was a request to answer.
#pragma once

#include <cstddef>
#include <string>

namespace ordo::net {

struct WireFault {
  int status = 400;
  std::string code;    // stable, for programs: "bad_header", "body_too_large", "slow_request" …
  std::string detail;  // a sentence for people
};

[[nodiscard]] inline WireFault body_too_large(std::size_t limit) {
  return {413, "body_too_large", "the body is over " + std::to_string(limit) + " bytes"};
}

}  // namespace ordo::net
