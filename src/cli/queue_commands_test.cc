#include <gmock/gmock.h>

#include <algorithm>
#include <string>

#include "base/text.h"
#include "cli/queue_top.h"
#include "support/cli_harness.h"

namespace ordo::cli {
namespace {

using ::testing::HasSubstr;

const std::string kQueues =
    R"({"items":[{"name":"tasks","function":"processor","ordering":"fifo","max_attempts":3,)"
    R"("paused":false,"queued":12,"running":8,"waiting":2,"dead":1,"oldest_age_seconds":75.2,)"
    R"("lanes":10},{"name":"m\u001bail","function":"pull","ordering":"priority","max_attempts":1,)"
    R"("paused":true,"queued":0,"running":0,"waiting":0,"dead":0,"oldest_age_seconds":null,)"
    R"("lanes":0}]})";
const std::string kLanes =
    R"({"items":[{"lane":"c7","state":"waiting","queued":4,"head_task_id":"a","why":"retry",)"
    R"("until":"2026-11-21T05:18:07.123Z","last_error":"boom"}],"more":false})";
const std::string kRunningLanes =
    R"({"items":[{"lane":"c7","state":"running","queued":0,"head_task_id":null,"why":null,)"
    R"("until":null,"last_error":null}],"more":true})";

class QueueCommands : public testing::CliHarness {
 protected:
  QueueCommands() {
    server_.set("GET /queues", kQueues);
    server_.set("GET /queues/tasks/lanes?state=blocked", kLanes);
    server_.set("GET /queues/tasks/lanes?state=blocked&limit=10", kLanes);
    server_.set("GET /health", R"({"tasks":{"succeeded":100,"dead":1}})");
  }
};

TEST_F(QueueCommands, ListIsATable) {
  EXPECT_EQ(run({"queue", "list"}).out,
            "QUEUE  ORDERING  PAUSED  QUEUED  RUNNING  WAITING  DEAD  LANES  FUNCTION\n"
            "tasks  fifo      false   12      8        2        1     10     processor\n"
            "m ail  priority  true    0       0        0        0     0      pull\n");
  EXPECT_EQ(run({"queue", "list", "--json"}).out, kQueues + "\n");
}

TEST_F(QueueCommands, WhatIsNoListIsAnError) {
  server_.set("GET /queues", R"([{"name":"tasks"}])");
  EXPECT_EQ(run({"queue", "list"}).code, kFailed);
  EXPECT_EQ(run({"queue", "top"}).code, kFailed);
}

TEST_F(QueueCommands, ShowHasEveryField) {
  server_.set("GET /queues/a%20b", R"({"name":"a b","backoff":{"base":"1s"}})");
  EXPECT_EQ(run({"queue", "show", "a b"}).out, "name          a b\nbackoff.base  1s\n");
}

TEST_F(QueueCommands, LanesSayWhyTheyWait) {
  EXPECT_EQ(run({"queue", "lanes", "tasks"}).out,
            "LANE  WHY    QUEUED  TASK  UNTIL                     ERROR\n"
            "c7    retry  4       a     2026-11-21T05:18:07.123Z  boom\n");
  EXPECT_THAT(run({"queue", "lanes", "none"}).err, HasSubstr("(404)"));
  EXPECT_EQ(run({"queue", "lanes", "tasks", "--state", "idle"}).code, kWrongUsage);
}

TEST_F(QueueCommands, ALaneThatRunsWaitsForNothing) {
  server_.set("GET /queues/tasks/lanes?state=running&limit=1", kRunningLanes);
  const Ran ran = run({"queue", "lanes", "tasks", "--state", "running", "-n", "1"});
  EXPECT_EQ(ran.out, "LANE  WHY  QUEUED  TASK  UNTIL  ERROR\nc7         0\n");
}

TEST_F(QueueCommands, LanesBeyondTheLimitAreSpokenOf) {
  server_.set("GET /queues/tasks/lanes?state=blocked&limit=1", kRunningLanes);
  EXPECT_EQ(run({"queue", "lanes", "tasks", "-n", "1"}).err, "There are more: -n 1000\n");
  EXPECT_EQ(run({"queue", "lanes", "tasks", "-n", "1", "--json"}).out, kRunningLanes + "\n");
  EXPECT_EQ(run({"queue", "lanes", "tasks"}).err, "");
  EXPECT_EQ(run({"queue", "lanes", "tasks", "--cursor", "c"}).code, kWrongUsage);
  EXPECT_EQ(run({"queue", "lanes", "tasks", "--all"}).code, kWrongUsage);
  server_.set("GET /queues/tasks/lanes?state=blocked&limit=10", kRunningLanes);
  EXPECT_THAT(run({"queue", "top"}).out, HasSubstr("\nLanes of tasks that wait, the first:\n"));
}

TEST_F(QueueCommands, PauseAndResume) {
  server_.set("POST /queues/tasks/pause", R"({"paused":true})");
  server_.set("POST /queues/tasks/resume", R"({"paused":false})");
  EXPECT_EQ(run({"queue", "pause", "tasks"}).out, "paused     tasks\n");
  EXPECT_EQ(run({"queue", "resume", "tasks"}).out, "resumed    tasks\n");
  EXPECT_EQ(run({"queue", "pause", "tasks", "--json"}).out, "{\"paused\":true}\n");
  EXPECT_EQ(run({"queue", "pause", "nope"}).code, kFailed);
}

TEST_F(QueueCommands, TopWithoutATerminalPrintsOnce) {
  EXPECT_EQ(
      run({"queue", "top"}).out,
      "ordo " + server_.url() + "   100 succeeded   1 dead\n\n" +
          "QUEUE  STATE   QUEUED  RUNNING  WAITING  DEAD  LANES  BACKLOG/S  OLDEST  FUNCTION\n"
          "tasks  on      12      8        2        1     10                75 s    processor\n"
          "m ail  paused  0       0        0        0     0                         pull\n"
          "\nLanes of tasks that wait:\n"
          "LANE  WHY    QUEUED  TASK  UNTIL                     ERROR\n"
          "c7    retry  4       a     2026-11-21T05:18:07.123Z  boom\n");
  EXPECT_EQ(run({"queue", "top", "--json"}).out, kQueues + "\n");
}

TEST_F(QueueCommands, TopGoesOnUntilQ) {
  environment_.terminal_size = [] { return TerminalSize{100, 24}; };
  environment_.catch_interrupts = [] { return [] { return false; }; };
  int waits = 0;
  environment_.read_keys = [&] {
    return [&](base::Millis time) {
      clock_.advance(time);
      if (++waits == 10) {
        server_.set("GET /queues",
                    R"({"items":[{"name":"tasks","queued":30,"running":0,"paused":false}]})");
        server_.set("GET /health", R"({"tasks":{"succeeded":350,"dead":1}})");
      }
      return waits == 25 ? 'q' : 'x';
    };
  };
  const Ran ran = run({"queue", "top"});
  EXPECT_EQ(ran.code, kDone);
  EXPECT_THAT(ran.out, HasSubstr("350 succeeded (+250.0/s)   1 dead (0.0/s)"));
  EXPECT_THAT(ran.out, HasSubstr("+10.0"));
  EXPECT_TRUE(ran.out.starts_with("\033[?1049h")) << "the other screen";
  EXPECT_TRUE(ran.out.ends_with("\033[?1049l")) << "and back";
  EXPECT_EQ(ran.out.find("\033ail"), std::string::npos);
}

TEST_F(QueueCommands, TopStaysWhenTheServerGoes) {
  environment_.terminal_size = [] { return TerminalSize{60, 5}; };
  int waits = 0;
  environment_.catch_interrupts = [&] { return [&] { return waits > 15; }; };
  environment_.read_keys = [&] {
    return [&](base::Millis) {
      if (++waits == 5) server_.set("GET /queues", R"({"detail":"away"})", 503);
      return '\0';
    };
  };
  const Ran ran = run({"queue", "top"});
  EXPECT_EQ(ran.code, kDone);
  EXPECT_THAT(ran.out, HasSubstr("away (503)"));
}

TEST_F(QueueCommands, TopFitsATerminalThatChanges) {
  TerminalSize size{80, 24};
  environment_.terminal_size = [&] { return size; };
  environment_.catch_interrupts = [] { return [] { return false; }; };
  int waits = 0;
  environment_.read_keys = [&] {
    return [&](base::Millis) {
      if (++waits == 5) size = {40, 3};
      return waits == 15 ? 'q' : '\0';
    };
  };
  const Ran ran = run({"queue", "top"});
  const std::string home = "\033[H";
  std::string second = ran.out.substr(ran.out.rfind(home) + home.size());
  second.resize(second.find("\033[J"));
  EXPECT_EQ(std::ranges::count(second, '\n'), 2) << second;
  for (std::size_t at = 0; at < second.size();) {
    const std::size_t end = std::min(second.find("\r\n", at), second.size());
    std::string line = second.substr(at, end - at);
    line.resize(line.find("\033[K"));
    EXPECT_LE(base::count_characters(line), 40U) << line;
    at = end + 2;
  }
}

TEST(AgeText, IsShort) {
  EXPECT_EQ(age_text(0.44), "0.4 s");
  EXPECT_EQ(age_text(75), "75 s");
  EXPECT_EQ(age_text(600), "10 min");
  EXPECT_EQ(age_text(10'800), "3 h");
  EXPECT_EQ(age_text(200'000), "2 d");
}

TEST(Rates, AreOfTheTimeBetween) {
  Rates rates;
  const auto at = [](int seconds) { return base::MonoTime() + std::chrono::seconds(seconds); };
  EXPECT_EQ(rates.change("a", 10, at(0)), "");
  EXPECT_EQ(rates.change("a", 14, at(2)), "+2.0");
  EXPECT_EQ(rates.change("a", 4, at(4)), "-5.0");
  EXPECT_EQ(rates.change("a", 4, at(5)), "0.0");
  EXPECT_EQ(rates.change("b", 4, at(5)), "");
}

}  // namespace
}  // namespace ordo::cli
