// The `ordo` command as a person or a script uses it, against a real server.
#include <gmock/gmock.h>

#include <boost/json/parse.hpp>
#include <fstream>

#include "e2e/serving.h"

namespace ordo::e2e {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

class CommandTest : public Serving {
 protected:
  Ran task(std::vector<std::string> arguments, std::string_view input = "") {
    arguments.insert(arguments.begin(), "task");
    arguments.insert(arguments.end(), {"--url", url()});
    return run_ordo(arguments, input);
  }
  [[nodiscard]] std::string url() const {
    return "http://127.0.0.1:" + std::to_string(server_.port());
  }
  boost::json::value task_json(std::vector<std::string> arguments) {
    arguments.emplace_back("--json");
    const Ran ran = task(std::move(arguments));
    EXPECT_EQ(ran.exit_code, 0) << ran.err;
    return boost::json::parse(ran.out);
  }
  std::size_t count() { return walk_tasks(client_).size(); }
};

TEST_F(CommandTest, SubmitSendsEveryField) {
  const auto made = task_json({"submit", "Send invoice", "--id", "a-1", "--description", "the text",
                               "--priority", "high", "--due", "2026-12-24T18:00:00+01:00",
                               "--payload", R"({"n":1.50})", "--lane", "c7", "--queue", "tasks"});
  const auto task = client_.get("/tasks/a-1").json();
  EXPECT_EQ(made, task);
  EXPECT_EQ(text(task, "title"), "Send invoice");
  EXPECT_EQ(text(task, "description"), "the text");
  EXPECT_EQ(text(task, "priority"), "high");
  EXPECT_EQ(text(task, "due_date"), "2026-12-24T17:00:00.000Z");
  EXPECT_EQ(text(task, "lane"), "c7");
  EXPECT_THAT(client_.get("/tasks/a-1").body, HasSubstr(R"("payload":{"n":1.50})"));
}

TEST_F(CommandTest, SubmitTellsPeopleInOneLine) {
  const Ran ran = task({"submit", "x", "--id", "a-1"});
  EXPECT_EQ(ran.exit_code, 0);
  EXPECT_EQ(ran.out, "queued     a-1  lane main, sequence 1\n");
  EXPECT_EQ(ran.err, "");
}

TEST_F(CommandTest, PayloadComesFromAFile) {
  const TempDir dir;
  const std::string file = dir.path() / "payload.json";
  std::ofstream(file) << "{ \"a\" : [1, 2] }\n";
  EXPECT_EQ(task_json({"submit", "--payload", "@" + file}).at("payload").at("a").as_array().size(),
            2U);
  const Ran missing = task({"submit", "--payload", "@" + file + "x"});
  EXPECT_EQ(missing.exit_code, 2);
  EXPECT_THAT(missing.err, HasSubstr("cannot read"));
  EXPECT_THAT(task({"submit", "--payload", "{"}).err, StartsWith("ordo: --payload: "));
}

TEST_F(CommandTest, AnIdempotencyKeySubmitsOnce) {
  const auto first = task_json({"submit", "x", "--idempotency-key", "k"});
  EXPECT_EQ(task_json({"submit", "x", "--idempotency-key", "k"}), first);
  EXPECT_EQ(count(), 1U);
  const Ran other = task({"submit", "y", "--idempotency-key", "k"});
  EXPECT_EQ(other.exit_code, 1);
  EXPECT_THAT(other.err, HasSubstr("(409)"));
}

TEST_F(CommandTest, LinesOfAStrangerCannotDriveTheTerminal) {
  const Ran ran = task({"submit", "-"},
                       "{\"title\":\"x\",\"\\u001b[31mPWN\\u0007\":1}\n"
                       "{\"title\":\"x\",\"\\u001b[2J\":1,\"\\u001b[2J\":2}\n");
  EXPECT_EQ(ran.exit_code, 1);
  EXPECT_THAT(ran.err, HasSubstr("[31mPWN"));
  EXPECT_THAT(ran.err, HasSubstr("[2J"));
  EXPECT_EQ(ran.err.find_first_of("\x1b\x07"), std::string::npos) << ran.err;
}

TEST_F(CommandTest, WhatTheServerRefusesIsOneLineWithEveryFault) {
  const Ran ran = task({"submit", "x", "--due", "tomorrow", "--lane", ""});
  EXPECT_EQ(ran.exit_code, 1);
  EXPECT_EQ(ran.out, "");
  EXPECT_THAT(ran.err, StartsWith("ordo: "));
  EXPECT_THAT(ran.err, HasSubstr("/lane: "));
  EXPECT_THAT(ran.err, HasSubstr("/due_date: "));
  EXPECT_EQ(ran.err.find('\n'), ran.err.size() - 1);
}

TEST_F(CommandTest, WrongUsageIsExitCode2AndNamesTheHelp) {
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"submit", "x", "--priority", "urgent"},
        {"get"},
        {"frobnicate"},
        {"list", "--limit", "0"},
        {"list", "--nonsense"},
        {"update", "a"}}) {
    const Ran ran = task(arguments);
    EXPECT_EQ(ran.exit_code, 2) << arguments.front();
    EXPECT_THAT(ran.err, HasSubstr("--help")) << arguments.front();
  }
}

