#include <fmt/format.h>
#include <gmock/gmock.h>

#include <fstream>
#include <string>

#include "support/cli_harness.h"
#include "support/temp_dir.h"

namespace ordo::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr const char* kDemo =
    R"j({"name":"demo","paused":true,"schedule":{"expression":"cron(30 2 * * ? *)",)j"
    R"("timezone":"Europe/Berlin","jitter_seconds":0,"missed":"skip","input":{},)"
    R"("next":["2026-11-22T01:30:00.000Z","2026-11-23T01:30:00.000Z"]},)"
    R"("definition":{"Comment":"hello","StartAt":"A","States":{"A":{},"B":{}}}})";
constexpr const char* kPlain = R"({"name":"plain","paused":false,"schedule":null,)"
                               R"("definition":{"StartAt":"A","States":{"A":{}}}})";

constexpr const char* kAwake =
    R"j({"name":"awake","paused":false,"schedule":{"expression":"rate(1 hour)","timezone":"UTC",)j"
    R"j("next":["2026-11-22T02:00:00.000Z"]},"definition":{"StartAt":"A","States":{"A":{}}}})j";

class PipelineCommands : public testing::CliHarness {};

TEST_F(PipelineCommands, ListShowsWhenEachStartsNext) {
  server_.set("GET /pipelines", fmt::format(R"({{"items":[{},{},{}]}})", kAwake, kDemo, kPlain));
  const Ran ran = run({"pipeline", "list"});
  EXPECT_EQ(ran.code, kDone);
  EXPECT_EQ(ran.out,
            "PIPELINE  PAUSED  NEXT                      TIMEZONE       SCHEDULE\n"
            "awake     false   2026-11-22T02:00:00.000Z  UTC            rate(1 hour)\n"
            "demo      true    paused                    Europe/Berlin  cron(30 2 * * ? *)\n"
            "plain     false\n");
  EXPECT_THAT(run({"pipeline", "list", "--json"}).out, HasSubstr("\"definition\""));
  EXPECT_EQ(run({"pipeline"}).code, kWrongUsage);
}

TEST_F(PipelineCommands, ShowHasTheFiringsAsClocksShowThem) {
  server_.set("GET /pipelines/demo", kDemo);
  environment_.local_time = [](const std::string& zone, base::WallTime at) {
    return std::optional(fmt::format("{} of {}", at.ms(), zone));
  };
  const Ran ran = run({"pipeline", "show", "demo"});
  EXPECT_EQ(ran.code, kDone);
  EXPECT_EQ(ran.out,
            "name                     demo\n"
            "paused                   true\n"
            "comment                  hello\n"
            "start_at                 A\n"
            "states                   A, B\n"
            "schedule.expression      cron(30 2 * * ? *)\n"
            "schedule.timezone        Europe/Berlin\n"
            "schedule.jitter_seconds  0\n"
            "schedule.missed          skip\n"
            "schedule.input           {}\n"
            "\n"
            "NEXT IN Europe/Berlin           UTC\n"
            "1795311000000 of Europe/Berlin  2026-11-22T01:30:00.000Z\n"
            "1795397400000 of Europe/Berlin  2026-11-23T01:30:00.000Z\n");
  EXPECT_EQ(run({"pipeline", "show", "demo", "--json"}).out, std::string(kDemo) + "\n");
}

TEST_F(PipelineCommands, WhereTheZoneIsNotKnownFiringsAreInUtc) {
  server_.set("GET /pipelines/demo", kDemo);
  EXPECT_THAT(run({"pipeline", "show", "demo"}).out,
              HasSubstr("\nNEXT IN UTC\n2026-11-22T01:30:00.000Z\n"));
}

TEST_F(PipelineCommands, FiringsInUtcAreShownOnce) {
  server_.set("GET /pipelines/awake", kAwake);
  environment_.local_time = [](const std::string&, base::WallTime) {
    return std::optional<std::string>("2026-11-22T02:00:00+00:00");
  };
  EXPECT_THAT(run({"pipeline", "show", "awake"}).out,
              ::testing::EndsWith("\n\nNEXT IN UTC\n2026-11-22T02:00:00.000Z\n"));
}

TEST_F(PipelineCommands, ShowOfOneWithoutAScheduleSaysSo) {
  server_.set("GET /pipelines/plain", kPlain);
  EXPECT_EQ(run({"pipeline", "show", "plain"}).out,
            "name      plain\npaused    false\ncomment\nstart_at  A\nstates    A\n"
            "schedule  none\n");
  EXPECT_EQ(run({"pipeline", "show", "none"}).err, "ordo: there is nothing (404)\n");
}

TEST_F(PipelineCommands, PauseAndResumeSayWhatTheyDid) {
  server_.set("POST /pipelines/a/pause", kPlain);
  server_.set("POST /pipelines/a/resume", kPlain);
  EXPECT_EQ(run({"pipeline", "pause", "a"}).out, "paused     a\n");
  EXPECT_EQ(run({"pipeline", "resume", "a"}).out, "resumed    a\n");
  EXPECT_EQ(run({"pipeline", "resume", "a", "--json"}).out, std::string(kPlain) + "\n");
  EXPECT_EQ(run({"pipeline", "pause", "none"}).code, kFailed);
}

