// What it costs at least to have something done by another process.
#pragma once

namespace ordo::bench {

// Lines a second to a child process and back, one at a time.
double measure_pipe(double seconds);

}  // namespace ordo::bench
