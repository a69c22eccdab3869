// How fast something went, and what it cost.
#pragma once

namespace ordo::bench {

struct Rate {
  double a_second = 0;
  double a_commit = 0;  // tasks, on the average; 0: it is not known
  double cpu_us = 0;    // of a task, client and server together; 0: it is not known
};

// What this process and the server have used so far. On a busy machine whoever has more threads
// gets more of it and is faster for that; this says what the work costs.
double cpu_seconds();

}  // namespace ordo::bench
