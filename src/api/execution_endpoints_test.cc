// Pipelines and executions over the whole API, the store in memory.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "support/answers.h"
#include "support/execution_api.h"
#include "support/time_zones.h"

namespace ordo::api {
namespace {

using testing::ApiHarness;
using testing::errors_in;
using testing::ExecutionApi;
using testing::ExecutionWorld;
using testing::json_of;
using Strings = std::vector<std::string>;

constexpr char kTask[] = R"({"StartAt":"A","States":{
  "A":{"Type":"Task","Resource":"work","End":true}}})";
constexpr char kToken[] = R"({"StartAt":"A","States":{"A":{"Type":"Task","End":true,
  "Resource":"arn:aws:states:::sqs:sendMessage.waitForTaskToken",
  "Parameters":{"token.$":"$$.Task.Token"}}}})";

const domain::TransitionZone& berlin() {
  static const domain::TransitionZone zone = testing::berlin();
  return zone;
}

void define(ExecutionWorld& world) {
  world.define("plain", kTask);
  world.define("token", kToken);
  app::Timetable timetable{
      domain::Schedule::parse("cron(30 2 * * ? *)", berlin(), base::WallTime()).value()};
  timetable.jitter = base::Millis(1500);
  timetable.missed = domain::MissedFirings::once;
  timetable.input = R"({"a":1})";
  world.define("timed", kTask, std::move(timetable));
}

class ExecutionEndpoints : public ::testing::Test {
 protected:
  net::Response start(std::string body = "{}", const std::string& pipeline = "plain") {
    return api_.ask("POST", "/pipelines/" + pipeline + "/executions", std::move(body));
  }
  // The id of a new one.
  std::string started(std::string body = "{}", const std::string& pipeline = "plain") {
    const net::Response response = start(std::move(body), pipeline);
    EXPECT_EQ(response.status, 201) << response.body;
    return std::string(json_of(response).at("execution_id").as_string());
  }
  boost::json::value read(const std::string& id) { return json_of(api_.get("/executions/" + id)); }
  std::string status(const std::string& id) {
    return std::string(read(id).at("status").as_string());
  }
  void succeed(std::string output = "{}") { api_.world().answer(app::CallDone{std::move(output)}); }
  void fail() { api_.world().answer(app::CallNotDone{{"E", "why"}}); }
  Strings names(const std::string& query = "") {
    Strings out;
    const boost::json::value page = json_of(api_.get("/executions" + query));
    for (const auto& item : page.at("items").as_array()) {
      out.emplace_back(item.at("name").as_string());
    }
    return out;
  }
  Strings types(const std::string& target) {
    Strings out;
    const boost::json::value page = json_of(api_.get(target));
    for (const auto& item : page.at("items").as_array()) {
      out.emplace_back(item.at("type").as_string());
    }
    return out;
  }
  // What the waiting state of the pipeline "token" would be called back by.
  std::string token() {
    const auto& calls = api_.world().calls->open;
    const auto parameters = boost::json::parse(calls.back().call.parameters);
    api_.world().answer(app::CallUnderWay{"{}"}, calls.size() - 1);
    return std::string(parameters.at("token").as_string());
  }
  int call_back(const std::string& token, const std::string& verb, std::string body = "") {
    if (body.empty() && verb != "heartbeat") body = "{}";
    return api_.ask("POST", "/callbacks/" + token + "/" + verb, std::move(body)).status;
  }

  ExecutionApi api_{define};
};

TEST_F(ExecutionEndpoints, PipelinesAreListedByName) {
  const net::Response response = api_.get("/pipelines");
  EXPECT_EQ(response.status, 200);
  Strings names;
  const boost::json::value page = json_of(response);
  for (const auto& item : page.at("items").as_array()) {
    names.emplace_back(item.at("name").as_string());
  }
  EXPECT_EQ(names, (Strings{"plain", "timed", "token"}));
  EXPECT_EQ(errors_in(api_.get("/pipelines?x=1")), "?x unknown_parameter");
}

