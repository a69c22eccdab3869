#include "cli/task_watch.h"

#include <gmock/gmock.h>

#include <vector>

#include "cli/event_reader.h"
#include "support/cli_harness.h"

namespace ordo::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

std::string data(const std::string& type, const std::string& rest = "") {
  return R"({"event_id":"1-1","type":")" + type +
         R"(","at":"2026-11-21T05:18:07.123Z","task_id":"a","queue":"tasks","lane":"main",)"
         R"("sequence":7,"attempt":1,"error":null,"next_attempt_at":null)" +
         rest + "}";
}

std::string block(const std::string& id, const std::string& type) {
  return "id: " + id + "\nevent: " + type + "\ndata: " + data(type) + "\n\n";
}

class TaskWatch : public testing::CliHarness {
 protected:
  TaskWatch() {
    environment_.catch_interrupts = [this] { return [this] { return interrupted_; }; };
  }
  // The server has ended the events for good.
  void over() { server_.set("GET /events", R"({"detail":"over"})", 410); }

  bool interrupted_ = false;
};

TEST_F(TaskWatch, ShowsALineAnEvent) {
  server_.stream("GET /events?queue=tasks&lane=main",
                 "retry: 2000\n\n" + block("1-1", "task.started"));
  const Ran ran = run({"task", "watch", "--queue", "tasks", "--lane", "main"});
  EXPECT_EQ(
      ran.out,
      "2026-11-21T05:18:07.123Z  started    a  queue tasks, lane main, sequence 7, attempt 1\n");
  EXPECT_EQ(ran.code, kFailed);
  EXPECT_THAT(ran.err, HasSubstr("the server ended the events; trying again in 0.5 s\n"));
  EXPECT_THAT(ran.err, HasSubstr("there is nothing (404)"));
}

TEST_F(TaskWatch, ForMachinesAnEventIsItsJson) {
  server_.stream("GET /events", block("1-1", "task.started") + block("1-2", "gap"));
  over();
  const Ran ran = run({"task", "watch", "--json"});
  EXPECT_EQ(ran.out, data("task.started") + "\n" + data("gap") + "\n");
  EXPECT_THAT(ran.err, StartsWith("ordo: some events were missed\n"));
}

TEST_F(TaskWatch, GoesOnWhereItWasAfterGrowingPauses) {
  server_.stream("GET /events", block("1-1", "task.started") + ": alive\nid: 1-5\n\n" + "id: 1-9");
  server_.set("GET /events", R"({"detail":"busy"})", 503);
  environment_.pause = [this](base::Millis time) {
    paused_ += time;
    if (paused_ == base::Millis(500 + 1000 + 2000)) {
      server_.stream("GET /events", block("1-6", "task.succeeded"));
      over();
    }
  };
  const Ran ran = run({"task", "watch"});
  EXPECT_THAT(server_.asked(),
              ElementsAre("GET /events", "GET /events after 1-5", "GET /events after 1-5",
                          "GET /events after 1-5", "GET /events after 1-6"));
  EXPECT_THAT(ran.err, HasSubstr("busy (503); trying again in 1.0 s"));
  EXPECT_THAT(ran.err, HasSubstr("busy (503); trying again in 2.0 s"));
  EXPECT_THAT(ran.err, HasSubstr("connected again"));
  EXPECT_THAT(ran.err, HasSubstr("the server ended the events; trying again in 0.5 s")) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("succeeded"));
}

TEST_F(TaskWatch, TheFirstConnectionMustWork) {
  server_.set("GET /events", R"({"detail":"busy"})", 503);
  const Ran ran = run({"task", "watch"});
  EXPECT_EQ(ran.code, kFailed);
  EXPECT_EQ(ran.err, "ordo: busy (503)\n");
  EXPECT_EQ(paused_, base::Millis(0));
  EXPECT_THAT(run({"task", "watch", "--url", "http://127.0.0.1:1"}).err, HasSubstr("ordo serve"));
}

TEST_F(TaskWatch, CtrlCIsAGoodEnd) {
  server_.stream("GET /events", "retry: 1\n\n", true);
  environment_.catch_interrupts = [this] { return [this] { return !server_.asked().empty(); }; };
  EXPECT_EQ(run({"task", "watch"}).code, kDone);
  server_.stream("GET /events", "retry: 1\n\n");
  environment_.catch_interrupts = [this] { return [this] { return paused_.count() > 0; }; };
  EXPECT_EQ(run({"task", "watch"}).code, kDone) << "in a pause, too";
  EXPECT_EQ(paused_, base::Millis(100));
}

TEST_F(TaskWatch, OfOneTaskEndsWithIt) {
  server_.set("GET /tasks/a", R"({"task_id":"a","status":"running"})");
  server_.stream("GET /events?task=a", block("1-1", "task.started") + block("1-2", "task.dead"));
  const Ran dead = run({"task", "watch", "--task", "a"});
  EXPECT_EQ(dead.code, kFailed);
  EXPECT_EQ(std::ranges::count(dead.out, '\n'), 2);
  server_.stream("GET /events?task=a", block("1-1", "task.succeeded"), true);
  EXPECT_EQ(run({"task", "watch", "--task", "a"}).code, kDone);
  server_.stream("GET /events?task=a", block("1-1", "task.cancelled"), true);
  EXPECT_EQ(run({"task", "watch", "--task", "a"}).code, kFailed);
}

