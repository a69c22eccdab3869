// Whoever asks twice does not want to wait.
#pragma once

#include <thread>

#include "system/signals.h"

namespace ordo::program {

// After listen(), the next SIGTERM or SIGINT ends the process at once, with 128 and its number.
// Make it before all that may take its time to end, so that it ends after that.
class SecondSignal {
 public:
  // `signals` is borrowed.
  explicit SecondSignal(const system::SignalWaiter& signals) : signals_(signals) {}
  void listen();

 private:
  const system::SignalWaiter& signals_;
  std::jthread thread_;
};

}  // namespace ordo::program
