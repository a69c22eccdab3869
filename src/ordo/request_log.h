// Which answered requests have a line in the log.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>

#include "api/api.h"
#include "ordo/log.h"
#include "ports/clock.h"

namespace ordo::program {

// Any thread. A line for what failed on our side, at most kFailuresASecond of them; for accepted
// tasks that came with a trace, so that it can be followed; and for all the others when asked for.
class RequestLog {
 public:
  static constexpr int kFailuresASecond = 10;

  // `all`: a line for each request, without a bound.
  RequestLog(Log& log, const ports::Clock& clock, bool all) : log_(log), clock_(clock), all_(all) {}

  void add(const api::Answered& answered);
  // Tells what was left out so far. Happens by itself as long as requests come.
  void tell_surplus();

 private:
  enum class Ask : std::uint8_t { place, news };
  bool turn(Ask ask);
  void tell(std::uint64_t surplus);

  Log& log_;
  const ports::Clock& clock_;
  const bool all_;
  std::atomic<std::uint64_t> surplus_ = 0;  // written under mutex_
  std::mutex mutex_;
  base::MonoTime until_;  // of the second under way; guarded by mutex_, as the next
  int written_ = 0;
};

}  // namespace ordo::program
