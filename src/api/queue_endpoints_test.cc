// Queues and lanes, with a dispatcher over a host that does as it is told.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <chrono>
#include <string>
#include <vector>

#include "support/answers.h"
#include "support/api_harness.h"
#include "support/task_writes.h"

namespace ordo::api {
namespace {

using testing::ApiHarness;
using testing::errors_in;
using ::testing::HasSubstr;
using testing::json_of;
using Strings = std::vector<std::string>;
using namespace std::chrono_literals;

class QueueEndpoints : public ::testing::Test {
 protected:
  void submit(const std::string& id, const std::string& lane = "main") {
    const net::Response answer =
        api_.post(R"({"title":"x","task_id":")" + id + R"(","lane":")" + lane + R"("})");
    ASSERT_EQ(answer.status, 201) << answer.body;
    api_.turns();
  }
  // As if accepted before its queue's section was taken away.
  void leave_behind(const std::string& id) {
    domain::NewTask task = testing::new_task(id);
    task.queue = domain::QueueName("old");
    std::vector<ports::Write> writes;
    writes.push_back(testing::add(std::move(task)));
    api_.committer().submit(std::move(writes), [](const base::Result<app::Committed>&) {});
    api_.turns();
  }
  boost::json::value lanes(const std::string& query = "") {
    const net::Response answer = api_.get("/queues/tasks/lanes" + query);
    EXPECT_EQ(answer.status, 200) << answer.body;
    return json_of(answer).at("items");
  }
  Strings lane_names(const std::string& query = "") {
    Strings names;
    const boost::json::value all = lanes(query);
    for (const auto& lane : all.as_array()) names.emplace_back(lane.at("lane").as_string());
    return names;
  }

