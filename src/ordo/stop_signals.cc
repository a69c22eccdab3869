#include "ordo/stop_signals.h"

#include <pthread.h>
#include <unistd.h>

#include <csignal>

#include "cli/common.h"

namespace ordo::program {

StopSignals::StopSignals(const system::SignalWaiter& signals)
    : signals_(signals), thread_([this] { listen(); }) {}

StopSignals::~StopSignals() {
  {
    const std::lock_guard lock(mutex_);
    over_ = true;
  }
  // Which means nothing else.
  pthread_kill(thread_.native_handle(), SIGHUP);
  thread_.join();
}

void StopSignals::listen() {
  while (take(signals_.wait())) {
  }
}

void StopSignals::keep() {
  const std::lock_guard lock(mutex_);
  stage_ = Stage::serving;
}

int StopSignals::wait() {
  std::unique_lock lock(mutex_);
  came_.wait(lock, [this] { return stage_ == Stage::stopping; });
  return number_;
}

bool StopSignals::take(int signal) {
  const std::lock_guard lock(mutex_);
  if (signal == SIGHUP) return !over_;
  switch (stage_) {
    case Stage::opening:
      cli::tell("stopped before it was ready");
      _exit(cli::kDone);
    case Stage::serving:
      stage_ = Stage::stopping;
      number_ = signal;
      came_.notify_all();
      return true;
    case Stage::stopping:
      break;
  }
  _exit(128 + signal);
}

}  // namespace ordo::program
