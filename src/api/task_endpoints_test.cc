// Tasks over the whole API, the store in memory.
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <string>
#include <utility>

#include "base/limits.h"
#include "support/answers.h"
#include "support/api_harness.h"

namespace ordo::api {
namespace {

using testing::ApiHarness;
using testing::errors_in;
using testing::json_of;

// An object of so many levels.
std::string nested(std::size_t levels) {
  std::string text = "{}";
  for (std::size_t i = 1; i < levels; ++i) text = R"({"a":)" + text + "}";
  return text;
}

class TaskEndpoints : public ::testing::Test {
 protected:
  net::Response ask_with(const char* name, const std::string& value, std::string method,
                         std::string target, std::string body = "") {
    net::Request request =
        ApiHarness::request(std::move(method), std::move(target), std::move(body));
    request.headers.add(name, value);
    return api_.ask(std::move(request));
  }
  ApiHarness api_;
};

TEST_F(TaskEndpoints, ANewTaskIsAnsweredWithItsPlaceAndItsTag) {
  const net::Response created = api_.post(R"({"title":"x","task_id":"a"})");
  EXPECT_EQ(created.status, 201);
  EXPECT_EQ(created.headers.get("Location"), "/tasks/a");
  EXPECT_EQ(created.headers.get("ETag"), R"("1-1")");
  EXPECT_FALSE(created.headers.has("Idempotent-Replay"));
  EXPECT_EQ(api_.get("/tasks/a").body, created.body);
}

TEST_F(TaskEndpoints, TheFaultsOfBodyAndKeyAreToldTogether) {
  const net::Response both = ask_with("Idempotency-Key", "a b", "POST", "/tasks", R"({"title":7})");
  EXPECT_EQ(both.status, 400);
  EXPECT_EQ(errors_in(both), "/title wrong_type, Idempotency-Key bad_characters");
  EXPECT_EQ(errors_in(ask_with("Idempotency-Key", "", "POST", "/tasks", R"({"title":"x"})")),
            "Idempotency-Key empty");
  net::Request twice = ApiHarness::request("POST", "/tasks", R"({"title":"x"})");
  twice.headers.add("Idempotency-Key", "k");
  twice.headers.add("idempotency-key", "k");
  EXPECT_EQ(errors_in(api_.ask(std::move(twice))), "Idempotency-Key duplicate");
  EXPECT_EQ(errors_in(api_.post(R"({"title":"x","queue":"nowhere"})")), "/queue unknown_queue");
}

TEST_F(TaskEndpoints, AnotherBodyUnderTheSameKeyConflicts) {
  EXPECT_EQ(ask_with("Idempotency-Key", "k", "POST", "/tasks", R"({"title":"x"})").status, 201);
  EXPECT_EQ(ask_with("Idempotency-Key", "k", "POST", "/tasks", R"({"title":"y"})").status, 409);
}

TEST_F(TaskEndpoints, AStoreThatCannotCommitAcceptsNothing) {
  api_.store().fail_next({base::ErrorCode::unavailable, "the disk is full", {}});
  const net::Response response = api_.post(R"({"title":"x","task_id":"a"})");
  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(response.headers.get("Retry-After"), "1");
  EXPECT_EQ(api_.get("/tasks/a").status, 404);
}

TEST_F(TaskEndpoints, WhatBreaksOnOurSideIsNotTold) {
  api_.store().fail_next({base::ErrorCode::internal, "/secret/path is broken", {}});
  const net::Response response = api_.post(R"({"title":"x"})");
  EXPECT_EQ(response.status, 500);
  EXPECT_EQ(response.body.find("secret"), std::string::npos);
}

TEST_F(TaskEndpoints, ABatchHasAResultForEachInItsPlace) {
  const net::Response response = api_.ask("POST", "/tasks/batch",
                                          R"({"tasks":[{"title":"a","task_id":"a"},{"title":7},5,
                            {"title":"a","task_id":"a"},{"title":"b","queue":"nowhere"}]})");
  ASSERT_EQ(response.status, 200);
  const boost::json::array results = json_of(response).at("results").as_array();
  ASSERT_EQ(results.size(), 5U);
  EXPECT_EQ(results[0].at("status"), 201);
  EXPECT_EQ(results[0].at("task").at("task_id"), "a");
  EXPECT_EQ(results[1].at("problem").at("errors").at(0).at("pointer"), "/title");
  EXPECT_EQ(results[2].at("problem").at("errors").at(0).at("pointer"), "");
  EXPECT_EQ(results[3].at("status"), 200);
  EXPECT_EQ(results[4].at("problem").at("errors").at(0).at("code"), "unknown_queue");
}

