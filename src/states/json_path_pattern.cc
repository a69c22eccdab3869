#include "states/json_path_pattern.h"

#include <fmt/format.h>

#include <optional>
#include <string>

#include "base/text.h"
#include "states/json_path_utf8.h"

namespace ordo::states {
namespace {

using base::ErrorCode;
using base::fail;
using base::Result;
using Range = Pattern::Range;
using Instruction = Pattern::Instruction;
using InstructionKind = Instruction::Kind;
using Program = std::vector<Instruction>;

constexpr char32_t kLast = 0x10ffff;

// \d \w \s; an opposite is made of what lies between.
std::optional<std::vector<Range>> class_of(char letter) {
  std::vector<Range> ranges;
  switch (base::ascii_lower(letter)) {
    case 'd':
      ranges = {{'0', '9'}};
      break;
    case 'w':
      ranges = {{'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}};
      break;
    case 's':
      ranges = {{'\t', '\r'}, {' ', ' '}};
      break;
    default:
      return std::nullopt;
  }
  if (letter == base::ascii_lower(letter)) return ranges;
  std::vector<Range> opposite;
  char32_t from = 0;
  for (const Range& range : ranges) {
    if (range.first > from) opposite.push_back({from, range.first - 1});
    from = range.last + 1;
  }
  opposite.push_back({from, kLast});
  return opposite;
}

std::optional<char32_t> control_of(char letter) {
  switch (letter) {
    case 'n':
      return U'\n';
    case 'r':
      return U'\r';
    case 't':
      return U'\t';
    case 'f':
      return U'\f';
    default:
      return std::nullopt;
  }
}

// Reads a pattern into a program, part by part; what is wrong ends up in `fault_`.
class Compiler {
 public:
  explicit Compiler(std::string_view text) : text_(text) {}

  Result<Program> compile() {
    Program program = alternatives();
    if (fault_.empty() && at_ < text_.size()) complain("unexpected ')'");
    if (!fault_.empty()) return fail(ErrorCode::invalid, fault_);
    program.push_back({InstructionKind::match});
    return program;
  }

 private:
  void complain(std::string_view what) {
    if (fault_.empty()) fault_ = fmt::format("{} at byte {} of the pattern", what, at_);
    at_ = text_.size();
  }
  [[nodiscard]] bool done() const { return at_ == text_.size(); }
  bool take(char c) {
    if (done() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  void append(Program& program, const Program& part) {
    if (program.size() + part.size() > Pattern::kMaxInstructions) {
      return complain("too much is repeated");
    }
    const std::size_t base = program.size();
    for (Instruction instruction : part) {
      instruction.next += base;
      instruction.other += base;
      program.push_back(std::move(instruction));
    }
  }

  // NOLINTNEXTLINE(misc-no-recursion): kMaxNesting
  Program alternatives() {
    Program program = sequence();
    while (take('|')) {
      const Program second = sequence();
      Program both{{InstructionKind::split, {}, 1, program.size() + 2}};
      append(both, program);
      both.push_back({InstructionKind::jump, {}, both.size() + 1 + second.size()});
      append(both, second);
      program = std::move(both);
    }
    return program;
  }

  // NOLINTNEXTLINE(misc-no-recursion): kMaxNesting
  Program sequence() {
    Program program;
    while (!done() && text_[at_] != '|' && text_[at_] != ')') {
      Program one = atom();
      append(program, repeated(std::move(one)));
    }
    return program;
  }

  Program repeated(Program one) {
    while (!done()) {
      if (take('*')) {
        one = many(one);
      } else if (take('+')) {
        Program program = one;
        append(program, many(one));
        one = std::move(program);
      } else if (take('?')) {
        one = perhaps(one);
      } else if (text_[at_] == '{') {
        one = counted(one);
      } else {
        return one;
      }
      // A lazy or a greedy repetition match the same whole texts.
      if (!take('?') && take('+')) complain("a possessive repetition is not known");
    }
    return one;
  }
  Program many(const Program& one) {
    Program program{{InstructionKind::split, {}, 1, one.size() + 2}};
    append(program, one);
    program.push_back({InstructionKind::jump, {}, 0});
    return program;
  }
  Program perhaps(const Program& one) {
    Program program{{InstructionKind::split, {}, 1, one.size() + 1}};
    append(program, one);
    return program;
  }
  Program counted(const Program& one) {
    ++at_;
    const std::size_t least = number();
    std::optional<std::size_t> most = least;
    if (take(',')) {
      most.reset();
      if (!done() && text_[at_] != '}') most = number();
    }
    if (!take('}') || (most && *most < least)) complain("expected {n}, {n,} or {n,m}");
    Program program;
    for (std::size_t i = 0; i < least && fault_.empty(); ++i) append(program, one);
    if (!most) append(program, many(one));
    for (std::size_t i = least; most && i < *most && fault_.empty(); ++i) {
      append(program, perhaps(one));
    }
    return program;
  }
  std::size_t number() {
    std::size_t value = 0;
    const std::size_t begin = at_;
    while (!done() && text_[at_] >= '0' && text_[at_] <= '9' &&
           value <= Pattern::kMaxInstructions) {
      value = value * 10 + static_cast<std::size_t>(text_[at_++] - '0');
    }
    if (at_ == begin) complain("expected a number");
    if (value > Pattern::kMaxInstructions) complain("too much is repeated");
    return value;
  }

  // NOLINTNEXTLINE(misc-no-recursion): kMaxNesting
  Program atom() {
    if (take('(')) return group();
    if (take('[')) return {set()};
    if (take('.')) return {{InstructionKind::none_of, {{'\n', '\n'}, {'\r', '\r'}}}};
    if (take('^')) return {{InstructionKind::begin}};
    if (take('$')) return {{InstructionKind::end}};
    const char c = text_[at_];
    if (c == '*' || c == '+' || c == '?' || c == '{') {
      complain("nothing stands before the repetition");
      return {};
    }
    if (c == '\\') return {{InstructionKind::one_of, escape()}};
    const char32_t character = next_character(text_, at_);
    return {{InstructionKind::one_of, {{character, character}}}};
  }

  // NOLINTNEXTLINE(misc-no-recursion): kMaxNesting
  Program group() {
    if (++nesting_ > Pattern::kMaxNesting) complain("too many groups in one another");
    if (take('?') && !take(':')) complain("only (?:…) is known of the groups with '?'");
    Program program = alternatives();
    if (!take(')')) complain("a group is not closed");
    --nesting_;
    return program;
  }

  std::vector<Range> escape() {
    ++at_;
    if (done()) {
      complain("nothing follows the '\\'");
      return {};
    }
    const char c = text_[at_];
    if (auto known = class_of(c)) {
      ++at_;
      return *std::move(known);
    }
    if (const auto control = control_of(c)) {
      ++at_;
      return {{*control, *control}};
    }
    if (base::is_alphanumeric(c)) {
      complain("an escape that is not known");
      return {};
    }
    const char32_t character = next_character(text_, at_);
    return {{character, character}};
  }

  Instruction set() {
    Instruction instruction{take('^') ? InstructionKind::none_of : InstructionKind::one_of};
    bool first = true;
    while (!done() && (first || text_[at_] != ']')) {
      first = false;
      if (text_[at_] == '[') {
        complain("a set within a set is not known: write \\[");
        break;
      }
      std::vector<Range> low = set_item();
      const bool to = at_ + 1 < text_.size() && text_[at_] == '-' && text_[at_ + 1] != ']';
      if (to && low.size() == 1 && low[0].first == low[0].last) {
        ++at_;
        const std::vector<Range> high = set_item();
        if (high.size() != 1 || high[0].first != high[0].last || high[0].first < low[0].first) {
          complain("a range that is none");
          break;
        }
        low[0].last = high[0].first;
      }
      instruction.ranges.insert(instruction.ranges.end(), low.begin(), low.end());
    }
    if (!take(']')) complain("a set is not closed");
    return instruction;
  }
  std::vector<Range> set_item() {
    if (text_[at_] == '\\') return escape();
    const char32_t character = next_character(text_, at_);
    return {{character, character}};
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t nesting_ = 0;
  std::string fault_;
};

}  // namespace

Result<Pattern> Pattern::parse(std::string_view text, bool ignore_case) {
  Result<Program> program = Compiler(text).compile();
  if (!program) return fail(std::move(program.error()));
  return Pattern(std::move(*program), ignore_case);
}

}  // namespace ordo::states
