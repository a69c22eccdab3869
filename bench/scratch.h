// A directory for a benchmark's files, removed with it.
#pragma once

#include <fmt/core.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <system_error>

namespace ordo::bench {

struct Scratch {
  explicit Scratch(const std::string& in)
      : path(std::filesystem::absolute(std::filesystem::path(in) /
                                       fmt::format("ordo-bench-{}", getpid()))) {
    std::filesystem::create_directories(path);
  }
  ~Scratch() {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  std::filesystem::path path;
};

}  // namespace ordo::bench
