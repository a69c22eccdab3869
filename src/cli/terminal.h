// Keys of the terminal at standard input, one by one.
#pragma once

#include <termios.h>

#include "base/time.h"

namespace ordo::cli {

// For as long as it lives keys come without Enter and are not shown; signals' keys stay what they
// are. One at a time.
class Keys {
 public:
  Keys();
  ~Keys();
  Keys(const Keys&) = delete;
  Keys& operator=(const Keys&) = delete;

  // The next key, or 0 when none came within `bound`.
  [[nodiscard]] static char wait(base::Millis bound);

 private:
  termios before_{};
  bool changed_ = false;
};

}  // namespace ordo::cli
