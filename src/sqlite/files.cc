#include "sqlite/files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace ordo::sqlite {
namespace {

base::Result<void> sync(const std::filesystem::path& path, int flags) {
  const int descriptor = ::open(path.c_str(), flags | O_CLOEXEC);
  int failure = descriptor < 0 ? errno : 0;
  if (descriptor >= 0) {
    if (::fsync(descriptor) != 0) failure = errno;
    ::close(descriptor);
  }
  if (failure == 0) return {};
  return base::fail(base::ErrorCode::unavailable,
                    fmt::format("cannot make {} durable: {}; check the disk", path.string(),
                                std::strerror(failure)));
}

}  // namespace

std::filesystem::path directory_of(const std::string& path) {
  const std::filesystem::path directory = std::filesystem::path(path).parent_path();
  return directory.empty() ? "." : directory;
}

bool create_private(const std::string& path) noexcept {
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (descriptor < 0) return false;
  ::close(descriptor);
  return true;
}

base::Result<void> sync_file(const std::filesystem::path& path) {
  return sync(path, O_RDONLY);
}

base::Result<void> sync_directory(const std::filesystem::path& path) {
  return sync(path, O_RDONLY | O_DIRECTORY);
}

}  // namespace ordo::sqlite