  ApiHarness api_{ApiHarness::plain_options(), true, true};
};

TEST_F(QueueEndpoints, TellWhatIsInThem) {
  submit("a");
  api_.clock().advance(1500ms);
  submit("b");
  submit("c", "other");
  api_.clock().advance(500ms);
  EXPECT_EQ(api_.get("/queues/tasks").body,
            R"({"name":"tasks","function":"processor","ordering":"fifo","max_attempts":3,)"
            R"("paused":false,"queued":1,"running":2,"waiting":0,"dead":0,)"
            R"("oldest_age_seconds":0.500,"lanes":2})");
  const boost::json::value all = json_of(api_.get("/queues"));
  ASSERT_EQ(all.at("items").as_array().size(), 3U);
  EXPECT_EQ(all.at("items").at(0).at("name"), "mail");
  EXPECT_EQ(all.at("items").at(0).at("oldest_age_seconds"), nullptr);
  EXPECT_EQ(all.at("items").at(1).at("ordering"), "priority");
  EXPECT_EQ(all.at("items").at(1).at("function"), "pull");
  EXPECT_EQ(api_.get("/queues/none").status, 404);
}

TEST_F(QueueEndpoints, CountTheirDead) {
  submit("a");
  domain::Failure failure{"E", "no"};
  failure.permanent = true;
  api_.end_oldest(failure);
  EXPECT_EQ(json_of(api_.get("/queues/tasks")).at("dead"), 1);
  EXPECT_EQ(api_.ask("POST", "/dead-letters/redrive", R"({"queue":"tasks"})").status, 200);
  api_.turns();
  EXPECT_EQ(json_of(api_.get("/queues/tasks")).at("dead"), 0);
  EXPECT_EQ(api_.host().running(), Strings{"a"});
}

TEST_F(QueueEndpoints, ALaneThatWaitsSaysWhyAndUntilWhen) {
  submit("a");
  submit("b");
  submit("c", "other");
  domain::Failure failure{"E", "again"};
  failure.retry_after = 90s;
  api_.end_oldest(failure);
  EXPECT_EQ(
      api_.get("/queues/tasks/lanes?state=blocked").body,
      R"({"items":[{"lane":"main","state":"waiting","queued":2,"head_task_id":"a",)"
      R"("why":"retry","until":"2026-01-02T03:05:35.678Z","last_error":"E: again"}],"more":false})");
  EXPECT_EQ(json_of(api_.get("/tasks/a")).at("next_attempt_at"), "2026-01-02T03:05:35.678Z");
  EXPECT_EQ(json_of(api_.get("/queues/tasks")).at("waiting"), 1);
  EXPECT_EQ(lane_names("?state=waiting"), Strings{"main"});
  EXPECT_EQ(lane_names("?state=running"), Strings{"other"});
  EXPECT_EQ(lane_names("?state=ready"), Strings{});
  EXPECT_EQ(lane_names().size(), 2U);
  EXPECT_EQ(lanes("?state=running").at(0).at("head_task_id"), nullptr);
  EXPECT_EQ(errors_in(api_.get("/queues/tasks/lanes?state=idle&limit=1001&x=1")),
            "?state unknown_value, ?limit out_of_range, ?x unknown_parameter");
  EXPECT_EQ(api_.get("/queues/none/lanes").status, 404);
}

TEST_F(QueueEndpoints, ALaneWaitsUntilTheNextAttemptWhateverTheWallClockSays) {
  submit("a");
  domain::Failure failure{"E", "again"};
  failure.retry_after = 90s;
  api_.end_oldest(failure);
  const boost::json::value due = json_of(api_.get("/tasks/a")).at("next_attempt_at");
  api_.clock().jump(7ms);
  EXPECT_EQ(lanes("?state=blocked").at(0).at("until"), due);
}

TEST_F(QueueEndpoints, LanesBeyondTheLimitAreSpokenOf) {
  for (const char* const lane : {"l1", "l2", "l3"}) submit(lane, lane);
  const auto more = [this](const std::string& query) {
    return json_of(api_.get("/queues/tasks/lanes" + query)).at("more");
  };
  EXPECT_EQ(lane_names("?limit=2").size(), 2U);
  EXPECT_EQ(more("?limit=2"), true);
  EXPECT_EQ(more("?limit=2&state=running"), true);
  EXPECT_EQ(more("?limit=3"), false);
  EXPECT_EQ(more("?limit=1&state=ready"), false);
  EXPECT_EQ(api_.ask("POST", "/queues/tasks/pause").status, 200);
  for (const char* const lane : {"l1", "l2", "l3"}) submit(std::string("second-") + lane, lane);
  EXPECT_EQ(lane_names("?limit=2&state=blocked").size(), 2U);
  EXPECT_EQ(more("?limit=2&state=blocked"), true);
  EXPECT_EQ(more("?limit=3&state=blocked"), false);
}

TEST_F(QueueEndpoints, ALaneOfAPausedOneSaysUntilWhenItsRetryWaits) {
  submit("a");
  domain::Failure failure{"E", "again"};
  failure.retry_after = 90s;
  api_.end_oldest(failure);
  EXPECT_EQ(api_.ask("POST", "/queues/tasks/pause").status, 200);
  const boost::json::value blocked = lanes("?state=blocked");
  ASSERT_EQ(blocked.as_array().size(), 1U);
  EXPECT_EQ(blocked.at(0).at("why"), "paused");
  EXPECT_EQ(blocked.at(0).at("until"), "2026-01-02T03:05:35.678Z");
}

TEST_F(QueueEndpoints, OneThatIsConfiguredNoMoreIsThereForAsLongAsItHoldsTasks) {
  EXPECT_EQ(json_of(api_.get("/queues")).at("items").as_array().size(), 3U);
  EXPECT_EQ(api_.get("/queues/old").status, 404);
  EXPECT_EQ(api_.get("/dead-letters?queue=old").status, 404);
  EXPECT_EQ(api_.get("/events?queue=old").status, 404);
  leave_behind("o");
  const boost::json::value all = json_of(api_.get("/queues")).at("items");
  ASSERT_EQ(all.as_array().size(), 4U);
  EXPECT_EQ(all.at(3).at("name"), "old");
  EXPECT_EQ(all.at(0).as_object().if_contains("configured"), nullptr);
  const boost::json::value old = json_of(api_.get("/queues/old"));
  EXPECT_EQ(old.at("configured"), false);
  EXPECT_EQ(old.at("function"), "(not configured)");
  EXPECT_EQ(old.at("queued"), 1);
  const boost::json::value blocked = json_of(api_.get("/queues/old/lanes?state=blocked"));
  ASSERT_EQ(blocked.at("items").as_array().size(), 1U);
  EXPECT_EQ(blocked.at("items").at(0).at("why"), "not configured");
  EXPECT_EQ(blocked.at("items").at(0).at("head_task_id"), "o");
  EXPECT_EQ(api_.get("/dead-letters?queue=old").status, 200);
  const net::Response paused = api_.ask("POST", "/queues/old/pause");
  EXPECT_EQ(paused.status, 404);
  EXPECT_EQ(json_of(paused).at("detail"), "the queue \"old\" is not configured");
  EXPECT_EQ(api_.ask("DELETE", "/tasks/o").status, 204);
  EXPECT_EQ(api_.get("/queues/old").status, 404);
}

TEST_F(QueueEndpoints, APausedOneStartsNothingUntilItGoesOn) {
  submit("r", "busy");
  const net::Response paused = api_.ask("POST", "/queues/tasks/pause");
  EXPECT_EQ(paused.status, 200);
  EXPECT_EQ(json_of(paused).at("paused"), true);
  submit("a");
  EXPECT_EQ(api_.host().running(), Strings{"r"});
  const boost::json::value blocked = lanes("?state=blocked");
  ASSERT_EQ(blocked.as_array().size(), 1U);
  EXPECT_EQ(blocked.at(0).at("lane"), "main");
  EXPECT_EQ(blocked.at(0).at("why"), "paused");
  EXPECT_EQ(blocked.at(0).at("until"), nullptr);
  EXPECT_EQ(api_.ask("POST", "/queues/tasks/pause", "{}").status, 200);
  const net::Response resumed = api_.ask("POST", "/queues/tasks/resume");
  EXPECT_EQ(json_of(resumed).at("paused"), false);
  api_.turns();
  EXPECT_EQ(api_.host().running(), (Strings{"r", "a"}));
  EXPECT_EQ(api_.ask("POST", "/queues/none/pause").status, 404);
  EXPECT_EQ(errors_in(api_.ask("POST", "/queues/tasks/pause", R"({"for":"1h"})")),
            "/for unknown_field");
}

TEST_F(QueueEndpoints, APauseThatIsNotDurableIsNone) {
  api_.store().fail_next({base::ErrorCode::unavailable, "the disk is full", {}});
  EXPECT_EQ(api_.ask("POST", "/queues/tasks/pause").status, 503);
  EXPECT_EQ(json_of(api_.get("/queues/tasks")).at("paused"), false);
}

TEST_F(QueueEndpoints, WhatIsDoneIsCounted) {
  submit("a");
  api_.end_oldest();
  submit("b");
  const std::string metrics = api_.get("/metrics").body;
  EXPECT_THAT(metrics, HasSubstr("\nordo_attempts_started_total 2\n"));
  EXPECT_THAT(metrics, HasSubstr("\nordo_tasks_succeeded_total 1\n"));
  EXPECT_THAT(metrics, HasSubstr("\nordo_invocations_running 1\n"));
  EXPECT_THAT(metrics, HasSubstr("\nordo_tasks_dead_total 0\n"));
}

TEST(QueuesWithoutADispatcher, CannotBeTold) {
  ApiHarness api;
  EXPECT_EQ(api.get("/queues").status, 503);
  EXPECT_EQ(api.get("/queues/tasks").status, 503);
  EXPECT_EQ(api.get("/queues/tasks/lanes").status, 503);
  EXPECT_EQ(api.ask("POST", "/queues/tasks/pause").status, 503);
  EXPECT_EQ(api.ask("POST", "/queues/pulled/claim", "{}").status, 503);
  EXPECT_EQ(api.ask("POST", "/tasks/a/complete", R"({"lease":"1-a"})").status, 503);
  EXPECT_EQ(api.get("/metrics").body.find("ordo_attempts_started_total"), std::string::npos);
}

}  // namespace
}  // namespace ordo::api
