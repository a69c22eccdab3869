// Work done elsewhere, over the whole API, turns taken by hand.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <chrono>
#include <string>
#include <vector>

#include "support/answers.h"
#include "support/api_harness.h"

namespace ordo::api {
namespace {

using testing::ApiHarness;
using testing::errors_in;
using testing::ids_in;
using testing::json_of;
using Strings = std::vector<std::string>;
using namespace std::chrono_literals;

class Pull : public ::testing::Test {
 protected:
  void submit(const std::string& id, const std::string& lane = "main",
              const std::string& more = "") {
    const net::Response answer = api_.post(R"({"title":"x","queue":"pulled","task_id":")" + id +
                                           R"(","lane":")" + lane + "\"" + more + "}");
    ASSERT_EQ(answer.status, 201) << answer.body;
  }
  net::Response claim(std::string body = "{}") {
    return api_.ask("POST", "/queues/pulled/claim", std::move(body));
  }
  // Claims the next task and returns its lease.
  std::string lease_of_next(const std::string& body = "{}") {
    const boost::json::value given = json_of(claim(body)).at("tasks");
    EXPECT_EQ(given.as_array().size(), 1U);
    return given.as_array().empty() ? "" : std::string(given.at(0).at("lease").as_string());
  }
  net::Response say(const std::string& id, const std::string& verb, const std::string& lease,
                    const std::string& more = "") {
    return api_.ask("POST", "/tasks/" + id + "/" + verb,
                    R"({"lease":")" + lease + "\"" + more + "}");
  }

  ApiHarness api_{ApiHarness::plain_options(), true, true};
};

TEST_F(Pull, ATaskIsClaimedAndDone) {
  submit("a");
  const net::Response given = claim(R"({"max":5,"lease_seconds":60})");
  EXPECT_EQ(given.status, 200);
  ASSERT_EQ(ids_in(given, "tasks"), Strings{"a"});
  const boost::json::value task = json_of(given).at("tasks").at(0);
  EXPECT_EQ(task.at("status"), "running");
  EXPECT_EQ(task.at("attempt"), 1);
  EXPECT_EQ(task.at("lease_until"), "2026-01-02T03:05:05.678Z");
  const std::string lease(task.at("lease").as_string());
  const net::Response done = say("a", "complete", lease, R"(,"result":{"n": 1.50})");
  EXPECT_EQ(done.status, 200) << done.body;
  EXPECT_EQ(json_of(done).at("status"), "succeeded");
  EXPECT_NE(done.body.find(R"("result":{"n":1.50})"), std::string::npos);
  EXPECT_TRUE(done.headers.has("ETag"));
  EXPECT_EQ(say("a", "complete", lease).status, 409);
  EXPECT_EQ(claim().body, R"({"tasks":[]})");
}

TEST_F(Pull, AFailureGoesByTheRetryPolicy) {
  submit("a");
  const net::Response failed = say("a", "fail", lease_of_next(), R"(,"error":"  it broke\n")");
  EXPECT_EQ(failed.status, 200) << failed.body;
  EXPECT_EQ(json_of(failed).at("status"), "queued");
  EXPECT_EQ(json_of(failed).at("last_error"), "it broke");
  EXPECT_FALSE(json_of(failed).at("next_attempt_at").is_null());
}

TEST_F(Pull, LanesAreServedSideBySideAndEachInOrder) {
  submit("a1", "a");
  submit("a2", "a");
  submit("b1", "b");
  EXPECT_EQ(ids_in(claim(R"({"max":10})"), "tasks"), (Strings{"a1", "b1"}));
  EXPECT_EQ(claim(R"({"max":10})").body, R"({"tasks":[]})");
}

TEST_F(Pull, HighBeforeLowInAQueueThatIsOrderedSo) {
  submit("low", "main", R"(,"priority":"low")");
  submit("high", "main", R"(,"priority":"high")");
  EXPECT_EQ(ids_in(claim(), "tasks"), Strings{"high"});
}

TEST_F(Pull, AClaimWaitsUntilThereIsWork) {
  auto waiting =
      api_.begin(ApiHarness::request("POST", "/queues/pulled/claim", R"({"wait_seconds":20})"));
  api_.turns();
  EXPECT_EQ(waiting.wait_for(0s), std::future_status::timeout);
  submit("a");
  api_.turns();
  ASSERT_EQ(waiting.wait_for(0s), std::future_status::ready);
  EXPECT_EQ(ids_in(waiting.get(), "tasks"), Strings{"a"});
}

TEST_F(Pull, AClaimThatWaitedInVainGetsNothing) {
  auto waiting =
      api_.begin(ApiHarness::request("POST", "/queues/pulled/claim", R"({"wait_seconds":2})"));
  api_.turns();
  api_.clock().advance(1999ms);
  api_.turns();
  EXPECT_EQ(waiting.wait_for(0s), std::future_status::timeout);
  api_.clock().advance(1ms);
  api_.turns();
  ASSERT_EQ(waiting.wait_for(0s), std::future_status::ready);
  EXPECT_EQ(waiting.get().body, R"({"tasks":[]})");
}