TEST_F(CommandTest, AnAnswerThatIsLostIsAFailure) {
  const Ran ran = run_ordo({"queue", "list", "--url", url()}, "", "/dev/full");
  EXPECT_EQ(ran.exit_code, 1);
  EXPECT_THAT(ran.err, HasSubstr("No space left on device"));
  EXPECT_EQ(run_ordo({"--help"}, "", "/dev/full").exit_code, 1);
}

TEST_F(CommandTest, ACommandThatIsNotThereIsNamed) {
  const Ran ran = run_ordo({"tasks", "list"});
  EXPECT_EQ(ran.exit_code, 2);
  EXPECT_EQ(ran.err, "ordo: there is no command ordo tasks, did you mean task?; see ordo --help\n");
}

TEST_F(CommandTest, WithoutAServerItSaysWhatToDo) {
  const Ran ran = run_ordo({"task", "list", "--url", "http://127.0.0.1:1"});
  EXPECT_EQ(ran.exit_code, 1);
  EXPECT_THAT(ran.err, HasSubstr("ordo serve"));
}

TEST_F(CommandTest, ListFiltersAndWalks) {
  for (int i = 0; i < 7; ++i) {
    create(R"({"title":"t)" + std::to_string(i) + R"(","lane":")" + (i % 2 == 0 ? "a" : "b") +
           "\"}");
  }
  const Ran first = task({"list", "--lane", "a", "-n", "3"});
  EXPECT_EQ(first.exit_code, 0);
  EXPECT_THAT(first.out, StartsWith("SEQUENCE  TASK"));
  EXPECT_EQ(std::ranges::count(first.out, '\n'), 4);
  EXPECT_THAT(first.err, HasSubstr("--cursor "));

  const Ran all = task({"list", "-n", "3", "--all"});
  EXPECT_EQ(std::ranges::count(all.out, '\n'), 8) << "one header, seven tasks";
  EXPECT_EQ(all.err, "");
  EXPECT_EQ(task_json({"list", "-q", "T4"}).at("items").as_array().size(), 1U);
  EXPECT_EQ(task({"list", "--status", "dead"}).out,
            "SEQUENCE  TASK  STATUS  PRIORITY  QUEUE  LANE  TITLE\n");
}

TEST_F(CommandTest, ATitleCannotReachTheTerminalsControls) {
  create(R"({"title":"two\nlines\tand a tab"})");
  EXPECT_THAT(task({"list"}).out, HasSubstr("two lines and a tab\n"));
}

TEST_F(CommandTest, UpdateChangesWhatIsNamed) {
  task_json({"submit", "old", "--id", "a", "--due", "2026-12-24T17:00:00Z", "--payload",
             R"({"keep":1,"drop":2})"});
  const auto now =
      task_json({"update", "a", "--title", "new", "--due", "", "--payload", R"({"drop":null})"});
  EXPECT_EQ(text(now, "title"), "new");
  EXPECT_TRUE(now.at("due_date").is_null());
  EXPECT_EQ(now.at("payload"), boost::json::parse(R"({"keep":1})"));
  const Ran stale = task({"update", "a", "--title", "newer", "--if-match", "\"1-999\""});
  EXPECT_EQ(stale.exit_code, 1);
  EXPECT_THAT(stale.err, HasSubstr("(412)"));
}

