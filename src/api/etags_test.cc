#include "api/etags.h"

#include <gtest/gtest.h>

#include <string>

#include "api/task_json.h"

namespace ordo::api {
namespace {

auto parse(std::initializer_list<const char*> lines) {
  net::Headers headers;
  for (const char* line : lines) headers.add("If-Match", line);
  return parse_if_match(headers);
}
domain::Task task_at(std::uint64_t sequence, std::uint64_t version) {
  domain::Task task;
  task.sequence = domain::Sequence(sequence);
  task.version = domain::Version(version);
  return task;
}
// Whether one of the demanded states is the task's.
bool matches(std::initializer_list<const char*> lines, const domain::Task& task) {
  const auto any = parse(lines);
  EXPECT_TRUE(any.has_value() && any->has_value());
  return any && *any && domain::check_version(task, current_of(**any, task)).has_value();
}

TEST(IfMatch, NoFieldAndAStarDemandNothing) {
  for (const auto& seen : {parse({}), parse({"*"}), parse({" * "})}) {
    ASSERT_TRUE(seen.has_value());
    EXPECT_FALSE(seen->has_value());
  }
}

TEST(IfMatch, TheTagOfATaskNamesItsStateExactly) {
  const domain::Task task = task_at(17, 3);
  EXPECT_TRUE(matches({etag_of(task).c_str()}, task));
  EXPECT_FALSE(matches({etag_of(task).c_str()}, task_at(17, 4)));
  EXPECT_FALSE(matches({etag_of(task).c_str()}, task_at(18, 3)));
}

TEST(IfMatch, ATagThatCanBeNoTasksMatchesNone) {
  for (const char* tag : {R"(W/"17-3")", R"("")", R"("17")", R"("17-")", R"("-3")", R"("a-b")",
                          R"("17-3 ")", R"("17-3-4")", R"("99999999999999999999-1")"}) {
    EXPECT_FALSE(matches({tag}, task_at(17, 3))) << tag;
  }
}

TEST(IfMatch, AnyTagOfAListMayMatchOnWhateverLine) {
  EXPECT_TRUE(matches({R"("1-1", "17-3")"}, task_at(17, 3)));
  EXPECT_TRUE(matches({R"("1-1")", R"(W/"9-9" ,"17-3")"}, task_at(17, 3)));
  EXPECT_TRUE(matches({R"(, "17-3",, "1-1")"}, task_at(17, 3)));
  EXPECT_FALSE(matches({R"("1-1", "17-2")"}, task_at(17, 3)));
}

TEST(IfMatch, WhatIsNoTagIsABadField) {
  for (const char* field :
       {"", "17-3", "\"17-3", "W/", "w/\"1-1\"", "\"1-1\" x", " ", ",", "*, \"1-1\""}) {
    const auto seen = parse({field});
    ASSERT_FALSE(seen.has_value()) << field;
    EXPECT_EQ(seen.error().fields.at(0).pointer, "If-Match");
    EXPECT_EQ(seen.error().fields.at(0).code, "bad_etag");
  }
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
