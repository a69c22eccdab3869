// Cuts what a process writes into lines.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace ordo::functions {

// A longer line comes in pieces of this size.
inline constexpr std::size_t kMaxOutputLineBytes = 16UL * 1024;

class LineCutter {
 public:
  using OnLine = std::function<void(std::string_view line)>;

  // Whole lines, without their newline (and a carriage return before it); empty ones are left out.
  void feed(std::string_view bytes, const OnLine& on_line);
  // What came after the last newline.
  void finish(const OnLine& on_line);

 private:
  void give(std::string_view line, const OnLine& on_line);

  std::string rest_;
};

}  // namespace ordo::functions
