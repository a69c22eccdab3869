#include "api/task_fields.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <boost/json.hpp>
#include <string>
#include <vector>

#include "api/openapi.h"
#include "support/json_schema.h"
#include "support/task_bodies.h"

namespace ordo::api {
namespace {

using ::testing::ElementsAre;
using Strings = std::vector<std::string>;

// "pointer code" a fault.
template <class T>
Strings faults_of(const FieldTable<T>& table, std::string_view body) {
  Strings out;
  const base::Result<T> decoded = decode(table, body);
  if (decoded) return out;
  EXPECT_EQ(decoded.error().code, base::ErrorCode::invalid);
  for (const base::FieldError& error : decoded.error().fields) {
    EXPECT_FALSE(error.message.empty());
    out.push_back(error.pointer + " " + error.code);
  }
  return out;
}
Strings draft_faults(std::string_view body) {
  return faults_of(task_draft_fields(), body);
}

TEST(TaskDraft, SaysWhatWasSentWithTheEdgesOfTextsTrimmed) {
  const auto draft = decode(task_draft_fields(), R"({"task_id":"invoice-17","title":"  Send\t",
    "description":" d\n","priority":"high","due_date":"2026-12-24T18:00:00+01:00",
    "payload":{ "n" : 1.50 },"queue":"mail","lane":" l "})");
  ASSERT_TRUE(draft.has_value());
  EXPECT_EQ(draft->id, domain::TaskId("invoice-17"));
  EXPECT_EQ(draft->content.title, "Send");
  EXPECT_EQ(draft->content.description, "d");
  EXPECT_EQ(draft->content.priority, domain::Priority::high);
  EXPECT_EQ(draft->content.due_date, base::WallTime::from_ms(1'798'131'600'000));
  EXPECT_EQ(draft->content.payload, R"({"n":1.50})");
  EXPECT_EQ(draft->queue, domain::QueueName("mail"));
  EXPECT_EQ(draft->lane, domain::LaneKey(" l ")) << "a key is taken as it is";
}

TEST(TaskDraft, ADefaultSentIsADefaultLeftOut) {
  const auto sent =
      decode(task_draft_fields(), R"({"title":"a","payload":{},"priority":"medium"})");
  const auto left_out = decode(task_draft_fields(), R"({"title":"a"})");
  ASSERT_TRUE(sent.has_value() && left_out.has_value());
  EXPECT_EQ(domain::fingerprint_of(*sent), domain::fingerprint_of(*left_out));
}

TEST(TaskDraft, WhatIsLeftOutHasItsDefault) {
  domain::TaskDraft wanted;
  wanted.content.title = "x";
  const auto draft = decode(task_draft_fields(), R"({"title":"x"})");
  ASSERT_TRUE(draft.has_value());
  EXPECT_EQ(*draft, wanted);
}

TEST(TaskDraft, AnEmptyPayloadStandsForATitle) {
  EXPECT_TRUE(decode(task_draft_fields(), R"({"payload":{}})").has_value());
  EXPECT_THAT(draft_faults("{}"), ElementsAre("/title required"));
  EXPECT_THAT(draft_faults(R"({"payload":5})"), ElementsAre("/payload wrong_type"))
      << "it would have needed no title";
  EXPECT_THAT(draft_faults(R"({"title":" \u2003 "})"), ElementsAre("/title empty"))
      << "one complaint a field";
}

TEST(TaskDraft, AllFaultsAreToldInTheOrderOfTheBody) {
  EXPECT_THAT(
      draft_faults(R"({"lane":"","foo":1,"title":7,"priority":"x","due_date":"no",
                              "payload":null,"queue":"a b","task_id":"ü"})"),
      ElementsAre("/lane empty", "/foo unknown_field", "/title wrong_type",
                  "/priority unknown_value", "/due_date bad_timestamp", "/payload wrong_type",
                  "/queue bad_characters", "/task_id bad_characters"));
}

TEST(TaskDraft, APointerEscapesTildesAndSlashes) {
  EXPECT_THAT(draft_faults(R"({"title":"x","a/b":1,"c~d":1,"~1/":1,"":1})"),
              ElementsAre("/a~1b unknown_field", "/c~0d unknown_field", "/~01~1 unknown_field",
                          "/ unknown_field"));
}