TEST_F(ExecutionEndpoints, APipelineHasItsDefinitionAndItsNextTenFirings) {
  const boost::json::value timed = json_of(api_.get("/pipelines/timed"));
  const auto& schedule = timed.at("schedule");
  EXPECT_EQ(schedule.at("expression"), "cron(30 2 * * ? *)");
  EXPECT_EQ(schedule.at("timezone"), "Europe/Berlin");
  EXPECT_EQ(schedule.at("jitter_seconds"), 1.5);
  EXPECT_EQ(schedule.at("missed"), "once");
  EXPECT_EQ(schedule.at("input"), boost::json::parse(R"({"a":1})"));
  ASSERT_EQ(schedule.at("next").as_array().size(), 10U);
  EXPECT_EQ(schedule.at("next").at(0), "2026-01-03T01:30:00.000Z");
  EXPECT_EQ(schedule.at("next").at(9), "2026-01-12T01:30:00.000Z");
  EXPECT_EQ(timed.at("definition"), boost::json::parse(kTask));
  EXPECT_EQ(timed.at("paused"), false);
  EXPECT_TRUE(json_of(api_.get("/pipelines/plain")).at("schedule").is_null());
  EXPECT_EQ(api_.get("/pipelines/none").status, 404);
  EXPECT_EQ(errors_in(api_.get("/pipelines/plain?x=1")), "?x unknown_parameter");
}

TEST_F(ExecutionEndpoints, ASchedulePausesAndGoesOn) {
  for (const bool paused : {true, true, false}) {
    const net::Response response =
        api_.ask("POST", std::string("/pipelines/timed/") + (paused ? "pause" : "resume"));
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(json_of(response).at("paused"), paused);
    EXPECT_EQ(json_of(api_.get("/pipelines/timed")).at("paused"), paused);
    api_.world().pass(std::chrono::hours(24));
    EXPECT_EQ(names().empty(), paused);
  }
  EXPECT_EQ(api_.ask("POST", "/pipelines/none/pause").status, 404);
  EXPECT_EQ(errors_in(api_.ask("POST", "/pipelines/timed/resume", R"({"a":1})")),
            "/a unknown_field");
}

TEST_F(ExecutionEndpoints, AnExecutionStartsAndIsShownUntilItEnds) {
  const net::Response response = start(R"({"name":"n","input":{"b": 4.5}})");
  EXPECT_EQ(response.status, 201);
  const std::string id(json_of(response).at("execution_id").as_string());
  EXPECT_EQ(response.headers.get("Location"), "/executions/" + id);
  EXPECT_FALSE(response.headers.has("Idempotent-Replay"));
  EXPECT_EQ(response.body,
            R"({"execution_id":")" + id +
                R"(","pipeline":"plain","name":"n","status":"running","input":{"b":4.5},)"
                R"("output":null,"error":null,"cause":null,)"
                R"("started_at":"2026-01-02T03:04:05.678Z","stopped_at":null,)"
                R"("redrive_count":0,"redriven_at":null})");
  EXPECT_EQ(api_.get("/executions/" + id).body, response.body);
  EXPECT_EQ(api_.world().calls->open.at(0).call.parameters, R"({"b":4.5})");
  succeed(R"({"c":1})");
  const boost::json::value ended = read(id);
  EXPECT_EQ(ended.at("status"), "succeeded");
  EXPECT_EQ(ended.at("output"), boost::json::parse(R"({"c":1})"));
  EXPECT_EQ(ended.at("stopped_at"), "2026-01-02T03:04:05.678Z");
}

TEST_F(ExecutionEndpoints, WithoutMembersThereIsANameAndAnEmptyInput) {
  const boost::json::value first = read(started());
  const boost::json::value second = read(started());
  EXPECT_EQ(first.at("input"), boost::json::object());
  EXPECT_FALSE(first.at("name").as_string().empty());
  EXPECT_NE(first.at("name"), second.at("name"));
}

TEST_F(ExecutionEndpoints, AnInputIsAnyJson) {
  for (const char* input : {"[1,2]", R"("a \"b\"")", "5", "true", "null"}) {
    EXPECT_EQ(read(started(fmt::format(R"({{"input":{}}})", input))).at("input"),
              boost::json::parse(input));
  }
}

