#include "ordo/second_signal.h"

#include <unistd.h>

#include <csignal>

namespace ordo::program {

void SecondSignal::listen() {
  thread_ = std::jthread([this](const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      if (const auto again = signals_.wait_for(base::Millis(50)); again && *again != SIGHUP) {
        _exit(128 + *again);
      }
    }
  });
}

}  // namespace ordo::program
