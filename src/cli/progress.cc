#include "cli/progress.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

namespace ordo::cli {
namespace {

constexpr std::uint64_t kBarWidth = 30;
constexpr base::Millis kBetweenLines{100};

}  // namespace

std::string bar(std::uint64_t done, std::uint64_t total) {
  const double part =
      total == 0 ? 1.0 : std::min(1.0, static_cast<double>(done) / static_cast<double>(total));
  const auto filled = static_cast<std::uint64_t>(part * static_cast<double>(kBarWidth));
  return fmt::format("[{:#<{}}{:.<{}}] {:3} %", "", filled, "", kBarWidth - filled,
                     static_cast<int>(part * 100));
}

Progress::Progress(const Environment& environment, std::optional<base::Millis> between_log_lines)
    : environment_(environment),
      between_(environment.progress ? kBetweenLines : between_log_lines) {
  // What ends before the first line of a log is due needs none.
  if (!environment.progress && between_) next_ = environment.now() + *between_;
}

bool Progress::due() {
  if (!between_) return false;
  const base::MonoTime now = environment_.now();
  if (now < next_) return false;
  next_ = now + *between_;
  return true;
}

void Progress::show(std::string_view line) {
  if (!environment_.progress) {
    fmt::print(stderr, "{}\n", line);
    return;
  }
  fmt::print(stderr, "\r{}\033[K", line);
  std::fflush(stderr);
  shown_ = true;
}

void Progress::clear() {
  if (shown_) fmt::print(stderr, "\r\033[K");
  shown_ = false;
}

}  // namespace ordo::cli
