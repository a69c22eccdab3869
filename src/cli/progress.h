// How far long work has come, for people at a terminal.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "cli/environment.h"

namespace ordo::cli {

// "[####......]  40 %": pure. A total of 0 is done.
[[nodiscard]] std::string bar(std::uint64_t done, std::uint64_t total);

// One line on standard error that is written over again and again; nothing without a terminal.
class Progress {
 public:
  explicit Progress(const Environment& environment) : environment_(environment) {}
  ~Progress() { clear(); }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // True when the line is due to be written again: ten times a second at most.
  [[nodiscard]] bool due();
  void show(std::string_view line);
  // Takes the line away, so that something else can be written.
  void clear();

 private:
  const Environment& environment_;
  base::MonoTime next_{};
  bool shown_ = false;
};

}  // namespace ordo::cli
