// JSON values from a stream: the elements of an array, or one a line.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string>

#include "base/result.h"

namespace ordo::cli {

// One thread. Which of the two it is, is told by the first character. Holds one entry at a time,
// however long the stream.
class EntryReader {
 public:
  // `file` is read to its end and not closed.
  EntryReader(std::FILE* file, std::size_t max_bytes) : file_(file), max_bytes_(max_bytes) {}

  // The next entry, cut out but not read: it may be no JSON. False: there is no more. An error says
  // where the array breaks off, or which entry is too long.
  base::Result<bool> next(std::string& entry);

  // Of the last entry: "line 7", or "order 7" of an array.
  [[nodiscard]] std::string place() const;
  [[nodiscard]] std::uint64_t bytes() const { return bytes_; }

 private:
  enum class Form { unknown, lines, array, ended };

  int get();
  int get_past_space();
  base::Result<bool> next_line(std::string& entry);
  base::Result<bool> next_element(std::string& entry);
  base::Result<void> take_element(int first, std::string& entry);
  base::Result<void> take(int c, std::string& entry);

  std::FILE* file_;
  std::size_t max_bytes_;
  Form form_ = Form::unknown;
  bool is_array_ = false;
  int pending_ = EOF;  // a character that was looked at and not taken
  std::uint64_t bytes_ = 0;
  std::size_t number_ = 0;  // of the line, or of the element
};

}  // namespace ordo::cli
