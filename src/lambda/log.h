// Lines for CloudWatch, which takes what the function writes.
#pragma once

#include <initializer_list>
#include <string_view>

#include "base/log_line.h"
#include "ports/clock.h"

namespace ordo::lambda {

// Any thread: a line is one write.
class Log {
 public:
  explicit Log(const ports::Clock& clock) : clock_(clock) {}

  // Before there are other threads.
  void set_least(base::Level least) { least_ = least; }

  void write(base::Level level, std::string_view message,
             std::initializer_list<base::LogField> fields = {});
  // As it is: metrics have a form of their own.
  static void write_raw(std::string_view line);

 private:
  const ports::Clock& clock_;
  base::Level least_ = base::Level::info;
};

}  // namespace ordo::lambda