TEST_F(ExecutionEndpoints, TheSameNameAndInputIsTheSameExecution) {
  const std::string id = started(R"({"name":"n","input":{"a":1}})");
  succeed();
  const net::Response again = start(R"({"input": {"a": 1}, "name": "n"})");
  EXPECT_EQ(again.status, 200);
  EXPECT_EQ(again.headers.get("Idempotent-Replay"), "true");
  EXPECT_EQ(again.headers.get("Location"), "/executions/" + id);
  EXPECT_EQ(json_of(again).at("status"), "succeeded");
  const net::Response other = start(R"({"name":"n","input":{"a":2}})");
  EXPECT_EQ(other.status, 409);
  EXPECT_EQ(json_of(other).at("type"), "urn:ordo:problem:conflict");
  EXPECT_EQ(start(R"({"name":"n","input":{"a":2}})", "timed").status, 201);
  EXPECT_EQ(names(), (Strings{"n", "n"}));
}

TEST_F(ExecutionEndpoints, WhatIsWrongWithAStartIsToldAndNothingStarts) {
  EXPECT_EQ(start("{}", "none").status, 404);
  EXPECT_EQ(errors_in(start(R"({"name":"","input":[],"x":1})")), "/name empty, /x unknown_field");
  EXPECT_EQ(errors_in(start(R"({"name":"a b"})")), "/name bad_characters");
  EXPECT_EQ(errors_in(start(R"({"name":")" + std::string(81, 'n') + R"("})")), "/name too_long");
  EXPECT_EQ(start(R"({"name":")" + std::string(80, 'n') + R"("})").status, 201);
  EXPECT_EQ(start("[]").status, 400);
  EXPECT_EQ(names().size(), 1U);
}

TEST_F(ExecutionEndpoints, WhenItCannotBeDurableNothingStarts) {
  api_.world().store.fail_next({base::ErrorCode::unavailable, "disk full", {}});
  const net::Response refused = start();
  EXPECT_EQ(refused.status, 503);
  EXPECT_TRUE(refused.headers.has("Retry-After"));
  EXPECT_EQ(names(), Strings{});
}

TEST_F(ExecutionEndpoints, AListHasFiltersAndPages) {
  (void)started(R"({"name":"a"})");
  succeed();
  (void)started(R"({"name":"b"})");
  fail();
  (void)started(R"({"name":"c"})");
  (void)started(R"({"name":"d"})", "timed");
  EXPECT_EQ(names(), (Strings{"d", "c", "b", "a"}));
  EXPECT_EQ(names("?pipeline=plain"), (Strings{"c", "b", "a"}));
  EXPECT_EQ(names("?pipeline=none"), Strings{});
  EXPECT_EQ(names("?status=succeeded"), Strings{"a"});
  EXPECT_EQ(names("?status=failed&pipeline=plain"), Strings{"b"});
  EXPECT_EQ(names("?status=running"), (Strings{"d", "c"}));
  EXPECT_EQ(names("?status=timed_out"), Strings{});
  const net::Response first = api_.get("/executions?status=running&limit=1");
  const std::string cursor(json_of(first).at("next_cursor").as_string());
  EXPECT_EQ(first.headers.get("Link"),
            "</executions?status=running&limit=1&cursor=" + cursor + ">; rel=\"next\"");
  EXPECT_EQ(names("?status=running&limit=1&cursor=" + cursor), Strings{"c"});
  EXPECT_EQ(errors_in(api_.get("/executions?cursor=" + cursor)), "?cursor wrong_cursor");
  EXPECT_EQ(errors_in(api_.get("/executions?status=dead&limit=0&x=1")),
            "?status unknown_value, ?limit out_of_range, ?x unknown_parameter");
}

TEST_F(ExecutionEndpoints, OfOneThatIsNotThereNothingIsSaid) {
  for (const char* const target : {"/executions/none", "/executions/none/history"}) {
    const net::Response response = api_.get(target);
    EXPECT_EQ(response.status, 404) << target;
    EXPECT_EQ(json_of(response).at("detail"), "there is no such execution") << target;
  }
  EXPECT_EQ(api_.ask("POST", "/executions/none/stop", "{}").status, 404);
  EXPECT_EQ(api_.ask("POST", "/executions/none/redrive").status, 404);
  EXPECT_EQ(errors_in(api_.get("/executions/none?x=1")), "?x unknown_parameter");
}

