#include "cli/entry_reader.h"

#include <gmock/gmock.h>
#include <rapidcheck/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "base/json.h"

namespace ordo::cli {
namespace {

using ::testing::ElementsAre;
using Strings = std::vector<std::string>;

// "place=entry" of each, and the error that ended it.
Strings read(std::string text, std::size_t max_bytes = 100) {
  text.push_back('\n');  // fmemopen takes no empty buffer
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(
      fmemopen(text.data(), text.size(), "r"), std::fclose);
  EntryReader reader(file.get(), max_bytes);
  Strings out;
  std::string entry;
  while (true) {
    const base::Result<bool> more = reader.next(entry);
    if (!more) {
      out.push_back("error: " + more.error().message);
      return out;
    }
    if (!*more) return out;
    out.push_back(reader.place() + "=" + entry);
  }
}

TEST(EntryReader, LinesThatHoldSomethingAreEntriesUnderTheirNumber) {
  EXPECT_THAT(read("{\"a\":1}\n\n  \n {} "), ElementsAre("line 1={\"a\":1}", "line 4= {} "));
  EXPECT_THAT(read("\n\n7"), ElementsAre("line 3=7"));
  EXPECT_THAT(read(""), ElementsAre());
}

TEST(EntryReader, ElementsOfAnArrayAreEntriesWhereverItsLinesBreak) {
  EXPECT_THAT(read("\n[{\"a\":[1,2]},\n{\"b\":\n\"],}\\\"\"} , 7]\n "),
              ElementsAre("order 1={\"a\":[1,2]}", "order 2={\"b\":\n\"],}\\\"\"} ", "order 3=7"));
  EXPECT_THAT(read("[]"), ElementsAre());
  EXPECT_THAT(read("[ ] "), ElementsAre());
}

TEST(EntryReader, AnArrayThatBreaksOffOrGoesOnIsToldOf) {
  EXPECT_THAT(read("[{},{"), ElementsAre("order 1={}", "error: order 2: the array has no end"));
  EXPECT_THAT(read("["), ElementsAre("error: order 1: the array has no end"));
  EXPECT_THAT(read("[{}] []"),
              ElementsAre("error: there is something behind the end of the array"));
  EXPECT_THAT(read("[]x"), ElementsAre("error: there is something behind the end of the array"));
  EXPECT_THAT(read("[{},]"), ElementsAre("order 1={}", "order 2=")) << "which is no JSON";
}

TEST(EntryReader, AnEntryHasABound) {
  EXPECT_THAT(read("12345\n123456", 5),
              ElementsAre("line 1=12345", "error: line 2: longer than 5 bytes"));
  EXPECT_THAT(read("[12345,123456]", 5),
              ElementsAre("order 1=12345", "error: order 2: longer than 5 bytes"));
}

RC_GTEST_PROP(EntryReader, AnyTextsGoThroughAnArrayUnchanged, (const Strings& texts)) {
  std::string array = "[";
  Strings expected;
  for (const std::string& text : texts) {
    // Bytes of all kinds but zero, in a string as JSON writes it.
    std::string element;
    base::append_json_string(element, text.substr(0, text.find('\0')));
    element += " ";
    if (array.size() > 1) array += ",";
    array += element;
    expected.push_back("order " + std::to_string(expected.size() + 1) + "=" + element);
  }
  RC_ASSERT(read(array + "]", 100'000) == expected);
}

}  // namespace
}  // namespace ordo::cli
