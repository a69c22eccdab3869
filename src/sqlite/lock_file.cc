#include "sqlite/lock_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>

namespace ordo::sqlite {
namespace {

using base::ErrorCode;

std::string owner_of(int descriptor) {
  std::array<char, 32> text{};
  const ssize_t size = ::pread(descriptor, text.data(), text.size(), 0);
  std::string_view pid(text.data(), size < 0 ? 0 : static_cast<std::size_t>(size));
  while (!pid.empty() && pid.back() == '\n') pid.remove_suffix(1);
  return pid.empty() ? "another process" : fmt::format("process {}", pid);
}

}  // namespace

base::Result<LockFile> LockFile::take(const std::string& database) {
  const std::string path = database + ".lock";
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor < 0) {
    return base::fail(ErrorCode::unavailable,
                      fmt::format("cannot open {}: {}; check that its directory can be written",
                                  path, std::strerror(errno)));
  }
  LockFile lock(descriptor);
  // flock belongs to the open file, not to the process: a second owner in one process is refused
  // as well.
  if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
    return base::fail(ErrorCode::conflict,
                      fmt::format("{} is in use by {}: stop it, or choose another --data", database,
                                  owner_of(descriptor)));
  }
  const std::string pid = fmt::format("{}\n", ::getpid());
  if (::ftruncate(descriptor, 0) != 0 ||
      ::pwrite(descriptor, pid.data(), pid.size(), 0) != static_cast<ssize_t>(pid.size())) {
    // The pid only serves the message; the lock is what counts.
    return lock;
  }
  return lock;
}

LockFile::~LockFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

}  // namespace ordo::sqlite
