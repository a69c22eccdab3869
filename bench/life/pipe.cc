#include "life/pipe.h"

#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <stdexcept>

namespace ordo::bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kLine = 400;  // about a task as JSON

using Line = std::array<char, kLine>;

bool read_line(int from, Line& line) {
  std::size_t have = 0;
  while (have < line.size()) {
    const ssize_t got = ::read(from, line.data() + have, line.size() - have);
    if (got <= 0) return false;
    have += static_cast<std::size_t>(got);
  }
  return true;
}

bool pass_on(int from, int to) {
  Line line;
  return read_line(from, line) &&
         ::write(to, line.data(), line.size()) == static_cast<ssize_t>(line.size());
}

}  // namespace

double measure_pipe(double seconds) {
  std::array<int, 2> there{};
  std::array<int, 2> back{};
  if (::pipe(there.data()) != 0 || ::pipe(back.data()) != 0) throw std::runtime_error("no pipe");
  const pid_t child = ::fork();
  if (child < 0) throw std::runtime_error("no child");
  if (child == 0) {
    ::close(there[1]);
    ::close(back[0]);
    while (pass_on(there[0], back[1])) {
    }
    ::_exit(0);
  }
  ::close(there[0]);
  ::close(back[1]);
  Line line{};
  const auto began = Clock::now();
  const auto until = began + std::chrono::duration<double>(seconds);
  std::size_t lines = 0;
  for (; Clock::now() < until; ++lines) {
    if (::write(there[1], line.data(), line.size()) < 0) break;
    if (!read_line(back[0], line)) throw std::runtime_error("the child is gone");
  }
  const double took = std::chrono::duration<double>(Clock::now() - began).count();
  ::close(there[1]);
  ::close(back[0]);
  ::waitpid(child, nullptr, 0);
  return static_cast<double>(lines) / took;
}

}  // namespace ordo::bench
