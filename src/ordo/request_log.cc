#include "ordo/request_log.h"

#include <fmt/format.h>

#include <chrono>

namespace ordo::program {
namespace {

bool accepted_with_trace(const api::Answered& answered) {
  const bool submission = answered.route == "/tasks" || answered.route == "/tasks/batch";
  return submission && answered.method == "POST" && answered.status < 300 &&
         !answered.traceparent.empty();
}

}  // namespace

void RequestLog::add(const api::Answered& answered) {
  const bool failed = answered.status >= 500;
  if (!all_ && failed && !turn(Ask::place)) return;
  if (!failed && surplus_.load(std::memory_order_relaxed) > 0) turn(Ask::news);
  const Level level = failed                                  ? Level::warning
                      : all_ || accepted_with_trace(answered) ? Level::info
                                                              : Level::debug;
  if (!log_.enabled(level)) return;
  log_.write(level, "request",
             {{"method", answered.method},
              {"path", answered.path},
              {"route", answered.route},
              {"status", std::int64_t{answered.status}},
              {"seconds", std::chrono::duration<double>(answered.took).count()},
              {"bytes_in", static_cast<std::int64_t>(answered.bytes_in)},
              {"bytes_out", static_cast<std::int64_t>(answered.bytes_out)},
              {"request_id", answered.request_id},
              {"traceparent", answered.traceparent},
              {"peer", answered.peer},
              {"error", answered.fault}});
}

void RequestLog::tell_surplus() {
  std::uint64_t surplus = 0;
  {
    const std::scoped_lock lock(mutex_);
    surplus = surplus_.exchange(0);
  }
  tell(surplus);
}

// Begins a new second when the old one is over. Returns whether there is a place in it, and takes
// it if one was asked for.
bool RequestLog::turn(Ask ask) {
  std::uint64_t surplus = 0;
  bool place = false;
  {
    const std::scoped_lock lock(mutex_);
    const base::MonoTime now = clock_.mono();
    if (now >= until_) {
      surplus = surplus_.exchange(0);
      until_ = now + std::chrono::seconds(1);
      written_ = 0;
    }
    place = written_ < kFailuresASecond;
    if (ask == Ask::place && place) ++written_;
    if (ask == Ask::place && !place) surplus_.fetch_add(1);
  }
  tell(surplus);
  return place;
}

void RequestLog::tell(std::uint64_t surplus) {
  if (surplus == 0) return;
  log_.write(Level::warning, fmt::format("{} more requests failed", surplus));
}

}  // namespace ordo::program
