#include "functions/process_output.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "support/pick.h"

namespace ordo::functions {
namespace {

using Lines = std::vector<std::string>;

// What comes of `text` in pieces of so many bytes.
Lines cut(std::string_view text, std::size_t piece) {
  LineCutter cutter;
  Lines lines;
  const auto add = [&](std::string_view line) { lines.emplace_back(line); };
  while (!text.empty()) {
    cutter.feed(text.substr(0, piece), add);
    text.remove_prefix(std::min(piece, text.size()));
  }
  cutter.finish(add);
  return lines;
}

TEST(LineCutter, GivesWholeLinesHoweverTheyCome) {
  for (const std::size_t piece : {1U, 2U, 3U, 100U}) {
    EXPECT_EQ(cut("one\ntwo\r\n\n\nthree", piece), (Lines{"one", "two", "three"}));
  }
}

TEST(LineCutter, CutsALineThatIsTooLong) {
  const std::string full(kMaxOutputLineBytes, 'a');
  EXPECT_EQ(cut(full + "\nb\n", 1000), (Lines{full, "b"}));
  EXPECT_EQ(cut(full + "b\nc", 1000), (Lines{full, "b", "c"}));
  EXPECT_EQ(cut(full + full + "b", 100'000), (Lines{full, full, "b"}));
}

RC_GTEST_PROP(LineCutter, LosesNothingAndDependsOnNoPieces, ()) {
  std::string text;
  std::string kept;
  for (int i = testing::pick(0, 20); i > 0; --i) {
    const std::size_t length =
        testing::one_in(5)
            ? testing::pick<std::size_t>(kMaxOutputLineBytes - 2, 2 * kMaxOutputLineBytes + 2)
            : testing::pick<std::size_t>(0, 10);
    kept.append(length, static_cast<char>('a' + i));
    text.append(length, static_cast<char>('a' + i));
    text += '\n';
  }
  const Lines lines = cut(text, testing::pick<std::size_t>(1, 40'000));
  std::string joined;
  for (const std::string& line : lines) {
    RC_ASSERT(!line.empty() && line.size() <= kMaxOutputLineBytes);
    joined += line;
  }
  RC_ASSERT(joined == kept);
  RC_ASSERT(lines == cut(text, 100'000));
}

}  // namespace
}  // namespace ordo::functions
