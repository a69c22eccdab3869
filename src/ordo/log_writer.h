// Lines on their way to a file descriptor that may be slow or stuck: whoever writes a line never
// waits for whoever reads it.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

#include "base/time.h"

namespace ordo::program {

class LogWriter {
 public:
  // Lines that wait hold so many bytes at most; beyond, the oldest go.
  static constexpr std::size_t kMaxWaitingBytes = 1024UL * 1024;

  // `fd` is borrowed. `tell_dropped` makes the line that stands where lines are missing.
  LogWriter(int fd, std::function<std::string(std::uint64_t dropped)> tell_dropped);
  // What waits is written within kLastBound, or not at all.
  ~LogWriter();
  LogWriter(const LogWriter&) = delete;
  LogWriter& operator=(const LogWriter&) = delete;

  // Any thread. `line` is without its end.
  void write(std::string line);
  // Any thread but the writer's own. True: the line is out, or nobody can ever read it. False:
  // lines did not flow so far within `bound`; this one is taken out again, unless it is already
  // being written.
  bool deliver(std::string line, base::Millis bound);
  // Any thread. Whether all that was written before is out within `bound`.
  bool flush(base::Millis bound);

  static constexpr base::Millis kLastBound{1'000};

 private:
  struct Line {
    std::string text;
    std::uint64_t number;
    bool stays = false;  // is not dropped for others
  };

  void enqueue(std::string text, bool stays);
  void run(const std::stop_token& stop);
  void put(std::string_view text);
  [[nodiscard]] bool wait_until_writable() const;

  const int fd_;
  const std::function<std::string(std::uint64_t)> tell_dropped_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  // Guarded by mutex_.
  std::deque<Line> lines_;
  std::size_t bytes_ = 0;
  std::uint64_t dropped_ = 0;  // and not yet told
  bool busy_ = false;          // lines were taken that are not all out
  std::uint64_t last_ = 0;     // the number of the newest line
  std::uint64_t out_ = 0;      // up to this one, those that were not dropped are out

  std::stop_source given_up_;
  std::jthread thread_;  // ends first
};

}  // namespace ordo::program
