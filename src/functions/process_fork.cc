#include "functions/process_fork.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/close_range.h>
#include <string.h>
#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <utility>

namespace ordo::functions {

Descriptor::Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  std::swap(number_, other.number_);
  return *this;
}
Descriptor::~Descriptor() {
  if (number_ >= 0) ::close(number_);
}

base::Error failure_of(std::string_view what, int error) {
  std::array<char, 128> room{};
  return {base::ErrorCode::unavailable,
          fmt::format("{}: {}", what, ::strerror_r(error, room.data(), room.size()))};
}

Descriptor set_apart(Descriptor descriptor) {
  constexpr int kFirst = 3;
  if (descriptor.get() < 0 || descriptor.get() >= kFirst) return descriptor;
  return Descriptor(::fcntl(descriptor.get(), F_DUPFD_CLOEXEC, kFirst));
}

base::Result<Pipe> make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
    return base::fail(failure_of("cannot make a pipe", errno));
  }
  return Pipe{set_apart(Descriptor(ends[0])), set_apart(Descriptor(ends[1]))};
}

void close_others_on_exec() noexcept {
  if (::close_range(3, ~0U, CLOSE_RANGE_CLOEXEC) == 0) return;
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  constexpr rlim_t kMost = 65536;
  for (int i = 3; i < static_cast<int>(std::min(limit.rlim_cur, kMost)); ++i) {
    ::fcntl(i, F_SETFD, FD_CLOEXEC);
  }
}

}  // namespace ordo::functions
