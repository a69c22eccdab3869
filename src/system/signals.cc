#include "system/signals.h"

#include <cerrno>
#include <ctime>

namespace ordo::system {

SignalWaiter::SignalWaiter() {
  sigemptyset(&signals_);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&signals_, signal);
  pthread_sigmask(SIG_BLOCK, &signals_, nullptr);
  ::signal(SIGPIPE, SIG_IGN);
  ::signal(SIGXFSZ, SIG_IGN);
}

int SignalWaiter::wait() const {
  int signal = 0;
  while (sigwait(&signals_, &signal) != 0) {
  }
  return signal;
}

std::optional<int> SignalWaiter::wait_for(base::Millis bound) const {
  const timespec time{bound.count() / 1000, (bound.count() % 1000) * 1'000'000};
  while (true) {
    const int signal = sigtimedwait(&signals_, nullptr, &time);
    if (signal > 0) return signal;
    if (errno != EINTR) return std::nullopt;
  }
}

}  // namespace ordo::system
