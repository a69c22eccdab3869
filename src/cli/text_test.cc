#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <memory>

#include "cli/common.h"
#include "cli/line_reader.h"
#include "cli/remote.h"
#include "cli/table.h"
#include "cli/task_batch.h"
#include "cli/task_text.h"

namespace ordo::cli {
namespace {

TEST(Table, FitCutsBetweenCharacters) {
  EXPECT_EQ(fit("äöü", 3), "äöü");
  EXPECT_EQ(fit("äöüß", 3), "äö…");
  EXPECT_EQ(fit("abc", 0), "");
}

TEST(Table, OneLineHasNoControls) {
  EXPECT_EQ(one_line("a\x1b[31mb\nc\x7f"), "a [31mb c ");
  EXPECT_EQ(one_line("a\xC2\x9B"
                     "b"),
            "a  b")
      << "U+009B starts a terminal's command too";
  EXPECT_EQ(one_line("\xC3\x9F"), "\xC3\x9F");
  EXPECT_EQ(one_line("a\x9B"
                     "31m"),
            "a?31m");
}

TEST(Table, AlignsByCharactersAndCutsTheLastColumn) {
  EXPECT_EQ(table({"A", "B"}, true, {{"ä", "x"}, {"bcd", "0123456789abcdef"}}, 15),
            "A    B\nä    x\nbcd  012345678…\n");
  EXPECT_EQ(table({"A", "B"}, false, {{"1", ""}}, 0), "1\n");
}

TEST(Table, CutsTheColumnThatStaysWholeLastOfAll) {
  const std::vector<std::vector<std::string>> rows{{"0123456789", "abcdefghijklmnop", "xyz"}};
  EXPECT_EQ(table({"A", "B", "C"}, false, rows, 24), "0123456789  abcdef…  xyz\n");
  EXPECT_EQ(table({"A", "B", "C"}, false, rows, 20, 1), "0123…  abcdefg…  xyz\n");
}

TEST(Table, ListingIndentsTheLinesOfAValue) {
  EXPECT_EQ(listing({{"a", "1\n2"}, {"long", ""}}), "a     1\n      2\nlong\n");
}

TEST(Table, ListingKeepsControlsOutOfItsNamesToo) {
  EXPECT_EQ(listing({{"a\x1b[2J", "1"}}), "a [2J  1\n");
}

TEST(TaskText, WhatAServerSendsStaysText) {
  EXPECT_EQ(
      task_line(R"({"status":"queued","task_id":"\u001b[2J","lane":"m","sequence":1})").value(),
      "queued      [2J  lane m, sequence 1\n");
  EXPECT_EQ(page_text(R"({"items":[{"task_id":"\u001bc","queue":"\u0007"}]})", false, 0)
                .value()
                .table.find_first_of("\x1b\x07"),
            std::string::npos);
}

TEST(Complaint, IsOneLineWithoutControls) {
  ::testing::internal::CaptureStderr();
  (void)complain({base::ErrorCode::invalid, "unknown field \x1b[31m\n\x07", {}});
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "ordo: unknown field  [31m  \n");
}

TEST(Note, ComesAfterWhatWasPrintedAlsoInOneFile) {
  ::testing::internal::CaptureStdout();
  const int own = dup(STDERR_FILENO);
  dup2(STDOUT_FILENO, STDERR_FILENO);
  std::fputs("a table\n", stdout);
  note("There are more\x1b");
  std::fputs("another\n", stdout);
  tell("and so on");
  dup2(own, STDERR_FILENO);
  close(own);
  EXPECT_EQ(::testing::internal::GetCapturedStdout(),
            "a table\nThere are more \nanother\nordo: and so on\n");
}

TEST(Remote, QueryLeavesOutWhatIsEmpty) {
  EXPECT_EQ(query_text({{"q", "a b&ü"}, {"lane", ""}, {"limit", "5"}}), "q=a%20b%26%C3%BC&limit=5");
}

TEST(Remote, AProblemIsItsFaultsOrItsDetail) {
  EXPECT_EQ(problem_text("404", R"({"detail":"there is none","title":"Not Found"})"),
            "there is none (404)");
  EXPECT_EQ(problem_text("400", R"({"detail":"d","errors":[{"pointer":"/a","message":"m"},
                                  {"pointer":"/b","message":"n"}]})"),
            "/a: m; /b: n (400)");
  EXPECT_EQ(problem_text("502", "<html>"), "the server answered 502: <html>");
}

TEST(TaskBatch, GivesAnIdToATaskWithoutOne) {
  int made = 0;
  TaskBatch batch([&] { return "id" + std::to_string(++made); }, 10);
  ASSERT_TRUE(batch.add(1, R"( {"title":"a"})"));
  ASSERT_TRUE(batch.add(2, R"({"task_id":"mine"})"));
  ASSERT_TRUE(batch.add(4, "{}"));
  EXPECT_EQ(batch.body(),
            R"({"tasks":[{"task_id":"id1","title":"a"},{"task_id":"mine"},{"task_id":"id2"}]})");
  EXPECT_EQ(batch.lines(), (std::vector<std::size_t>{1, 2, 4}));
}

TEST(TaskBatch, RefusesWhatIsNoObject) {
  TaskBatch batch([] { return "id"; }, 10);
  EXPECT_FALSE(batch.add(1, "[]"));
  EXPECT_FALSE(batch.add(1, "{\"a\":1,\"a\":2}"));
  EXPECT_FALSE(batch.add(1, "{\"a\":\"" + std::string(base::kMaxBodyBytes, 'x') + "\"}"));
  EXPECT_TRUE(batch.empty());
}

TEST(TaskBatch, HasRoomForSoManyTasksAndBytes) {
  TaskBatch batch([] { return "id"; }, 2);
  EXPECT_TRUE(batch.has_room_for(100));
  EXPECT_FALSE(batch.has_room_for(base::kMaxBatchBodyBytes));
  ASSERT_TRUE(batch.add(1, "{}"));
  ASSERT_TRUE(batch.add(2, "{}"));
  EXPECT_FALSE(batch.has_room_for(1));
  batch.clear();
  EXPECT_TRUE(batch.has_room_for(1));
}

TEST(LineReader, BoundsALine) {
  const std::string text = "one\n\n1234567\nlast";
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(
      fmemopen(const_cast<char*>(text.data()), text.size(), "r"), std::fclose);
  LineReader reader(file.get(), 5);
  Line line;
  std::vector<std::string> lines;
  while (reader.next(line)) lines.push_back(line.text + (line.too_long ? "!" : ""));
  EXPECT_EQ(lines, (std::vector<std::string>{"one", "", "12345!", "last"}));
  EXPECT_EQ(reader.bytes(), text.size());
  EXPECT_EQ(reader.lines(), 4U);
}

}  // namespace
}  // namespace ordo::cli
