#include "files/file_io.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <utility>

namespace ordo::files {
namespace {

constexpr std::int64_t kNanosPerSecond = 1'000'000'000;

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  [[nodiscard]] int get() const { return number_; }
  [[nodiscard]] bool is_open() const { return number_ >= 0; }

 private:
  const int number_;
};

base::Error cannot(std::string_view what, const std::string& path, int failure) {
  return {base::ErrorCode::unavailable,
          fmt::format("cannot {} {}: {}; check the disk", what, path, std::strerror(failure))};
}

// What there was no directory for is told from what the disk refuses.
base::Error cannot_write(const std::string& path, int failure) {
  base::Error error = cannot("write", path, failure);
  if (failure == ENOENT) error.code = base::ErrorCode::not_found;
  return error;
}

bool is_absent(int failure) {
  return failure == ENOENT || failure == ENOTDIR || failure == ELOOP || failure == ENAMETOOLONG;
}

FileMark mark_of(const struct stat& state) {
  return {static_cast<std::uint64_t>(state.st_size),
          std::int64_t{state.st_mtim.tv_sec} * kNanosPerSecond + state.st_mtim.tv_nsec,
          static_cast<std::uint64_t>(state.st_ino)};
}

// 0, or what went wrong.
int read_all(int descriptor, std::string& into) {
  std::size_t have = 0;
  while (have < into.size()) {
    const ssize_t got = ::read(descriptor, into.data() + have, into.size() - have);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return errno;
    if (got == 0) break;
    have += static_cast<std::size_t>(got);
  }
  into.resize(have);
  return 0;
}

int write_all(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t put = ::write(descriptor, bytes.data(), bytes.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return errno;
    bytes.remove_prefix(static_cast<std::size_t>(put));
  }
  return 0;
}

int set_modified(int descriptor, base::WallTime at) {
  const std::int64_t nanos = at.ms() * 1'000'000;
  const std::int64_t rest = ((nanos % kNanosPerSecond) + kNanosPerSecond) % kNanosPerSecond;
  const timespec time{(nanos - rest) / kNanosPerSecond, static_cast<long>(rest)};
  const timespec times[2] = {time, time};
  return ::futimens(descriptor, times) == 0 ? 0 : errno;
}

base::Result<void> sync_directory(const std::string& path) {
  const Descriptor directory(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (directory.is_open() && ::fsync(directory.get()) == 0) return {};
  return base::fail(cannot("make durable", path, errno));
}

}  // namespace

base::Result<std::optional<FileContent>> read_file(const std::string& path, std::size_t at_most) {
  // Without waiting: somebody may have made a pipe of that name.
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (!file.is_open() && is_absent(errno)) return std::nullopt;
  struct stat state{};
  if (!file.is_open() || ::fstat(file.get(), &state) != 0) {
    return base::fail(cannot("read", path, errno));
  }
  if (!S_ISREG(state.st_mode)) return std::nullopt;
  FileContent content{mark_of(state), {}};
  if (content.mark.bytes > at_most) {
    return base::fail(base::ErrorCode::too_large,
                      fmt::format("{} has {} bytes", path, content.mark.bytes));
  }
  content.bytes.resize(content.mark.bytes);
  if (const int failure = read_all(file.get(), content.bytes); failure != 0) {
    return base::fail(cannot("read", path, failure));
  }
  return content;
}

base::Result<std::optional<FileMark>> look_at_file(const std::string& path) {
  struct stat state{};
  if (::lstat(path.c_str(), &state) == 0) {
    return S_ISREG(state.st_mode) ? std::optional(mark_of(state)) : std::nullopt;
  }
  if (is_absent(errno)) return std::nullopt;
  return base::fail(cannot("look at", path, errno));
}

base::Result<FileMark> write_new_file(const std::string& path, std::string_view bytes,
                                      base::WallTime modified_at) {
  const Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!file.is_open()) return base::fail(cannot_write(path, errno));
  struct stat state{};
  int failure = write_all(file.get(), bytes);
  if (failure == 0) failure = set_modified(file.get(), modified_at);
  if (failure == 0 && ::fsync(file.get()) != 0) failure = errno;
  if (failure == 0 && ::fstat(file.get(), &state) != 0) failure = errno;
  if (failure == 0) return mark_of(state);
  ::unlink(path.c_str());
  return base::fail(cannot("write", path, failure));
}

base::Result<void> move_file(const std::string& from, const std::string& to,
                             const std::string& directory) {
  if (std::rename(from.c_str(), to.c_str()) != 0) {
    const int failure = errno;
    ::unlink(from.c_str());
    return base::fail(cannot_write(to, failure));
  }
  return sync_directory(directory);
}

base::Result<void> make_directory(const std::string& path, const std::string& parent) {
  if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) {
    return base::fail(cannot("make", path, errno));
  }
  return sync_directory(parent);
}

base::Result<bool> each_name(const std::string& directory,
                             const std::function<void(std::string_view)>& visit) {
  const auto close = [](DIR* open) { ::closedir(open); };
  const std::unique_ptr<DIR, decltype(close)> names(::opendir(directory.c_str()), close);
  if (!names && is_absent(errno)) return false;
  if (!names) return base::fail(cannot("read", directory, errno));
  errno = 0;
  while (const dirent* const entry = ::readdir(names.get())) {
    visit(std::string_view(entry->d_name));
    errno = 0;
  }
  if (errno != 0) return base::fail(cannot("read", directory, errno));
  return true;
}

}  // namespace ordo::files
