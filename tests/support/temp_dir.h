// A directory that is gone when the test ends.
#pragma once

#include <stdlib.h>

#include <filesystem>
#include <string>
#include <system_error>

#include "base/assert.h"

namespace ordo::testing {

class TempDir {
 public:
  TempDir() : TempDir(std::filesystem::temp_directory_path()) {}

  // In memory where the system has such a place: for tests that make thousands of files and need
  // none of them to survive.
  static TempDir in_memory() {
    std::error_code error;
    const std::filesystem::path shared = "/dev/shm";
    return std::filesystem::is_directory(shared, error)
               ? TempDir(shared)
               : TempDir(std::filesystem::temp_directory_path());
  }

  ~TempDir() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] std::string file(const std::string& name) const { return (path_ / name).string(); }

 private:
  explicit TempDir(const std::filesystem::path& where) {
    std::string name = (where / "ordo-test-XXXXXX").string();
    ORDO_ASSERT(::mkdtemp(name.data()) != nullptr);
    path_ = name;
  }

  std::filesystem::path path_;
};

}  // namespace ordo::testing
