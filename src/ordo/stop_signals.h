// What SIGTERM and SIGINT mean to a server: while it opens its store there is nothing to wait for,
// then they ask for an orderly stop, and whoever asks twice does not want to wait. SIGHUP is
// ignored.
#pragma once

#include <condition_variable>
#include <mutex>
#include <thread>

#include "system/signals.h"

namespace ordo::program {

// Make it before all that may take its time to end, so that it ends after that.
class StopSignals {
 public:
  // `signals` is borrowed. Until keep() one of them ends the process at once, with 0: nothing is
  // anybody's yet, and what was begun is as after a crash.
  explicit StopSignals(const system::SignalWaiter& signals);
  ~StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

  // From now on the first one is kept for wait().
  void keep();
  // The number of the one that comes, or came since keep(). The next one ends the process at once,
  // with 128 and its number.
  int wait();

 private:
  enum class Stage { opening, serving, stopping };
  void listen();
  // False: nobody listens any more.
  bool take(int signal);

  const system::SignalWaiter& signals_;
  std::mutex mutex_;
  std::condition_variable came_;
  Stage stage_ = Stage::opening;  // guarded by mutex_, as those that follow
  int number_ = 0;
  bool over_ = false;
  std::thread thread_;  // the last: it uses the others
};

}  // namespace ordo::program
