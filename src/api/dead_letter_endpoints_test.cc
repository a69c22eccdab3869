// Tasks that ended badly: tried again, listed, put back, forgotten. The store in memory.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <string>
#include <vector>

#include "app/queues.h"
#include "support/answers.h"
#include "support/api_harness.h"
#include "support/task_writes.h"

namespace ordo::api {
namespace {

using testing::ApiHarness;
using testing::errors_in;
using ::testing::HasSubstr;
using testing::ids_in;
using testing::json_of;
using Strings = std::vector<std::string>;

class DeadLetters : public ::testing::Test {
 protected:
  // Accepts a task and lets its only attempt fail.
  void dead(const std::string& id, const std::string& queue = "tasks") {
    domain::NewTask task = testing::new_task(id);
    task.queue = domain::QueueName(queue);
    ++last_;
    const std::vector<ports::Write> writes{testing::add(std::move(task)), testing::start(last_),
                                           testing::die(last_)};
    ASSERT_TRUE(api_.store().apply(writes).has_value());
  }
  net::Response redrive(std::string body) {
    return api_.ask("POST", "/dead-letters/redrive", std::move(body));
  }
  Strings waiting() { return ids_in(api_.get("/tasks?status=queued")); }

  ApiHarness api_;
  std::uint64_t last_ = 0;
};

TEST_F(DeadLetters, AreListedByQueueFromPageToPage) {
  for (const char* const id : {"a", "b", "c"}) dead(id);
  dead("m", "mail");
  api_.post(R"({"title":"waits"})");
  EXPECT_EQ(ids_in(api_.get("/dead-letters")), (Strings{"m", "c", "b", "a"}));
  const net::Response page = api_.get("/dead-letters?queue=tasks&limit=2");
  EXPECT_EQ(ids_in(page), (Strings{"c", "b"}));
  EXPECT_EQ(json_of(page).at("items").at(0).at("last_error"), "E: no more");
  const std::string cursor(json_of(page).at("next_cursor").as_string());
  EXPECT_EQ(page.headers.get("Link"),
            "</dead-letters?queue=tasks&limit=2&cursor=" + cursor + R"(>; rel="next")");
  EXPECT_EQ(ids_in(api_.get("/dead-letters?queue=tasks&cursor=" + cursor)), Strings{"a"});
  EXPECT_EQ(errors_in(api_.get("/tasks?queue=tasks&cursor=" + cursor)), "?cursor wrong_cursor");
  EXPECT_EQ(errors_in(api_.get("/dead-letters?queue=%20&limit=0&status=dead")),
            "?queue bad_characters, ?limit out_of_range, ?status unknown_parameter");
}

TEST_F(DeadLetters, AllOfAQueueGoBackInTheirOrderBiteByBite) {
  const std::size_t many = app::kDeadLettersAtOnce + 3;
  Strings order;
  for (std::size_t i = 0; i < many; ++i) {
    dead("t" + std::to_string(i));
    order.insert(order.begin(), "t" + std::to_string(i));
  }
  dead("m", "mail");
  const net::Response answer = redrive(R"({"queue":"tasks"})");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, R"({"redriven":203})");
  EXPECT_EQ(ids_in(api_.get("/tasks?status=queued&limit=1000")), order);
  EXPECT_EQ(ids_in(api_.get("/dead-letters")), Strings{"m"});
  EXPECT_EQ(redrive(R"({"queue":"tasks"})").body, R"({"redriven":0})");
}

TEST_F(DeadLetters, NothingAtAllIsRedrivenOrPurgedFromAnEmptyStore) {
  EXPECT_EQ(redrive(R"({"queue":"tasks"})").body, R"({"redriven":0})");
  EXPECT_EQ(api_.ask("DELETE", "/dead-letters?queue=tasks").body, R"({"purged":0})");
}

TEST_F(DeadLetters, ChosenOnesGoBackInTheirOriginalOrder) {
  for (const char* const id : {"a", "b", "c"}) dead(id);
  const net::Response answer = redrive(R"({"queue":"tasks","task_ids":["c","a","c"]})");
  EXPECT_EQ(answer.body, R"({"redriven":2})");
  EXPECT_EQ(waiting(), (Strings{"c", "a"}));
  EXPECT_EQ(ids_in(api_.get("/dead-letters")), Strings{"b"});
}

TEST_F(DeadLetters, OneThatCannotGoBackKeepsAllOfThemThere) {
  dead("a");
  dead("m", "mail");
  api_.post(R"({"title":"waits","task_id":"w"})");
  const net::Response answer = redrive(R"({"queue":"tasks","task_ids":["a","w","none","m"]})");
  EXPECT_EQ(answer.status, 409);
  EXPECT_EQ(errors_in(answer),
            "/task_ids/1 not_dead, /task_ids/2 not_found, /task_ids/3 other_queue");
  EXPECT_EQ(waiting(), Strings{"w"});
  EXPECT_EQ(redrive(R"({"task_ids":["a","m"]})").body, R"({"redriven":2})");
}

TEST_F(DeadLetters, OfAQueueThatIsConfiguredNoMoreAreNotPutBackWhereNothingRuns) {
  dead("a", "gone");
  const net::Response redriven = redrive(R"({"task_ids":["a"]})");
  EXPECT_EQ(redriven.status, 409);
  EXPECT_EQ(errors_in(redriven), "/task_ids/0 unknown_queue");
  const net::Response again = api_.ask("POST", "/tasks/a/retry");
  EXPECT_EQ(again.status, 409);
  EXPECT_EQ(json_of(again).at("detail"), "the queue \"gone\" is not configured");
  EXPECT_EQ(waiting(), Strings{});
}

TEST_F(DeadLetters, ABadRedriveNamesItsFaults) {
  EXPECT_EQ(errors_in(redrive("{}")), "/queue required");
  EXPECT_EQ(errors_in(redrive(R"({"queue":"none"})")), "/queue unknown_queue");
  EXPECT_EQ(errors_in(redrive(R"({"queue":"none","task_ids":["a"]})")), "/queue unknown_queue");
  EXPECT_EQ(errors_in(redrive(R"({"task_ids":[]})")), "/task_ids empty");
  EXPECT_EQ(errors_in(redrive(R"({"task_ids":[7,"a",8]})")),
            "/task_ids/0 wrong_type, /task_ids/2 wrong_type");
  EXPECT_EQ(errors_in(redrive(R"({"task_ids":5})")), "/task_ids wrong_type");
  std::string many = R"({"task_ids":["a")";
  for (std::size_t i = 0; i < app::kMaxChosenTasks; ++i) many += R"(,"a")";
  EXPECT_EQ(errors_in(redrive(many + "]}")), "/task_ids too_many");
}

TEST_F(DeadLetters, OfAQueueAreForgottenBiteByBite) {
  for (std::size_t i = 0; i < app::kDeadLettersAtOnce; ++i) dead("t" + std::to_string(i));
  dead("m", "mail");
  EXPECT_EQ(api_.ask("DELETE", "/dead-letters?queue=tasks").body, R"({"purged":200})");
  EXPECT_EQ(ids_in(api_.get("/dead-letters")), Strings{"m"});
  EXPECT_EQ(api_.get("/tasks/t0").status, 404);
}

TEST_F(DeadLetters, AreForgottenOfAQueueThatIsConfiguredNoMore) {
  dead("a", "gone");
  EXPECT_EQ(api_.ask("DELETE", "/dead-letters?queue=gone").body, R"({"purged":1})");
  EXPECT_EQ(api_.ask("DELETE", "/dead-letters?queue=gone").status, 404);
  EXPECT_EQ(errors_in(api_.ask("DELETE", "/dead-letters")), "?queue required");
}

TEST_F(DeadLetters, AStoreThatFailsRedrivesNothing) {
  dead("a");
  api_.store().fail_next({base::ErrorCode::unavailable, "the disk is full", {}});
  EXPECT_EQ(redrive(R"({"queue":"tasks"})").status, 503);
  EXPECT_EQ(ids_in(api_.get("/dead-letters")), Strings{"a"});
}

TEST_F(DeadLetters, ATaskIsTriedAgainFromTheEndOfItsLane) {
  dead("a");
  api_.post(R"({"title":"waits","task_id":"w"})");
  const net::Response again = api_.ask("POST", "/tasks/a/retry");
  EXPECT_EQ(again.status, 200);
  EXPECT_EQ(json_of(again).at("status"), "queued");
  EXPECT_EQ(json_of(again).at("attempts"), 0);
  EXPECT_EQ(again.headers.get("ETag").substr(0, 3), R"("3-)");
  EXPECT_EQ(waiting(), (Strings{"a", "w"}));
  EXPECT_EQ(api_.ask("POST", "/tasks/a/retry").status, 409);
  EXPECT_EQ(api_.ask("POST", "/tasks/none/retry").status, 404);
  EXPECT_EQ(api_.ask("POST", "/tasks/%20/retry").status, 404);
  EXPECT_EQ(errors_in(api_.ask("POST", "/tasks/a/retry", R"({"now":true})")), "/now unknown_field");
}

TEST_F(DeadLetters, AttemptsTellHowItWent) {
  dead("a");
  EXPECT_EQ(
      api_.get("/tasks/a/attempts").body,
      R"({"items":[{"attempt":1,"started_at":"2026-01-02T03:04:05.778Z",)"
      R"("finished_at":"2026-01-02T03:04:05.878Z","outcome":"failed","error":"E: no more"}]})");
  api_.post(R"({"title":"waits","task_id":"w"})");
  EXPECT_EQ(api_.get("/tasks/w/attempts").body, R"({"items":[]})");
  const std::vector<ports::Write> start{testing::start(2)};
  ASSERT_TRUE(api_.store().apply(start).has_value());
  EXPECT_THAT(api_.get("/tasks/w/attempts").body,
              HasSubstr(R"("finished_at":null,"outcome":"running","error":null)"));
  EXPECT_EQ(api_.get("/tasks/none/attempts").status, 404);
}

}  // namespace
}  // namespace ordo::api
