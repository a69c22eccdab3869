// How far long work has come, for people at a terminal and for those who read a log later.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "cli/environment.h"

namespace ordo::cli {

// "[####......]  40 %": pure. A total of 0 is done.
[[nodiscard]] std::string bar(std::uint64_t done, std::uint64_t total);

// One line on standard error that is written over again and again. Without a terminal: nothing, or
// for work of minutes a line of its own each time that so long has gone.
class Progress {
 public:
  explicit Progress(const Environment& environment,
                    std::optional<base::Millis> between_log_lines = std::nullopt);
  ~Progress() { clear(); }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // True when the line is due to be written again: on a terminal ten times a second at most.
  [[nodiscard]] bool due();
  void show(std::string_view line);
  // Takes the line away, so that something else can be written.
  void clear();

 private:
  const Environment& environment_;
  std::optional<base::Millis> between_;  // nothing: never
  base::MonoTime next_{};
  bool shown_ = false;  // and to be taken away
};

}  // namespace ordo::cli
