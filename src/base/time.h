// Two times that must not be mixed: WallTime is what people read and what is
// stored (milliseconds since 1970, UTC); MonoTime only ever measures.
#pragma once

#include <chrono>
#include <compare>
#include <cstdint>

namespace ordo::base {

using Millis = std::chrono::milliseconds;

class WallTime {
 public:
  constexpr WallTime() = default;
  [[nodiscard]] static constexpr WallTime from_ms(std::int64_t ms) noexcept {
    WallTime time;
    time.ms_ = ms;
    return time;
  }
  [[nodiscard]] constexpr std::int64_t ms() const noexcept { return ms_; }

  friend constexpr auto operator<=>(WallTime, WallTime) = default;
  friend constexpr WallTime operator+(WallTime time, Millis by) noexcept {
    return from_ms(time.ms_ + by.count());
  }
  friend constexpr WallTime operator-(WallTime time, Millis by) noexcept {
    return from_ms(time.ms_ - by.count());
  }
  friend constexpr Millis operator-(WallTime a, WallTime b) noexcept {
    return Millis(a.ms_ - b.ms_);
  }

 private:
  std::int64_t ms_ = 0;
};

class MonoTime {
 public:
  constexpr MonoTime() = default;
  [[nodiscard]] static constexpr MonoTime from_ns(std::int64_t ns) noexcept {
    MonoTime time;
    time.ns_ = ns;
    return time;
  }
  [[nodiscard]] constexpr std::int64_t ns() const noexcept { return ns_; }

  friend constexpr auto operator<=>(MonoTime, MonoTime) = default;
  friend constexpr MonoTime operator+(MonoTime time, std::chrono::nanoseconds by) noexcept {
    return from_ns(time.ns_ + by.count());
  }
  friend constexpr std::chrono::nanoseconds operator-(MonoTime a, MonoTime b) noexcept {
    return std::chrono::nanoseconds(a.ns_ - b.ns_);
  }

 private:
  std::int64_t ns_ = 0;
};

}  // namespace ordo::base
