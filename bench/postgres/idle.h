// What a server that has nothing to do asks of the database.
#pragma once

#include <string>

namespace ordo::bench {

struct IdleRate {
  double statements = 0;    // a second
  double transactions = 0;  // a second
  std::string most;         // which statements, a line each
};

// The real program, watched for so many seconds.
IdleRate measure_idle(int seconds);

}  // namespace ordo::bench