TEST_F(CommandTest, CancelAndDeleteTakeSeveralAndGoOnAfterAFailure) {
  for (const char* const id : {"a", "b", "c"}) task_json({"submit", "x", "--id", id});
  const Ran cancelled = task({"cancel", "a", "nope", "b"});
  EXPECT_EQ(cancelled.exit_code, 1);
  EXPECT_EQ(cancelled.out,
            "cancelled  a  lane main, sequence 1\ncancelled  b  lane main, sequence 2\n");
  EXPECT_THAT(cancelled.err, HasSubstr("nope: "));
  const Ran deleted = task({"delete", "a", "b", "c"});
  EXPECT_EQ(deleted.exit_code, 0);
  EXPECT_EQ(count(), 0U);
  EXPECT_THAT(task({"get", "a"}).err, HasSubstr("(404)"));
}

TEST_F(CommandTest, LinesOfInputBecomeTasksInTheirOrder) {
  std::string lines;
  for (int i = 0; i < 1234; ++i) lines += R"({"title":"t)" + std::to_string(i) + "\"}\n";
  const Ran ran = task({"submit", "-", "--batch", "100"}, lines);
  EXPECT_EQ(ran.exit_code, 0) << ran.err;
  EXPECT_EQ(ran.out, "1234 accepted, 0 had been accepted before, 0 refused\n");
  EXPECT_EQ(ran.err, "") << "no progress bar without a terminal";
  const auto tasks = walk_tasks(client_);
  ASSERT_EQ(tasks.size(), 1234U);
  for (std::size_t i = 0; i < tasks.size(); ++i) {  // newest first
    EXPECT_EQ(text(tasks[i], "title"), "t" + std::to_string(1233 - i));
  }
}

TEST_F(CommandTest, ABadLineIsNamedAndTheOthersGoOn) {
  const std::string big(300 * 1024, 'x');
  const std::string lines = "{\"title\":\"one\"}\n\nnonsense\n{\"title\":5}\n{\"title\":\"" + big +
                            "\"}\n{\"title\":\"two\"}";
  const Ran ran = task({"submit", "-"}, lines);
  EXPECT_EQ(ran.exit_code, 1);
  EXPECT_EQ(ran.out, "2 accepted, 0 had been accepted before, 3 refused\n");
  EXPECT_THAT(ran.err, HasSubstr("line 3: "));
  EXPECT_THAT(ran.err, HasSubstr("line 4: /title: "));
  EXPECT_THAT(ran.err, HasSubstr("line 5: longer than"));
  EXPECT_EQ(count(), 2U);
}

TEST_F(CommandTest, LinesWithIdsCanBeSentAgain) {
  const std::string lines =
      "{\"title\":\"x\",\"task_id\":\"a\"}\n{\"title\":\"y\",\"task_id\":\"b\"}\n";
  EXPECT_EQ(task({"submit", "-"}, lines).exit_code, 0);
  const Ran again = task({"submit", "-", "--json"}, lines);
  EXPECT_EQ(again.out, "{\"accepted\":0,\"replayed\":2,\"refused\":0,\"complete\":true}\n");
}

TEST_F(CommandTest, AServerThatStaysAwayEndsTheStreamWithTheLinesInDoubt) {
  const Ran ran =
      run_ordo({"task", "submit", "-", "--url", "http://127.0.0.1:1", "--retry-for", "0"},
               "{\"title\":\"x\"}\n{\"title\":\"y\"}\n");
  EXPECT_EQ(ran.exit_code, 1);
  EXPECT_THAT(ran.err, HasSubstr("lines 1 to 2"));
}

TEST_F(CommandTest, HealthShowsTheServer) {
  const Ran ran = run_ordo({"health", "--url", url()});
  EXPECT_EQ(ran.exit_code, 0);
  EXPECT_THAT(ran.out, ::testing::ContainsRegex("tasks.queued +0\n"));
  EXPECT_EQ(run_ordo({"health", "--url", "http://127.0.0.1:1"}).exit_code, 1);
}

TEST_F(CommandTest, CompletionKnowsEveryCommand) {
  for (const char* const shell : {"bash", "zsh", "fish"}) {
    const Ran ran = run_ordo({"completion", shell});
    EXPECT_EQ(ran.exit_code, 0);
    for (const char* const word : {"serve", "submit", "cancel", "backup", "status"}) {
      EXPECT_THAT(ran.out, HasSubstr(word)) << shell;
    }
  }
  EXPECT_EQ(run_ordo({"completion", "tcsh"}).exit_code, 2);
}

}  // namespace
}  // namespace ordo::e2e