TEST_F(Pull, ALeaseThatRanOutIsLost) {
  submit("a");
  const std::string lease = lease_of_next(R"({"lease_seconds":10})");
  api_.clock().advance(9s);
  const net::Response held = say("a", "extend", lease, R"(,"lease_seconds":10)");
  EXPECT_EQ(held.status, 200) << held.body;
  EXPECT_EQ(json_of(held).at("status"), "running");
  api_.clock().advance(9s);
  api_.turns();
  EXPECT_EQ(json_of(api_.get("/tasks/a")).at("status"), "running");
  api_.clock().advance(1s);
  api_.turns();
  EXPECT_EQ(json_of(api_.get("/tasks/a")).at("status"), "queued");
  EXPECT_EQ(json_of(api_.get("/tasks/a/attempts")).at("items").at(0).at("outcome"), "lost");
  for (const char* const verb : {"complete", "fail", "extend"}) {
    const std::string more = *verb == 'f'   ? R"(,"error":"e")"
                             : *verb == 'e' ? R"(,"lease_seconds":1)"
                                            : "";
    EXPECT_EQ(say("a", verb, lease, more).status, 409) << verb;
    EXPECT_EQ(say("none", verb, lease, more).status, 404) << verb;
    EXPECT_EQ(say("%20", verb, lease, more).status, 404) << verb;
  }
}

TEST_F(Pull, ACancelledTaskIsNotDone) {
  submit("a");
  const std::string lease = lease_of_next();
  EXPECT_EQ(api_.ask("POST", "/tasks/a/cancel").status, 200);
  EXPECT_EQ(say("a", "complete", lease).status, 409);
  EXPECT_EQ(json_of(api_.get("/tasks/a")).at("status"), "cancelled");
}

TEST_F(Pull, OnlyAQueueThatIsPulledIsClaimedFrom) {
  EXPECT_EQ(api_.ask("POST", "/queues/tasks/claim", "{}").status, 409);
  EXPECT_EQ(api_.ask("POST", "/queues/none/claim", "{}").status, 404);
}

TEST_F(Pull, APausedQueueGivesNothing) {
  submit("a");
  EXPECT_EQ(api_.ask("POST", "/queues/pulled/pause").status, 200);
  EXPECT_EQ(claim().body, R"({"tasks":[]})");
  EXPECT_EQ(api_.ask("POST", "/queues/pulled/resume").status, 200);
  EXPECT_EQ(ids_in(claim(), "tasks"), Strings{"a"});
}

TEST_F(Pull, AWholeNumberMayBeWrittenInAnyOfTheSpellingsOfJson) {
  EXPECT_EQ(claim(R"({"max":1.0,"wait_seconds":-0.0,"lease_seconds":3e1})").status, 200);
  EXPECT_EQ(claim(R"({"max":1e2,"wait_seconds":0,"lease_seconds":4.32E+4})").status, 200);
}

TEST_F(Pull, ABadBodyNamesAllItsFaults) {
  EXPECT_EQ(errors_in(claim(R"({"max":0,"wait_seconds":21,"lease_seconds":1.5,"x":1})")),
            "/max out_of_range, /wait_seconds out_of_range, /lease_seconds out_of_range, "
            "/x unknown_field");
  EXPECT_EQ(errors_in(claim(R"({"max":101,"wait_seconds":-1,"lease_seconds":43201})")),
            "/max out_of_range, /wait_seconds out_of_range, /lease_seconds out_of_range");
  EXPECT_EQ(errors_in(claim(R"({"max":"1","lease_seconds":1e5})")),
            "/max wrong_type, /lease_seconds out_of_range");
  EXPECT_EQ(errors_in(claim(R"({"max":1e400,"wait_seconds":1e-400,"lease_seconds":-0.5})")),
            "/max out_of_range, /wait_seconds out_of_range, /lease_seconds out_of_range");
  EXPECT_EQ(errors_in(api_.ask("POST", "/tasks/a/fail", "{}")), "/lease required, /error required");
  EXPECT_EQ(errors_in(api_.ask("POST", "/tasks/a/extend", "{}")),
            "/lease required, /lease_seconds required");
  EXPECT_EQ(errors_in(api_.ask("POST", "/tasks/a/complete", R"({"lease":5,"result":[1]})")),
            "/lease wrong_type, /result wrong_type");
  EXPECT_EQ(errors_in(say("a", "complete", std::string(65, 'a'))), "/lease too_long");
  EXPECT_EQ(errors_in(say("a", "fail", "", R"(,"error":" \n")")), "/lease empty, /error empty");
  EXPECT_EQ(errors_in(say("a", "fail", "l", R"(,"error":")" + std::string(4097, 'e') + "\"")),
            "/error too_long");
  EXPECT_EQ(errors_in(say("a", "fail", "l", R"(,"error":"\u0000")")), "/error control_character");
}

}  // namespace
}  // namespace ordo::api
