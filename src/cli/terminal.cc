#include "cli/terminal.h"

#include <poll.h>
#include <unistd.h>

#include <ctime>

namespace ordo::cli {

Keys::Keys() {
  if (tcgetattr(STDIN_FILENO, &before_) != 0) return;
  termios raw = before_;
  raw.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
  raw.c_cc[VMIN] = 1;
  raw.c_cc[VTIME] = 0;
  changed_ = tcsetattr(STDIN_FILENO, TCSANOW, &raw) == 0;
}

Keys::~Keys() {
  if (changed_) tcsetattr(STDIN_FILENO, TCSANOW, &before_);
}

char Keys::wait(base::Millis bound) {
  pollfd input{STDIN_FILENO, POLLIN, 0};
  char key = 0;
  const bool ready = ::poll(&input, 1, static_cast<int>(bound.count())) == 1;
  if (ready && ::read(STDIN_FILENO, &key, 1) == 1) return key;
  if (ready) {
    // Standard input has ended: it is ready at once for ever.
    const timespec rest{bound.count() / 1000, (bound.count() % 1000) * 1'000'000};
    ::nanosleep(&rest, nullptr);
  }
  return 0;
}

}  // namespace ordo::cli