TEST(TaskDraft, AnEndlessNameIsClippedAndFiftyFaultsAreEnough) {
  EXPECT_THAT(draft_faults(R"({"title":"x",")" + std::string(5000, 'n') + R"(":1})"),
              ElementsAre("/" + std::string(128, 'n') + " unknown_field"));
  std::string body = R"({"title":"x")";
  for (int i = 0; i < 80; ++i) body += ",\"f" + std::to_string(i) + "\":1";
  EXPECT_EQ(draft_faults(body + "}").size(), kMaxFieldErrors);
}

TEST(TaskDraft, WhatIsNoObjectHasNoFields) {
  for (const char* body : {"", "[]", "1", "{", R"({"title":"a","title":"b"})"}) {
    const auto draft = decode(task_draft_fields(), body);
    ASSERT_FALSE(draft.has_value()) << body;
    EXPECT_EQ(draft.error().code, base::ErrorCode::invalid) << body;
  }
}

TEST(TaskPatch, NullEmptiesAndAbsenceKeeps) {
  const auto patch = decode(task_patch_fields(), R"({"title":null,"description":null,
    "priority":null,"due_date":null,"payload":null})");
  ASSERT_TRUE(patch.has_value());
  EXPECT_EQ(patch->title, "");
  EXPECT_EQ(patch->description, "");
  EXPECT_EQ(patch->priority, domain::Priority::medium);
  ASSERT_TRUE(patch->due_date.has_value());
  EXPECT_FALSE(patch->due_date->has_value());
  EXPECT_TRUE(patch->clear_payload);
  const auto nothing = decode(task_patch_fields(), "{}");
  ASSERT_TRUE(nothing.has_value());
  EXPECT_EQ(*nothing, domain::TaskPatch{});
}

TEST(TaskPatch, ValuesAreCheckedAsInASubmission) {
  const auto patch = decode(task_patch_fields(),
                            R"({"title":" t ","description":"d","priority":"low",
                                "due_date":"1970-01-01T00:00:01Z","payload":{"a":null}})");
  ASSERT_TRUE(patch.has_value());
  EXPECT_EQ(patch->title, "t");
  EXPECT_EQ(patch->priority, domain::Priority::low);
  EXPECT_EQ(**patch->due_date, base::WallTime::from_ms(1000));
  EXPECT_EQ(patch->payload_patch, R"({"a":null})");
  EXPECT_FALSE(patch->clear_payload);
  EXPECT_THAT(faults_of(task_patch_fields(), R"({"priority":"x","due_date":"x","task_id":"a",
                "queue":"q","title":")" + std::string(201, 't') +
                                                 "\"}"),
              ElementsAre("/priority unknown_value", "/due_date bad_timestamp",
                          "/task_id unknown_field", "/queue unknown_field", "/title too_long"));
}

const boost::json::value& published_schema(std::string_view name) {
  static const boost::json::value document = boost::json::parse(openapi_document("1.2.3"));
  return document.at("components").at("schemas").at(name);
}

RC_GTEST_PROP(TaskFieldsProperty, AGoodDraftIsTakenByTheTableAndByThePublishedSchema, ()) {
  const boost::json::object body = testing::good_draft();
  RC_ASSERT(draft_faults(boost::json::serialize(body)) == Strings{});
  RC_ASSERT(testing::schema_fault(published_schema("TaskSubmission"), body) == "");
}

TEST(TaskPatch, ThePublishedSchemaTakesNullForEveryField) {
  for (const Field<domain::TaskPatch>& field : task_patch_fields().fields) {
    const boost::json::object patch{{field.name, nullptr}};
    EXPECT_EQ(testing::schema_fault(published_schema("TaskPatch"), patch), "") << field.name;
  }
}

RC_GTEST_PROP(TaskFieldsProperty, EachBadMemberIsRefusedByItsPointerAndByThePublishedSchema, ()) {
  boost::json::object body = testing::good_draft();
  const auto [name, value] = testing::bad_member();
  body[name] = value;
  const Strings faults = draft_faults(boost::json::serialize(body));
  RC_ASSERT(!faults.empty());
  RC_ASSERT(faults.front().starts_with(pointer_to(name) + " "));
  RC_ASSERT(testing::schema_fault(published_schema("TaskSubmission"), body) != "");
}

}  // namespace
}  // namespace ordo::api