TEST_F(ExecutionEndpoints, HistoryGoesFromTheFirstEventPageByPage) {
  const std::string id = started();
  succeed();
  const std::string target = "/executions/" + id + "/history";
  const Strings all = types(target);
  EXPECT_EQ(all, (Strings{"ExecutionStarted", "TaskStateEntered", "LambdaFunctionScheduled",
                          "LambdaFunctionStarted", "LambdaFunctionSucceeded", "TaskStateExited",
                          "ExecutionSucceeded"}));
  Strings walked;
  std::string query = "?limit=2";
  for (std::size_t i = 0; i < all.size(); ++i) {
    const net::Response page = api_.get(target + query);
    const boost::json::value json = json_of(page);
    for (const auto& item : json.at("items").as_array()) {
      EXPECT_EQ(item.at("id").as_int64(), static_cast<std::int64_t>(walked.size() + 1));
      walked.emplace_back(item.at("type").as_string());
    }
    if (json.at("next_cursor").is_null()) break;
    query = "?limit=2&cursor=" + std::string(json.at("next_cursor").as_string());
    EXPECT_EQ(page.headers.get("Link"), "<" + target + query + ">; rel=\"next\"");
  }
  EXPECT_EQ(walked, all);
  EXPECT_EQ(errors_in(api_.get(target + "?limit=1001&status=failed")),
            "?limit out_of_range, ?status unknown_parameter");
  const std::string other = started();
  EXPECT_EQ(errors_in(api_.get("/executions/" + other + "/history" + query)),
            "?cursor wrong_cursor");
}

TEST_F(ExecutionEndpoints, StopEndsItForGoodAndSaysWhy) {
  const std::string id = started();
  const net::Response stopped =
      api_.ask("POST", "/executions/" + id + "/stop", R"({"error":"Enough","cause":"no more"})");
  EXPECT_EQ(stopped.status, 200);
  EXPECT_EQ(json_of(stopped).at("status"), "stopped");
  EXPECT_EQ(json_of(stopped).at("error"), "Enough");
  EXPECT_EQ(json_of(stopped).at("cause"), "no more");
  EXPECT_EQ(api_.get("/executions/" + id).body, stopped.body);
  const net::Response again = api_.ask("POST", "/executions/" + id + "/stop", "{}");
  EXPECT_EQ(again.status, 409);
  EXPECT_EQ(json_of(again).at("detail"), "the execution has been stopped already");
  EXPECT_EQ(api_.ask("POST", "/executions/" + started() + "/stop", "{}").status, 200);
}

TEST_F(ExecutionEndpoints, WithoutABodyItIsAsIfThereWereAnEmptyObject) {
  // As `curl -X POST` sends it: not even a length.
  const auto bare = [&](const std::string& target) {
    net::Request request;
    request.method = "POST";
    request.path = target;
    return api_.ask(std::move(request));
  };
  const net::Response begun = bare("/pipelines/plain/executions");
  EXPECT_EQ(begun.status, 201) << begun.body;
  EXPECT_EQ(json_of(begun).at("input"), boost::json::object());
  const std::string id(json_of(begun).at("execution_id").as_string());
  EXPECT_EQ(bare("/executions/" + id + "/stop").status, 200);
  EXPECT_EQ(status(id), "stopped");
  EXPECT_EQ(api_.ask("POST", "/executions/" + started() + "/stop", "").status, 200);
  EXPECT_EQ(bare("/callbacks/none/failure").status, 404);
  EXPECT_EQ(bare("/callbacks/none/success").status, 411) << "its output is wanted";
}

TEST_F(ExecutionEndpoints, AReasonThatIsNoneStopsNothing) {
  const std::string id = started();
  const auto stop = [&](std::string body) {
    return errors_in(api_.ask("POST", "/executions/" + id + "/stop", std::move(body)));
  };
  EXPECT_EQ(stop(R"({"error":7,"why":"x"})"), "/error wrong_type, /why unknown_field");
  EXPECT_EQ(stop(R"({"error":")" + std::string(257, 'e') + R"("})"), "/error too_long");
  EXPECT_EQ(stop(R"({"cause":")" + std::string(32'769, 'c') + R"("})"), "/cause too_long");
  EXPECT_EQ(status(id), "running");
}

