// A regular expression without surprises: matched in a time that is linear in the text, whatever
// the pattern. Knows . [] () | * + ? {n,m} ^ $ \d \w \s and their opposites; neither references
// back nor looks around.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace ordo::states {

class Pattern {
 public:
  static constexpr std::size_t kMaxInstructions = 2000;
  static constexpr std::size_t kMaxNesting = 32;

  // `invalid`: what is wrong, and where.
  static base::Result<Pattern> parse(std::string_view text, bool ignore_case);

  // Whether it matches `text` from its beginning to its end.
  [[nodiscard]] bool matches(std::string_view text) const;
  // Proportional to the time that takes.
  [[nodiscard]] std::size_t cost(std::string_view text) const {
    return (text.size() + 1) * program_.size();
  }

  struct Range {
    char32_t first;
    char32_t last;
  };
  struct Instruction {
    enum class Kind : std::uint8_t { one_of, none_of, split, jump, begin, end, match };
    Kind kind;
    std::vector<Range> ranges = {};  // of one_of and none_of
    std::size_t next = 0;            // of split and jump
    std::size_t other = 0;           // of split
  };

 private:
  Pattern(std::vector<Instruction> program, bool ignore_case)
      : program_(std::move(program)), ignore_case_(ignore_case) {}

  std::vector<Instruction> program_;
  bool ignore_case_;
};

}  // namespace ordo::states