TEST_F(TaskEndpoints, ABatchIsAnObjectWithOneToAThousandTasks) {
  const auto batch = [&](std::string body) {
    const net::Response response = api_.ask("POST", "/tasks/batch", std::move(body));
    return std::to_string(response.status) + " " + errors_in(response);
  };
  EXPECT_EQ(batch(R"({"tasks":[]})"), "400 /tasks empty");
  EXPECT_EQ(batch("{}"), "400 /tasks required");
  EXPECT_EQ(batch(R"({"tasks":{}})"), "400 /tasks wrong_type");
  EXPECT_EQ(batch(R"({"tasks":[1],"x":1})"), "400 /x unknown_field");
  EXPECT_EQ(batch("[]"), "400 ");
  std::string fields;
  for (int i = 0; i < 100; ++i) fields += "\"" + std::to_string(i) + "\":1,";
  EXPECT_EQ(batch("{" + fields + R"("tasks":[1]})"), "400  too_many");
  std::string many = R"({"tasks":[1)";
  for (int i = 0; i < 1000; ++i) many += ",1";
  EXPECT_EQ(batch(many + "]}"), "400 /tasks too_many");
}

TEST_F(TaskEndpoints, WhatIsWrongInsideATaskOfABatchIsThatTasksFault) {
  const net::Response response =
      api_.ask("POST", "/tasks/batch",
               R"({"tasks":[{"title":"a"},{"title":"b","title":"b"},nonsense,{"title":"\xff"},)"
               R"({"title":"c",},{"title":"d","payload":)" +
                   nested(base::kMaxJsonDepth - 1) + R"(},{"title":"e","payload":)" +
                   nested(base::kMaxJsonDepth) + "}]}");
  ASSERT_EQ(response.status, 200);
  std::string statuses;
  boost::json::parse_options deep;
  deep.max_depth = 2 * base::kMaxJsonDepth;
  const boost::json::value json = boost::json::parse(response.body, {}, deep);
  for (const auto& result : json.at("results").as_array()) {
    statuses += std::to_string(result.at("status").as_int64()) + " ";
  }
  EXPECT_EQ(statuses, "201 400 400 400 400 201 400 ");
  EXPECT_EQ(api_.post(R"({"title":"d","payload":)" + nested(base::kMaxJsonDepth - 1) + "}").status,
            201);
  EXPECT_EQ(api_.post(R"({"title":"e","payload":)" + nested(base::kMaxJsonDepth) + "}").status,
            400);
}

TEST_F(TaskEndpoints, ABatchThatIsNoJsonAtItsOwnLevelIsRefused) {
  for (const char* body :
       {R"({"tasks":[{"title":"a"}},)", R"({"tasks":[{"title":"a"},]})",
        R"({"tasks":[{"title":"a"}]}x)", R"({"tasks":[{"title":"a"}],"tasks":[]})",
        R"({"tasks":[{"title":"a"}],"\ud800":1})", R"({"tasks":nope})", "nope", ""}) {
    EXPECT_EQ(api_.ask("POST", "/tasks/batch", body).status, 400) << body;
  }
  EXPECT_EQ(json_of(api_.get("/tasks")).at("items").as_array().size(), 0U);
}

TEST_F(TaskEndpoints, ABatchRefusesAKeyRatherThanForgettingIt) {
  const net::Response response =
      ask_with("Idempotency-Key", "k", "POST", "/tasks/batch", R"({"tasks":[{"title":"a"}]})");
  EXPECT_EQ(response.status, 400);
  EXPECT_EQ(errors_in(response), "Idempotency-Key unsupported_header");
  EXPECT_EQ(json_of(api_.get("/tasks")).at("items").as_array().size(), 0U);
}

TEST_F(TaskEndpoints, ATaskMayBeCalledBatch) {
  EXPECT_EQ(api_.post(R"({"title":"x","task_id":"batch"})").headers.get("Location"),
            "/tasks/batch");
  EXPECT_EQ(api_.get("/tasks/batch").status, 200);
  EXPECT_EQ(api_.ask("PATCH", "/tasks/batch", R"({"title":"y"})").status, 200);
  EXPECT_EQ(api_.ask("POST", "/tasks/batch/cancel").status, 200);
  EXPECT_EQ(api_.ask("DELETE", "/tasks/batch").status, 204);
}

TEST_F(TaskEndpoints, ATaskOfABatchIsNoLargerThanAlone) {
  const std::string large(base::kMaxBodyBytes, 'x');
  const boost::json::value results = json_of(
      api_.ask("POST", "/tasks/batch",
               R"({"tasks":[{"title":"a","payload":{"x":")" + large + R"("}},{"title":"b"}]})"));
  EXPECT_EQ(results.at("results").at(0).at("status"), 413);
  EXPECT_EQ(results.at("results").at(1).at("status"), 201);
}

