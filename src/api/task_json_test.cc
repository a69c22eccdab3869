#include "api/task_json.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <boost/json.hpp>
#include <string>

#include "support/json_generators.h"

namespace ordo::api {
namespace {

domain::Task full_task() {
  const auto time = [](std::int64_t ms) { return base::WallTime::from_ms(ms); };
  domain::Task task;
  task.id = domain::TaskId("invoice-17");
  task.queue = domain::QueueName("mail");
  task.lane = domain::LaneKey("customer \"42\"");
  task.sequence = domain::Sequence(18'446'744'073'709'551'615U);
  task.content = {"Send", "line\nline", domain::Priority::high, time(1'000), R"({"n":1.50})"};
  task.status = domain::TaskStatus::succeeded;
  task.attempts = 2;
  task.max_attempts = 7;
  task.last_error = "time\tout";
  task.result = R"({"ok":true})";
  task.created_at = time(0);
  task.updated_at = time(1);
  task.started_at = time(2);
  task.finished_at = time(3);
  task.next_attempt_at = time(4);
  task.version = domain::Version(3);
  return task;
}

std::string json_of(const domain::Task& task) {
  std::string out;
  append_task(out, task);
  return out;
}

TEST(TaskJson, EveryFieldIsThereInItsOrder) {
  EXPECT_EQ(json_of(full_task()),
            R"({"task_id":"invoice-17","queue":"mail","lane":"customer \"42\"",)"
            R"("sequence":18446744073709551615,"title":"Send","description":"line\nline",)"
            R"("priority":"high","due_date":"1970-01-01T00:00:01.000Z","payload":{"n":1.50},)"
            R"("status":"succeeded","attempts":2,"max_attempts":7,"last_error":"time\tout",)"
            R"("result":{"ok":true},"created_at":"1970-01-01T00:00:00.000Z",)"
            R"("updated_at":"1970-01-01T00:00:00.001Z","started_at":"1970-01-01T00:00:00.002Z",)"
            R"("finished_at":"1970-01-01T00:00:00.003Z",)"
            R"("next_attempt_at":"1970-01-01T00:00:00.004Z"})");
}

TEST(TaskJson, WhatHasNotHappenedIsNull) {
  const boost::json::value json = boost::json::parse(json_of(domain::Task{}));
  for (const char* name :
       {"due_date", "last_error", "result", "started_at", "finished_at", "next_attempt_at"}) {
    EXPECT_TRUE(json.at(name).is_null()) << name;
  }
}

TEST(TaskJson, TheSchemaNamesExactlyTheFields) {
  const boost::json::value json = boost::json::parse(json_of(full_task()));
  const boost::json::value schema = boost::json::parse(task_schema());
  const boost::json::object& properties = schema.at("properties").as_object();
  EXPECT_EQ(properties.size(), json.as_object().size());
  EXPECT_EQ(schema.at("required").as_array().size(), json.as_object().size());
  for (const auto& required : schema.at("required").as_array()) {
    EXPECT_TRUE(json.as_object().contains(required.as_string())) << required;
    EXPECT_TRUE(properties.contains(required.as_string())) << required;
  }
}

TEST(TaskJson, TheTagIsTheSequenceAndTheVersion) {
  EXPECT_EQ(etag_of(full_task()), R"("18446744073709551615-3")");
}

RC_GTEST_PROP(TaskJsonProperty, AnyTextIsEscapedAndAnyPayloadLeftAsItIs, ()) {
  domain::Task task;
  task.content.title = testing::any_characters(10);
  task.content.description = testing::any_characters(20);
  task.last_error = testing::any_characters(10);
  task.content.payload = testing::RandomJson::object().compact;
  const std::string text = json_of(task);
  RC_ASSERT(text.find("\"payload\":" + task.content.payload + ",") != std::string::npos);
  boost::json::parse_options options;
  options.max_depth = 64;
  const boost::json::value json = boost::json::parse(text, {}, options);
  RC_ASSERT(json.at("title").as_string() == task.content.title);
  RC_ASSERT(json.at("description").as_string() == task.content.description);
  RC_ASSERT(json.at("last_error").as_string() == *task.last_error);
}

}  // namespace
}  // namespace ordo::api
