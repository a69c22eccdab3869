// What was wrong with the bytes of a request, before there was a request to answer.
#pragma once

#include <string>

namespace ordo::net {

struct WireFault {
  int status = 400;
  std::string code;    // stable, for programs: "bad_header", "body_too_large", "slow_request" …
  std::string detail;  // a sentence for people
};

}  // namespace ordo::net
