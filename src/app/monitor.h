// Tells every channel of every dead task: in order, at least once, however long a channel is away.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "app/committer.h"
#include "base/result.h"
#include "base/time.h"
#include "ports/backlog.h"
#include "ports/notifier.h"

namespace ordo::app {

struct MonitoredChannel {
  std::string name;  // what it has been told is kept under this name
  std::unique_ptr<ports::Notifier> notifier;
};

// How a channel fares; on its thread. `error` empty: it works again.
using OnChannel = std::function<void(std::string_view channel, const ports::Notice& notice,
                                     const base::Error* error, bool given_up)>;

// One channel's way through the notices. One thread.
class ChannelTeller {
 public:
  ChannelTeller(MonitoredChannel channel, std::vector<std::string> all_channels,
                ports::Backlog& backlog, Committer& committer, OnChannel on_channel);

  // Tells what there is to tell. How long to wait before the next try; nothing: until there is
  // something new. A notice that the channel will never take is given up, and that is told. Once a
  // stop is asked for, it tells no more, and a notice that fails is no sign of a channel that does.
  std::optional<base::Millis> tell(const std::stop_token& stop = {});

  [[nodiscard]] const std::string& name() const noexcept { return channel_.name; }

  static constexpr base::Millis kFirstPause{1'000};
  static constexpr base::Millis kLongestPause{300'000};

 private:
  // Read at once, and noted at once: so many may be told again after a crash.
  static constexpr std::size_t kNotices = 32;

  bool tell_these(const std::vector<ports::Notice>& notices, const std::stop_token& stop);
  std::optional<base::Millis> fail();
  base::Result<void> note_told();
  base::Result<void> commit(std::vector<ports::Write> writes);

  MonitoredChannel channel_;
  const std::vector<std::string> all_channels_;
  ports::Backlog& backlog_;
  Committer& committer_;
  OnChannel on_channel_;
  std::uint64_t told_ = 0;
  std::uint64_t noted_ = 0;  // what of it is durable
  base::Millis pause_{0};
  bool failing_ = false;
};

struct WaitingNotices {
  std::string channel;
  std::uint64_t notices = 0;
};

// A thread a channel, so that none waits for another. They sleep while there is nothing to tell,
// and look now and then whether another node has left something to be told.
class Monitor {
 public:
  static constexpr base::Millis kLookAgain{30'000};

  // All that is given must outlive it; the committer's thread runs for as long as it does.
  Monitor(std::vector<MonitoredChannel> channels, ports::Backlog& backlog, Committer& committer,
          const OnChannel& on_channel, base::Millis look_again = kLookAgain);
  ~Monitor();
  Monitor(const Monitor&) = delete;
  Monitor& operator=(const Monitor&) = delete;

  // Any thread; reads from the store. How many notices each channel has still to be told.
  base::Result<std::vector<WaitingNotices>> waiting();
  // Any thread: there is a new notice.
  void wake();
  // What fails from now on was interrupted.
  void begin_stop();
  // Returns when no thread is left; what they have not told is told after the next start.
  void stop();

 private:
  void run(ChannelTeller& teller, const std::stop_token& stop);

  ports::Backlog& backlog_;
  const base::Millis look_again_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::uint64_t news_ = 0;  // guarded by mutex_
  std::vector<std::unique_ptr<ChannelTeller>> tellers_;
  std::vector<std::jthread> threads_;
};

}  // namespace ordo::app
