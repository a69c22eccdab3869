// Time that moves only when a test says so, and randomness that a seed repeats.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <random>

#include "ports/clock.h"
#include "ports/random.h"

namespace ordo::testing {

// Any thread may read; the test moves it.
class FakeClock : public ports::Clock {
 public:
  // 2026-01-02T03:04:05.678Z
  explicit FakeClock(std::int64_t wall_ms = 1'767'323'045'678) : wall_ms_(wall_ms) {}

  [[nodiscard]] base::WallTime wall() const override {
    return base::WallTime::from_ms(wall_ms_ + (mono_ns_ - kStartNs) / 1'000'000);
  }
  [[nodiscard]] base::MonoTime mono() const override { return base::MonoTime::from_ns(mono_ns_); }

  void advance(std::chrono::nanoseconds by) { mono_ns_ += by.count(); }

  // Somebody sets the wall clock.
  void jump(std::chrono::milliseconds by) { wall_ms_ += by.count(); }

 private:
  static constexpr std::int64_t kStartNs = 1'000'000'000;

  std::atomic<std::int64_t> wall_ms_;  // at the start, were it as it is set now
  std::atomic<std::int64_t> mono_ns_{kStartNs};
};

// Any thread; repeatable while one asks.
class SeededRandom : public ports::Random {
 public:
  explicit SeededRandom(std::uint64_t seed = 1) : engine_(seed) {}
  [[nodiscard]] std::uint64_t next() override {
    const std::lock_guard lock(mutex_);
    return engine_();
  }

 private:
  std::mutex mutex_;
  std::mt19937_64 engine_;  // guarded by mutex_
};

}  // namespace ordo::testing