TEST_F(ExecutionEndpoints, ARedriveGoesOnFromWhereItFailed) {
  const std::string id = started();
  const std::string target = "/executions/" + id + "/redrive";
  EXPECT_EQ(api_.ask("POST", target).status, 409) << "it runs";
  fail();
  EXPECT_EQ(read(id).at("error"), "E");
  EXPECT_EQ(errors_in(api_.ask("POST", target, R"({"from":"A"})")), "/from unknown_field");
  const net::Response redriven = api_.ask("POST", target);
  EXPECT_EQ(redriven.status, 200);
  const boost::json::value json = json_of(redriven);
  EXPECT_EQ(json.at("status"), "running");
  EXPECT_EQ(json.at("redrive_count"), 1);
  EXPECT_EQ(json.at("redriven_at"), "2026-01-02T03:04:05.678Z");
  EXPECT_TRUE(json.at("error").is_null());
  succeed();
  EXPECT_EQ(status(id), "succeeded");
  EXPECT_EQ(api_.ask("POST", target).status, 409) << "it has succeeded";
}

TEST_F(ExecutionEndpoints, ACallbackEndsWhatWaitsForItsToken) {
  const std::string id = started("{}", "token");
  const std::string mine = token();
  EXPECT_EQ(call_back(mine, "heartbeat"), 200);
  EXPECT_EQ(status(id), "running");
  EXPECT_EQ(call_back(mine, "success", R"({"output":{"done":true}})"), 200);
  EXPECT_EQ(read(id).at("output"), boost::json::parse(R"({"done":true})"));
  for (const char* const verb : {"success", "failure", "heartbeat"}) {
    EXPECT_EQ(call_back(mine, verb), 404) << verb;
    EXPECT_EQ(call_back("nonsense", verb), 404) << verb;
  }
}

TEST_F(ExecutionEndpoints, ACallbacksOutputMayBeAnyJson) {
  for (const char* const output : {R"("text \"here\"")", "[1,2]", "4.50", "null", "true"}) {
    const std::string id = started("{}", "token");
    EXPECT_EQ(call_back(token(), "success", fmt::format(R"({{"output":{}}})", output)), 200);
    EXPECT_EQ(read(id).at("output"), boost::json::parse(output)) << output;
  }
  const std::string id = started("{}", "token");
  EXPECT_EQ(call_back(token(), "success"), 200);
  EXPECT_EQ(read(id).at("output"), boost::json::object());
}

TEST_F(ExecutionEndpoints, ACallbackMayTellOfAFailure) {
  const std::string id = started("{}", "token");
  EXPECT_EQ(call_back(token(), "failure", R"({"error":"E","cause":"why"})"), 200);
  const boost::json::value failed = read(id);
  EXPECT_EQ(failed.at("status"), "failed");
  EXPECT_EQ(failed.at("error"), "E");
  EXPECT_EQ(failed.at("cause"), "why");
}

TEST_F(ExecutionEndpoints, AMalformedCallbackIsRefusedAndTheStateWaitsOn) {
  const std::string id = started("{}", "token");
  const std::string mine = token();
  EXPECT_EQ(call_back(mine, "success", R"({"result":1})"), 400);
  EXPECT_EQ(call_back(mine, "success", "[1]"), 400);
  EXPECT_EQ(call_back(mine, "failure", R"({"error":7})"), 400);
  EXPECT_EQ(call_back(mine, "heartbeat", R"({"a":1})"), 400);
  EXPECT_EQ(status(id), "running");
  EXPECT_EQ(call_back(mine, "success"), 200);
}

TEST(NoExecutions, WhereNothingRunsThereAreNoPipelines) {
  testing::ApiHarness api;
  EXPECT_EQ(api.get("/pipelines").body, R"({"items":[]})");
  EXPECT_EQ(api.get("/pipelines/orders").status, 404);
  EXPECT_EQ(api.ask("POST", "/pipelines/orders/executions", "{}").status, 404);
  EXPECT_EQ(api.get("/executions").status, 200);
}

}  // namespace
}  // namespace ordo::api
