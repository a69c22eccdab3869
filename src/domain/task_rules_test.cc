#include "domain/task_rules.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <optional>
#include <string>
#include <string_view>

#include "base/text.h"
#include "support/json_generators.h"
#include "support/pick.h"

namespace ordo::domain {
namespace {

using Check = std::optional<Violation> (*)(std::string_view);

std::string code(const std::optional<Violation>& violation) {
  return violation ? violation->code : "ok";
}

std::string repeated(std::string_view text, std::size_t times) {
  std::string out;
  for (std::size_t i = 0; i < times; ++i) out += text;
  return out;
}

struct Bound {
  Check check;
  std::size_t max;
  std::string_view character;  // one that is allowed
  bool may_be_empty;
};

TEST(TaskRules, LengthsAreBoundedInCharacters) {
  for (const Bound& bound : {Bound{check_task_id, kMaxTaskIdLength, "a", false},
                             Bound{check_title, kMaxTitleLength, "😀", false},
                             Bound{check_description, kMaxDescriptionLength, "é", true},
                             Bound{check_lane, kMaxLaneLength, "€", false},
                             Bound{check_queue_name, kMaxQueueNameLength, "q", false},
                             Bound{check_idempotency_key, kMaxIdempotencyKeyLength, "~", false}}) {
    EXPECT_EQ(code(bound.check("")), bound.may_be_empty ? "ok" : "empty");
    EXPECT_EQ(code(bound.check(bound.character)), "ok");
    EXPECT_EQ(code(bound.check(repeated(bound.character, bound.max))), "ok");
    EXPECT_EQ(code(bound.check(repeated(bound.character, bound.max + 1))), "too_long");
  }
}

TEST(TaskRules, AMessageSaysWhatAndHowMuch) {
  EXPECT_EQ(check_title("")->message, "the title must not be empty");
  EXPECT_EQ(check_title(repeated("é", 201))->message, "the title may have 200 characters, not 201");
  EXPECT_EQ(check_lane("a\x01")->message, "a lane holds the control character U+0001");
  EXPECT_EQ(check_task_id("a b")->message,
            "a task_id may hold ASCII letters, digits and any of ._:-");
}

struct Row {
  Check check;
  std::string_view text;
  std::string_view code;
};

TEST(TaskRules, NamesAreOfAsciiLettersDigitsAndAFewMarks) {
  using namespace std::string_view_literals;
  for (const Row& row : {
           Row{check_task_id, "Invoice-17.a_b:c", "ok"},
           Row{check_task_id, "-", "ok"},
           Row{check_task_id, ".", "reserved"},
           Row{check_task_id, "..", "reserved"},
           Row{check_task_id, "...", "ok"},
           Row{check_task_id, "a/b", "bad_characters"},
           Row{check_task_id, " a", "bad_characters"},
           Row{check_task_id, "a\n", "bad_characters"},
           Row{check_task_id, "é", "bad_characters"},
           Row{check_task_id, "a\0b"sv, "bad_characters"},
           Row{check_task_id, "a%20b", "bad_characters"},
           Row{check_queue_name, "mail.out_2-b", "ok"},
           Row{check_queue_name, "mail:out", "bad_characters"},
           Row{check_queue_name, "@", "bad_characters"},
           Row{check_queue_name, "[", "bad_characters"},
           Row{check_queue_name, "`", "bad_characters"},
           Row{check_queue_name, "{", "bad_characters"},
           Row{check_queue_name, "/", "bad_characters"},
       }) {
    EXPECT_EQ(code(row.check(row.text)), row.code) << row.text;
  }
}

TEST(TaskRules, TextHoldsAnythingButControlCharacters) {
  using namespace std::string_view_literals;
  for (const Check check : {check_title, check_description, check_lane}) {
    EXPECT_EQ(code(check("Ünïcode ✓ <b>&amp;</b> \"'\\ 😀")), "ok");
    EXPECT_EQ(code(check("two\nlines\tand a tab")), "ok");
    for (const std::string_view bad : {"\r"sv, "a\0b"sv, "\x1b[0m"sv, "\x7f"sv, "a\xc2\x85"sv}) {
      EXPECT_EQ(code(check(bad)), "control_character");
    }
  }
}

TEST(TaskRules, AnIdempotencyKeyIsVisibleAscii) {
  EXPECT_EQ(code(check_idempotency_key("!\"#~/key,with;marks=")), "ok");
  for (const std::string_view bad : {"a b", "a\tb", "\x7f", "é", "a\n"}) {
    EXPECT_EQ(code(check_idempotency_key(bad)), "bad_characters") << bad;
  }
}

TEST(TaskRules, ATraceparentIsOfVersionZeroAndNotEmpty) {
  const std::string trace = "4bf92f3577b34da6a3ce929d0e0e4736";
  const std::string span = "00f067aa0ba902b7";
  EXPECT_TRUE(is_traceparent("00-" + trace + "-" + span + "-01"));
  EXPECT_TRUE(is_traceparent("00-" + trace + "-" + span + "-00"));
  EXPECT_FALSE(is_traceparent(""));
  EXPECT_FALSE(is_traceparent("01-" + trace + "-" + span + "-01"));
  EXPECT_FALSE(is_traceparent("ff-" + trace + "-" + span + "-01"));
  EXPECT_FALSE(is_traceparent("00-" + trace + "-" + span + "-0"));
  EXPECT_FALSE(is_traceparent("00-" + trace + "-" + span + "-011"));
  EXPECT_FALSE(is_traceparent("00-" + trace + "-" + span + "-0G"));
  EXPECT_FALSE(is_traceparent("00-" + trace + "_" + span + "-01"));
  EXPECT_FALSE(is_traceparent("00-4BF92F3577B34DA6A3CE929D0E0E4736-" + span + "-01"));
  EXPECT_FALSE(is_traceparent("00-" + std::string(32, '0') + "-" + span + "-01"));
  EXPECT_FALSE(is_traceparent("00-" + trace + "-" + std::string(16, '0') + "-01"));
}

RC_GTEST_PROP(TaskRulesProperty, TrimmedTextIsRefusedForItsLengthOrAControlCharacterOnly, ()) {
  const std::string text = testing::any_characters(220);
  const std::string_view trimmed = base::trim(text);
  const std::size_t length = base::count_characters(trimmed);
  const std::string expected = length == 0                             ? "empty"
                               : length > kMaxTitleLength              ? "too_long"
                               : base::find_control_character(trimmed) ? "control_character"
                                                                       : "ok";
  RC_ASSERT(code(check_title(trimmed)) == expected);
}

RC_GTEST_PROP(TaskRulesProperty, ANameOfAllowedBytesIsAllowedAndOneOtherByteSpoilsIt, ()) {
  constexpr std::string_view kAllowed =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._:-";
  std::string id;
  const int length = testing::pick(1, 128);
  for (int i = 0; i < length; ++i) id += kAllowed[testing::pick<std::size_t>(0, kAllowed.size())];
  RC_PRE(id != "." && id != "..");
  RC_ASSERT(code(check_task_id(id)) == "ok");
  const auto other = static_cast<char>(testing::pick(0, 256));
  id[testing::pick<std::size_t>(0, id.size())] = other;
  RC_PRE(id != "." && id != "..");
  RC_ASSERT((code(check_task_id(id)) == "ok") == kAllowed.contains(other));
}

}  // namespace
}  // namespace ordo::domain
