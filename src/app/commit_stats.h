// What the committer tells the operator.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace ordo::app {

// A histogram with fixed upper bounds; the last bucket has none.
template <std::size_t N>
struct Histogram {
  std::array<std::uint64_t, N + 1> buckets{};
  std::uint64_t count = 0;
  double sum = 0;

  void observe(double value, const std::array<double, N>& bounds) noexcept {
    std::size_t i = 0;
    while (i < N && value > bounds[i]) ++i;
    ++buckets[i];
    ++count;
    sum += value;
  }
};

inline constexpr std::array<double, 11> kBatchBounds{1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024};
inline constexpr std::array<double, 11> kCommitSecondsBounds{
    0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5};

struct CommitStats {
  std::uint64_t commits = 0;
  std::uint64_t failed_commits = 0;
  std::uint64_t refused_busy = 0;     // submissions that found the mailbox full
  std::uint64_t accepted = 0;         // tasks added
  std::uint64_t replayed = 0;         // submissions answered with an earlier task
  std::uint64_t orders_accepted = 0;  // orders added
  std::uint64_t expired = 0;          // rows that retention deleted
  Histogram<kBatchBounds.size()> batch_writes;
  Histogram<kCommitSecondsBounds.size()> commit_seconds;
};

}  // namespace ordo::app
