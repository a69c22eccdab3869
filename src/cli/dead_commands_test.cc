#include <gmock/gmock.h>

#include "support/cli_harness.h"

namespace ordo::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

using DeadCommands = testing::CliHarness;

TEST_F(DeadCommands, ListShowsTheLastErrors) {
  server_.set("GET /dead-letters?queue=mail",
              R"({"items":[{"finished_at":"2026-11-21T05:18:07.123Z","task_id":"a","queue":"mail",)"
              R"("lane":"m","attempts":3,"last_error":"bo\u001b[31mom"}],"next_cursor":null})");
  const Ran ran = run({"dead", "list", "--queue", "mail"});
  EXPECT_EQ(ran.code, kDone);
  EXPECT_EQ(ran.out,
            "DIED                      TASK  QUEUE  LANE  ATTEMPTS  ERROR\n"
            "2026-11-21T05:18:07.123Z  a     mail   m     3         bo [31mom\n");
}

TEST_F(DeadCommands, ListWalksThePages) {
  const std::string one = R"({"items":[{"task_id":"a"}],"next_cursor":"c1"})";
  const std::string two = R"({"items":[{"task_id":"b"}],"next_cursor":null})";
  server_.set("GET /dead-letters?limit=1", one);
  server_.set("GET /dead-letters?limit=1&cursor=c1", two);
  const Ran first = run({"dead", "list", "-n", "1"});
  EXPECT_THAT(first.err, HasSubstr("--cursor c1"));
  EXPECT_THAT(run({"dead", "list", "-n", "1", "--all"}).out, HasSubstr("b\n"));
  EXPECT_EQ(run({"dead", "list", "-n", "1", "--all", "--json"}).out, one + "\n" + two + "\n");
}

TEST_F(DeadCommands, AServerThatNamesTheSamePageAgainIsNotAskedForEver) {
  server_.set("GET /dead-letters", R"({"items":[],"next_cursor":"c"})");
  server_.set("GET /dead-letters?cursor=c", R"({"items":[],"next_cursor":"c"})");
  EXPECT_EQ(run({"dead", "list", "--all"}).code, kDone);
  EXPECT_EQ(server_.asked().size(), 2U);
}

TEST_F(DeadCommands, ShowHasEveryAttempt) {
  const std::string task = R"({"task_id":"a/b","status":"dead"})";
  const std::string attempts =
      R"({"items":[{"attempt":1,"started_at":"s","finished_at":"f","outcome":"failed","error":"e"}]})";
  server_.set("GET /tasks/a%2Fb", task);
  server_.set("GET /tasks/a%2Fb/attempts", attempts);
  const Ran ran = run({"dead", "show", "a/b"});
  EXPECT_EQ(ran.code, kDone);
  EXPECT_EQ(ran.out,
            "task_id  a/b\nstatus   dead\n\n"
            "ATTEMPT  STARTED  FINISHED  OUTCOME  ERROR\n1        s        f         failed   e\n");
  EXPECT_EQ(run({"dead", "show", "a/b", "--json"}).out,
            R"({"task":)" + task + R"(,"attempts":)" + attempts + "}\n");
}

TEST_F(DeadCommands, ShowIsOfDeadTasks) {
  server_.set("GET /tasks/a", R"({"task_id":"a","status":"queued"})");
  const Ran ran = run({"dead", "show", "a"});
  EXPECT_EQ(ran.code, kFailed);
  EXPECT_EQ(ran.err, "ordo: a is not dead but queued; see ordo task get\n");
  EXPECT_THAT(run({"dead", "show", "b"}).err, HasSubstr("(404)"));
}

TEST_F(DeadCommands, RedriveTakesAllOrChosenOnes) {
  server_.set("POST /dead-letters/redrive", R"({"redriven":2})");
  EXPECT_EQ(run({"dead", "redrive"}).out, "2 redriven\n");
  EXPECT_EQ(run({"dead", "redrive", "--queue", "mail", "a", "b\"c"}).code, kDone);
  EXPECT_EQ(run({"dead", "redrive", "--json"}).out, "{\"redriven\":2}\n");
  EXPECT_THAT(server_.asked(),
              ElementsAre(R"(POST /dead-letters/redrive {"queue":"tasks"})",
                          R"(POST /dead-letters/redrive {"queue":"mail","task_ids":["a","b\"c"]})",
                          R"(POST /dead-letters/redrive {"queue":"tasks"})"));
}

TEST_F(DeadCommands, RedriveOfChosenOnesIsOfWhateverQueue) {
  server_.set("POST /dead-letters/redrive", R"({"redriven":1})");
  EXPECT_EQ(run({"dead", "redrive", "a"}).out, "1 redriven\n");
  EXPECT_THAT(server_.asked(), ElementsAre(R"(POST /dead-letters/redrive {"task_ids":["a"]})"));
}

TEST_F(DeadCommands, PurgeAsksAPerson) {
  server_.set("DELETE /dead-letters?queue=mail", R"({"purged":3})");
  std::string asked;
  std::optional<std::string> answer = "n";
  environment_.ask = [&](const std::string& question) {
    asked = question;
    return answer;
  };
  EXPECT_EQ(run({"dead", "purge", "--queue", "mail"}).code, kFailed);
  EXPECT_THAT(asked, HasSubstr("queue mail"));
  answer = std::nullopt;
  EXPECT_EQ(run({"dead", "purge", "--queue", "mail"}).code, kFailed);
  EXPECT_THAT(server_.asked(), IsEmpty());
  answer = "y";
  EXPECT_EQ(run({"dead", "purge", "--queue", "mail"}).out, "3 purged\n");
}

TEST_F(DeadCommands, PurgeWithoutATerminalWantsAYes) {
  server_.set("DELETE /dead-letters?queue=mail", R"({"purged":3})");
  const Ran refused = run({"dead", "purge", "--queue", "mail"});
  EXPECT_EQ(refused.code, kWrongUsage);
  EXPECT_THAT(refused.err, HasSubstr("--yes"));
  EXPECT_EQ(run({"dead", "purge", "--queue", "mail", "--yes"}).out, "3 purged\n");
  EXPECT_EQ(run({"dead", "purge"}).code, kWrongUsage) << "which queue?";
}

using TaskCommands = testing::CliHarness;

TEST_F(TaskCommands, RetryTakesSeveralAndGoesOnAfterAFailure) {
  server_.set("POST /tasks/a/retry",
              R"({"status":"queued","task_id":"a","lane":"m","sequence":9})");
  const Ran ran = run({"task", "retry", "nope", "a"});
  EXPECT_EQ(ran.code, kFailed);
  EXPECT_EQ(ran.out, "queued     a  lane m, sequence 9\n");
  EXPECT_THAT(ran.err, HasSubstr("nope: there is nothing (404)"));
}

TEST_F(TaskCommands, AttemptsAreATable) {
  server_.set("GET /tasks/a/attempts",
              R"({"items":[{"attempt":1,"started_at":"s","finished_at":null,"outcome":"lost"}]})");
  EXPECT_EQ(run({"task", "attempts", "a"}).out,
            "ATTEMPT  STARTED  FINISHED  OUTCOME  ERROR\n1        s                  lost\n");
}

}  // namespace
}  // namespace ordo::cli