TEST_F(TaskWatch, OfATaskThatHasEndedSaysHow) {
  server_.set("GET /tasks/a",
              R"({"task_id":"a","status":"dead","queue":"tasks","lane":"main","sequence":7,)"
              R"("attempts":3,"last_error":"boom","finished_at":"2026-11-21T05:18:07.123Z"})");
  server_.stream("GET /events?task=a", "retry: 1\n\n", true);
  const Ran people = run({"task", "watch", "--task", "a"});
  EXPECT_EQ(people.code, kFailed);
  EXPECT_EQ(
      people.out,
      "2026-11-21T05:18:07.123Z  dead       a  queue tasks, lane main, sequence 7, attempt 3: "
      "boom\n");
  server_.stream("GET /events?task=a", "retry: 1\n\n", true);
  EXPECT_EQ(run({"task", "watch", "--task", "a", "--json"}).out,
            R"({"type":"task.dead","at":"2026-11-21T05:18:07.123Z","task_id":"a",)"
            R"("queue":"tasks","lane":"main","sequence":7,"attempt":3,"error":"boom",)"
            R"("next_attempt_at":null})"
            "\n");
  server_.set("GET /tasks/a",
              R"({"task_id":"a","status":"succeeded","queue":"tasks","lane":"main","sequence":7,)"
              R"("attempts":1,"last_error":null,"finished_at":"2026-11-21T05:18:07.123Z"})");
  server_.stream("GET /events?task=a", "retry: 1\n\n", true);
  EXPECT_THAT(run({"task", "watch", "--task", "a", "--json"}).out, HasSubstr(R"("error":null,)"));
}

TEST_F(TaskWatch, OfATaskThatIsDeletedEndsAtTheNextSignOfLife) {
  server_.set("GET /tasks/a", R"({"task_id":"a","status":"queued"})");
  server_.stream("GET /events?task=a", "retry: 1\n\n", true);
  bool deleted = false;
  const auto delete_once_it_is_watched = [&] {
    if (deleted || std::ranges::count(server_.asked(), "GET /tasks/a") == 0) return false;
    deleted = true;
    server_.set("GET /tasks/a", R"({"detail":"gone"})", 404);
    server_.stream_on(": alive\nid: 1-5\n\n");
    return false;
  };
  environment_.catch_interrupts = [&] { return delete_once_it_is_watched; };
  const Ran ran = run({"task", "watch", "--task", "a"});
  EXPECT_EQ(ran.code, kFailed);
  EXPECT_EQ(ran.err, "ordo: a was deleted\n");
}

TEST_F(TaskWatch, OfATaskThatIsNotThereIsAnError) {
  server_.stream("GET /events?task=a", "retry: 1\n\n", true);
  const Ran ran = run({"task", "watch", "--task", "a"});
  EXPECT_EQ(ran.code, kFailed);
  EXPECT_THAT(ran.err, HasSubstr("(404)"));
}

TEST_F(TaskWatch, WhatIsNoStreamOfEventsEndsIt) {
  server_.stream("GET /events", std::string(EventReader::kMaxLineBytes - 10, 'x'));
  server_.stream("GET /events", std::string(20, 'x'));
  over();
  EXPECT_EQ(run({"task", "watch"}).code, kFailed);
  EXPECT_EQ(server_.asked().size(), 3U) << "a line does not go on in the next answer";
}

TEST(EventLine, TellsWhyAndWhenAgain) {
  const auto line = event_line(
      R"({"type":"task.retried","at":"t","task_id":"a","queue":"q","lane":"l","sequence":1,)"
      R"("attempt":2,"error":"\u001b[2J\nboom","next_attempt_at":"later"})");
  EXPECT_EQ(line.value(),
            "t  retried    a  queue q, lane l, sequence 1, attempt 2:  [2J boom; again at later\n");
  EXPECT_FALSE(event_line("no").has_value());
}

struct Read {
  std::vector<std::string> events;
  EventReader reader{
      [this](const ServerEvent& event) { events.push_back(event.type + "=" + event.data); }};
};

TEST(EventReader, PutsEventsTogetherHoweverTheyCome) {
  const std::string bytes =
      ": comment\nretry: 1\n\nid: 1\nevent: a\ndata: x\ndata:y\r\n\r\ndata\n\nid: 2\n\nid\nevent: "
      "b\n\nevent: half";
  for (std::size_t piece : {std::size_t{1}, std::size_t{3}, bytes.size()}) {
    Read read;
    for (std::size_t at = 0; at < bytes.size(); at += piece) {
      EXPECT_TRUE(read.reader.feed(bytes.substr(at, piece)));
    }
    EXPECT_THAT(read.events, ElementsAre("a=x\ny", "message=")) << piece;
  }
}

TEST(EventReader, KnowsFromWhereToGoOn) {
  Read read;
  EXPECT_TRUE(read.reader.feed("id: 1\ndata: x\n"));
  EXPECT_EQ(read.reader.last_id(), "") << "it is not whole yet";
  EXPECT_TRUE(read.reader.feed("\nid: 2\n\n"));
  EXPECT_EQ(read.reader.last_id(), "2");
  EXPECT_TRUE(read.reader.feed("id: 3\nevent: z\ndata: half"));
  read.reader.restart();
  EXPECT_EQ(read.reader.last_id(), "2");
  EXPECT_TRUE(read.reader.feed("data: whole\n\n"));
  EXPECT_THAT(read.events, ElementsAre("message=x", "message=whole"));
  EXPECT_EQ(read.reader.last_id(), "2");
}

TEST(EventReader, ALineHasABound) {
  Read read;
  EXPECT_TRUE(read.reader.feed(std::string(EventReader::kMaxLineBytes, 'x')));
  EXPECT_FALSE(read.reader.feed("x"));
  EXPECT_THAT(read.events, IsEmpty());
}

}  // namespace
}  // namespace ordo::cli