class PipelineRun : public testing::CliHarness {
 protected:
  PipelineRun() {
    server_.set("POST /pipelines/demo/executions",
                R"({"execution_id":"x","pipeline":"demo","name":"n","status":"running"})", 201);
  }
  static std::string event(int id, const std::string& type, const std::string& rest = "") {
    return fmt::format(
        R"({{"id":{},"previousEventId":{},"type":"{}","timestamp":"2026-11-21T05:00:0{}.000Z"{}}})",
        id, id - 1, type, id, rest);
  }
  void history(const std::string& events, const std::string& next = "null",
               const std::string& cursor = "") {
    server_.set("GET /executions/x/history?limit=100" + cursor,
                fmt::format(R"({{"items":[{}],"next_cursor":{}}})", events, next));
  }
  Ran follow(std::vector<std::string> more = {}) {
    std::vector<std::string> arguments{"pipeline", "run", "demo", "--follow"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run(std::move(arguments));
  }
  const std::string started_ = event(1, "ExecutionStarted");
  const std::string entered_ =
      event(2, "TaskStateEntered", R"(,"stateEnteredEventDetails":{"name":"Ask"})");
  const std::string failed_ = event(
      3, "ExecutionFailed", R"(,"executionFailedEventDetails":{"error":"E","cause":"why\u001b"})");
  const std::string succeeded_ =
      event(3, "ExecutionSucceeded", R"(,"executionSucceededEventDetails":{"output":"{\"a\":1}"})");
  testing::TempDir directory_ = testing::TempDir::in_memory();
};

TEST_F(PipelineRun, StartsAnExecution) {
  const Ran ran = run({"pipeline", "run", "demo"});
  EXPECT_EQ(ran.code, kDone);
  EXPECT_EQ(ran.out, "running    x  pipeline demo, name n\n");
  EXPECT_EQ(run({"pipeline", "run", "demo", "--name", "n", "--input", R"({ "b": 4.50 })"}).code,
            kDone);
  EXPECT_THAT(run({"pipeline", "run", "demo", "--json"}).out, HasSubstr(R"("execution_id":"x")"));
  EXPECT_THAT(server_.asked(),
              ElementsAre("POST /pipelines/demo/executions {}",
                          R"(POST /pipelines/demo/executions {"name":"n","input":{"b":4.50}})",
                          "POST /pipelines/demo/executions {}"));
}

TEST_F(PipelineRun, TakesItsInputFromAFile) {
  const std::string path = directory_.file("input.json");
  std::ofstream(path) << "{ \"a\": [1] }\n";
  EXPECT_EQ(run({"pipeline", "run", "demo", "--input", "@" + path}).code, kDone);
  EXPECT_THAT(server_.asked(),
              ElementsAre(R"(POST /pipelines/demo/executions {"input":{"a":[1]}})"));
}

TEST_F(PipelineRun, AnInputThatIsNoJsonIsWrongUsageAndAsksNobody) {
  const Ran no_json = run({"pipeline", "run", "demo", "--input", "{"});
  EXPECT_EQ(no_json.code, kWrongUsage);
  EXPECT_THAT(no_json.err, HasSubstr("ordo: --input: not valid JSON"));
  const Ran no_file = run({"pipeline", "run", "demo", "--input", "@" + directory_.file("none")});
  EXPECT_EQ(no_file.code, kWrongUsage);
  EXPECT_THAT(no_file.err, HasSubstr("No such file"));
  EXPECT_EQ(run({"pipeline", "run", "demo", "--name", ""}).code, kWrongUsage);
  EXPECT_THAT(server_.asked(), IsEmpty());
}

TEST_F(PipelineRun, FollowShowsStepsUntilItSucceeds) {
  history(started_ + "," + entered_);
  environment_.pause = [this](base::Millis time) {
    paused_ += time;
    if (paused_ == base::Millis(500)) history(started_ + "," + entered_ + "," + succeeded_);
  };
  const Ran ran = follow();
  EXPECT_EQ(ran.code, kDone);
  EXPECT_EQ(ran.out,
            "running    x  pipeline demo, name n\n"
            "2026-11-21T05:00:01.000Z                execution started\n"
            "2026-11-21T05:00:02.000Z  Ask           task state entered\n"
            "2026-11-21T05:00:03.000Z                execution succeeded  2.000 s\n"
            "output  {\"a\":1}\n");
  EXPECT_EQ(server_.asked().size(), 2U + 3U) << "after 200 ms, and then after 300";
}

TEST_F(PipelineRun, FollowHasTheColumnOfStatesAsWideAsTheLongestFromTheFirstLineOn) {
  const auto lines_with = [&](const std::string& states) {
    server_.set("GET /pipelines/demo",
                R"({"name":"demo","definition":{"StartAt":"A","States":)" + states + "}}");
    history(started_ + "," + entered_ + "," + succeeded_);
    return follow().out;
  };
  EXPECT_THAT(lines_with(R"({"Ask":{},"AreResultsReady":{}})"),
              HasSubstr("01.000Z                   execution started\n"
                        "2026-11-21T05:00:02.000Z  Ask              task state entered\n"));
  EXPECT_THAT(lines_with(R"({"Ask":{"Branches":[{"States":{"M":{"ItemProcessor":)"
                         R"({"States":{"AreResultsReady":{}}}}}}]}})"),
              HasSubstr("Ask              task state entered\n"));
  EXPECT_THAT(lines_with(R"({"EachOfThem":{"Iterator":{"States":{"I":{}}}}})"),
              HasSubstr("Ask             task state entered\n"))
      << "an iteration has its index";
  EXPECT_THAT(
      lines_with(
          R"({"Each":{"ItemProcessor":{"ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"},)"
          R"("States":{"AreResultsReady":{}}}}})"),
      HasSubstr("Ask           task state entered\n"))
      << "its items are executions of their own";
  EXPECT_THAT(lines_with("{\"" + std::string(80, 's') + "\":{}}"),
              HasSubstr("Ask" + std::string(31, ' ') + "task state entered\n"));
}

TEST_F(PipelineRun, FollowEndsBadlyWithWhatFailed) {
  history(started_ + "," + failed_);
  const Ran ran = follow();
  EXPECT_EQ(ran.code, kFailed);
  EXPECT_THAT(ran.out, HasSubstr("execution failed  2.000 s  E: why \n"));
  EXPECT_EQ(ran.err, "");
  for (const char* const type : {"ExecutionTimedOut", "ExecutionAborted"}) {
    history(event(1, type));
    EXPECT_EQ(follow().code, kFailed) << type;
  }
}

TEST_F(PipelineRun, FollowGoesOnFromPageToPageAndPastFailuresThatWereRedriven) {
  history(started_ + "," + failed_, "\"c1\"");
  history(event(4, "ExecutionRedriven") + "," + event(5, "ExecutionSucceeded"), "null",
          "&cursor=c1");
  const Ran ran = follow();
  EXPECT_EQ(ran.code, kDone);
  EXPECT_EQ(paused_, base::Millis(0));
  EXPECT_THAT(ran.out, HasSubstr("execution redriven\n"));
}

TEST_F(PipelineRun, FollowForMachinesPrintsTheEvents) {
  history(started_ + "," + failed_);
  const Ran ran = follow({"--json"});
  EXPECT_EQ(ran.code, kFailed);
  EXPECT_EQ(ran.out, started_ + "\n" + failed_ + "\n");
}

TEST_F(PipelineRun, FollowLooksLessOftenWhileNothingHappens) {
  history(started_);
  environment_.pause = [&](base::Millis time) {
    paused_ += time;
    if (paused_ >= base::Millis(60'000)) history(started_ + "," + succeeded_);
  };
  EXPECT_EQ(follow().code, kDone);
  EXPECT_GT(server_.asked().size(), 60U / 2);
  EXPECT_LT(server_.asked().size(), 60U / 2 + 10);
}

TEST_F(PipelineRun, FollowWaitsForAServerThatIsAway) {
  server_.set("GET /executions/x/history?limit=100", R"({"detail":"busy"})", 503);
  environment_.pause = [this](base::Millis time) {
    paused_ += time;
    if (paused_ == base::Millis(500 + 1000)) history(started_ + "," + succeeded_);
  };
  const Ran ran = follow();
  EXPECT_EQ(ran.code, kDone);
  EXPECT_EQ(ran.err,
            "ordo: busy (503); trying again in 0.5 s\nordo: busy (503); trying again in 1.0 s\n");
}

TEST_F(PipelineRun, FollowEndsWhenTheExecutionIsNoLongerKept) {
  const Ran ran = follow();
  EXPECT_EQ(ran.code, kFailed);
  EXPECT_EQ(ran.err, "ordo: there is nothing (404)\n");
}

TEST_F(PipelineRun, FollowEndsWithWhatIsNoHistory) {
  for (const char* const events : {"7", "{}", R"({"id":1})"}) {
    history(events);
    EXPECT_EQ(follow().code, kFailed) << events;
  }
}

TEST_F(PipelineRun, CtrlCLeavesTheExecutionAloneAndIsNoSuccess) {
  history(started_);
  environment_.catch_interrupts = [this] { return [this] { return paused_.count() > 0; }; };
  const Ran ran = follow();
  EXPECT_EQ(ran.code, kFailed);
  EXPECT_EQ(ran.err, "ordo: the execution goes on: ordo execution show x\n");
  EXPECT_EQ(paused_, base::Millis(100));
}

TEST_F(PipelineRun, FollowFitsTheTerminal) {
  environment_.terminal_size = [] { return TerminalSize{50, 20}; };
  history(started_ + "," + failed_);
  EXPECT_THAT(follow().out, HasSubstr("\n2026-11-21T05:00:03.000Z                execution…\n"));
}

}  // namespace
}  // namespace ordo::cli
