// Lines of a stream, with a bound on their length.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string>

namespace ordo::cli {

struct Line {
  std::string text;       // without its end
  bool too_long = false;  // `text` is only its beginning
};

// One thread.
class LineReader {
 public:
  // `file` is read to its end and not closed.
  LineReader(std::FILE* file, std::size_t max_bytes) : file_(file), max_bytes_(max_bytes) {}

  // False: there is no more.
  bool next(Line& line);
  [[nodiscard]] std::uint64_t bytes() const { return bytes_; }
  [[nodiscard]] std::size_t lines() const { return lines_; }

 private:
  std::FILE* file_;
  std::size_t max_bytes_;
  std::uint64_t bytes_ = 0;
  std::size_t lines_ = 0;
};

}  // namespace ordo::cli
