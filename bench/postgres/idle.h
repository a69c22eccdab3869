// What a server that has nothing to do asks of the database.
#pragma once

#include <string>

namespace ordo::bench {

struct IdleRate {
  double statements = 0;  // a second, beside BEGIN and COMMIT
  std::string which;      // a line each, with how often
};

// The real program, watched for so many seconds.
IdleRate measure_idle(int seconds);

}  // namespace ordo::bench
