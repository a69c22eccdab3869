#include "api/etags.h"

#include <gtest/gtest.h>

#include <string>

#include "api/task_json.h"

namespace ordo::api {
namespace {

std::string complaint_of(std::string_view field) {
  const auto seen = parse_if_match(field);
  return seen ? "" : seen.error().fields.at(0).pointer + " " + seen.error().fields.at(0).code;
}

TEST(IfMatch, NoFieldAndAStarDemandNothing) {
  for (const char* field : {"", "*", " * "}) {
    const auto seen = parse_if_match(field);
    ASSERT_TRUE(seen.has_value()) << field;
    EXPECT_FALSE(seen->has_value()) << field;
  }
}

TEST(IfMatch, TheTagOfATaskNamesItsStateExactly) {
  domain::Task task;
  task.sequence = domain::Sequence(17);
  task.version = domain::Version(3);
  const auto seen = parse_if_match(etag_of(task));
  ASSERT_TRUE(seen.has_value() && seen->has_value());
  EXPECT_EQ((*seen)->version, task.version);
  EXPECT_EQ((*seen)->sequence, task.sequence);
}

TEST(IfMatch, ATagThatCanBeNoTasksMatchesNone) {
  for (const char* tag : {R"(W/"17-3")", R"("")", R"("17")", R"("17-")", R"("-3")", R"("a-b")",
                          R"("17-3 ")", R"("17-3-4")", R"("99999999999999999999-1")"}) {
    const auto seen = parse_if_match(tag);
    ASSERT_TRUE(seen.has_value() && seen->has_value()) << tag;
    EXPECT_EQ((*seen)->version, domain::Version(0)) << tag;
  }
}

TEST(IfMatch, WhatIsNoTagIsABadField) {
  for (const char* field : {"17-3", "\"17-3", "W/", "w/\"1-1\"", "\"1-1\" x", " "}) {
    EXPECT_EQ(complaint_of(field), "If-Match bad_etag") << field;
  }
}

TEST(IfMatch, OneTagIsTaken) {
  EXPECT_EQ(complaint_of(R"("1-1", "1-2")"), "If-Match too_many");
}

TEST(IfNoneMatch, NamesATagWeaklyAnywhereInAList) {
  EXPECT_TRUE(none_match_names(R"("17-3")", R"("17-3")"));
  EXPECT_TRUE(none_match_names(R"(W/"17-3")", R"("17-3")"));
  EXPECT_TRUE(none_match_names(R"("1-1" , W/"17-3", "2-2")", R"("17-3")"));
  EXPECT_TRUE(none_match_names(" * ", R"("17-3")"));
}

TEST(IfNoneMatch, AnythingElseAsksForTheTask) {
  for (const char* field : {"", "17-3", "\"17-4\"", "\"17-3", "\"1-1\" \"17-3\"", "W/17-3"}) {
    EXPECT_FALSE(none_match_names(field, R"("17-3")")) << field;
  }
}

}  // namespace
}  // namespace ordo::api
