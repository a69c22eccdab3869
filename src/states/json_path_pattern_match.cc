// A pattern at work: all its threads side by side, one character after the other.
#include <algorithm>
#include <cstddef>
#include <string_view>
#include <vector>

#include "states/json_path_pattern.h"
#include "states/json_path_utf8.h"

namespace ordo::states {
namespace {

using Range = Pattern::Range;
using Instruction = Pattern::Instruction;
using InstructionKind = Instruction::Kind;
using Program = std::vector<Instruction>;

char32_t small(char32_t c) {
  return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c;
}
char32_t large(char32_t c) {
  return c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c;
}

bool within(const std::vector<Range>& ranges, char32_t c) {
  return std::ranges::any_of(
      ranges, [c](const Range& range) { return c >= range.first && c <= range.last; });
}

// All places of the program that the text read so far leads to, side by side.
class Threads {
 public:
  Threads(const Program& program, bool ignore_case)
      : program_(program), ignore_case_(ignore_case), seen_(program.size(), 0) {}

  void start() {
    ++round_;
    follow(next_, 0, true, false);
  }
  // `last`: nothing follows this character.
  void read(char32_t c, bool last) {
    current_.swap(next_);
    next_.clear();
    ++round_;
    for (const std::size_t place : current_) {
      const Instruction& instruction = program_[place];
      if (instruction.kind == InstructionKind::match) continue;
      if (accepts(instruction, c)) follow(next_, place + 1, false, last);
    }
  }
  [[nodiscard]] bool dead() const { return next_.empty(); }
  [[nodiscard]] bool matched() const {
    return std::ranges::any_of(
        next_, [&](std::size_t place) { return program_[place].kind == InstructionKind::match; });
  }
  void start_at_the_end() {
    next_.clear();
    ++round_;
    follow(next_, 0, true, true);
  }

 private:
  [[nodiscard]] bool accepts(const Instruction& instruction, char32_t c) const {
    const bool found =
        within(instruction.ranges, c) || (ignore_case_ && (within(instruction.ranges, small(c)) ||
                                                           within(instruction.ranges, large(c))));
    return found == (instruction.kind == InstructionKind::one_of);
  }
  void follow(std::vector<std::size_t>& places, std::size_t from, bool at_begin, bool at_end) {
    waiting_.push_back(from);
    while (!waiting_.empty()) {
      const std::size_t place = waiting_.back();
      waiting_.pop_back();
      if (seen_[place] == round_) continue;
      seen_[place] = round_;
      const Instruction& instruction = program_[place];
      switch (instruction.kind) {
        case InstructionKind::split:
          waiting_.push_back(instruction.other);
          waiting_.push_back(instruction.next);
          break;
        case InstructionKind::jump:
          waiting_.push_back(instruction.next);
          break;
        case InstructionKind::begin:
          if (at_begin) waiting_.push_back(place + 1);
          break;
        case InstructionKind::end:
          if (at_end) waiting_.push_back(place + 1);
          break;
        default:
          places.push_back(place);
      }
    }
  }

  const Program& program_;
  const bool ignore_case_;
  std::size_t round_ = 0;
  std::vector<std::size_t> seen_;  // in which round a place was reached last
  std::vector<std::size_t> current_;
  std::vector<std::size_t> next_;
  std::vector<std::size_t> waiting_;
};

}  // namespace

bool Pattern::matches(std::string_view text) const {
  Threads threads(program_, ignore_case_);
  if (text.empty()) {
    threads.start_at_the_end();
    return threads.matched();
  }
  threads.start();
  for (std::size_t at = 0; at < text.size() && !threads.dead();) {
    const char32_t c = next_character(text, at);
    threads.read(c, at == text.size());
  }
  return threads.matched();
}

}  // namespace ordo::states