TEST_F(TaskEndpoints, AnUnchangedTaskIsNotSentAgain) {
  (void)api_.post(R"({"title":"x","task_id":"a"})");
  const net::Response same = ask_with("If-None-Match", R"(W/"1-1")", "GET", "/tasks/a");
  EXPECT_EQ(same.status, 304);
  EXPECT_EQ(same.headers.get("ETag"), R"("1-1")");
  EXPECT_TRUE(same.body.empty());
  EXPECT_EQ(ask_with("If-None-Match", R"("1-2")", "GET", "/tasks/a").status, 200);
}

TEST_F(TaskEndpoints, AMalformedIdIsNoTasks) {
  for (const char* method : {"GET", "DELETE"}) {
    EXPECT_EQ(api_.ask(method, "/tasks/a%20b").status, 404) << method;
  }
  EXPECT_EQ(api_.ask("PATCH", "/tasks/a%20b", "{}").status, 404);
  EXPECT_EQ(api_.ask("POST", "/tasks/a%20b/cancel").status, 404);
}

TEST_F(TaskEndpoints, AChangeIsMergedUnderTheTagThatWasSeen) {
  (void)api_.post(R"({"title":"x","task_id":"a","payload":{"n":1,"m":2}})");
  const net::Response changed = ask_with("If-Match", R"("1-1")", "PATCH", "/tasks/a",
                                         R"({"title":"y","payload":{"n":null}})");
  EXPECT_EQ(changed.status, 200);
  EXPECT_EQ(changed.headers.get("ETag"), R"("1-2")");
  EXPECT_EQ(json_of(changed).at("title"), "y");
  EXPECT_EQ(json_of(changed).at("payload"), boost::json::value({{"m", 2}}));
  EXPECT_EQ(ask_with("If-Match", R"("1-1")", "PATCH", "/tasks/a", "{}").status, 412);
  EXPECT_EQ(ask_with("If-Match", "1-2", "PATCH", "/tasks/a", "{}").status, 400);
  EXPECT_EQ(ask_with("If-Match", R"("1-1", "1-2")", "PATCH", "/tasks/a", "{}").status, 200);
  EXPECT_EQ(ask_with("If-Match", R"("1-1", "1-3")", "PATCH", "/tasks/a", "{}").status, 412);
  EXPECT_EQ(errors_in(api_.ask("PATCH", "/tasks/a", R"({"task_id":"b"})")),
            "/task_id unknown_field");
  EXPECT_EQ(api_.ask("PATCH", "/tasks/nope", "{}").status, 404);
}

TEST_F(TaskEndpoints, ADeletedTaskIsGone) {
  (void)api_.post(R"({"title":"x","task_id":"a"})");
  EXPECT_EQ(ask_with("If-Match", "x", "DELETE", "/tasks/a").status, 400);
  EXPECT_EQ(ask_with("If-Match", "", "DELETE", "/tasks/a").status, 400);
  EXPECT_EQ(ask_with("If-Match", R"("9-9", "9-8")", "DELETE", "/tasks/a").status, 412);
  EXPECT_EQ(ask_with("If-Match", R"("9-9", "9-8")", "DELETE", "/tasks/none").status, 404);
  EXPECT_EQ(ask_with("If-Match", R"("9-9")", "DELETE", "/tasks/a").status, 412);
  const net::Response deleted = api_.ask("DELETE", "/tasks/a");
  EXPECT_EQ(deleted.status, 204);
  EXPECT_TRUE(deleted.body.empty());
  EXPECT_EQ(api_.ask("DELETE", "/tasks/a").status, 404);
}

TEST_F(TaskEndpoints, CancellingUnderATagIsRefusedRatherThanDoneAnyway) {
  (void)api_.post(R"({"title":"x","task_id":"a"})");
  EXPECT_EQ(errors_in(ask_with("If-Match", R"("9-9")", "POST", "/tasks/a/cancel")),
            "If-Match unsupported_header");
  EXPECT_EQ(json_of(api_.get("/tasks/a")).at("status"), "queued");
}

TEST_F(TaskEndpoints, CancellingTakesNoBodyOrAnEmptyObject) {
  (void)api_.post(R"({"title":"x","task_id":"a"})");
  EXPECT_EQ(errors_in(api_.ask("POST", "/tasks/a/cancel", R"({"why/so":1})")),
            "/why~1so unknown_field");
  EXPECT_EQ(api_.ask("POST", "/tasks/a/cancel", "[]").status, 400);
  const net::Response cancelled = api_.ask("POST", "/tasks/a/cancel", "{}");
  EXPECT_EQ(cancelled.status, 200);
  EXPECT_EQ(json_of(cancelled).at("status"), "cancelled");
  EXPECT_EQ(api_.ask("POST", "/tasks/a/cancel").status, 200) << "once more is the same";
  EXPECT_EQ(api_.ask("PATCH", "/tasks/a", R"({"title":"y"})").status, 409);
  EXPECT_EQ(api_.ask("POST", "/tasks/b/cancel").status, 404);
}

}  // namespace
}  // namespace ordo::api
