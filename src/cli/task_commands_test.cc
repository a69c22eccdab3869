#include <gmock/gmock.h>

#include <algorithm>
#include <fstream>
#include <string>
#include <vector>

#include "base/text.h"
#include "support/cli_harness.h"
#include "support/temp_dir.h"

namespace ordo::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Strings = std::vector<std::string>;

using TaskCommands = testing::CliHarness;

TEST_F(TaskCommands, OptionsOfOneTaskDoNotGoWithAStreamOfThem) {
  const Ran ran = run({"task", "submit", "-", "--queue", "q", "--id", "a"});
  EXPECT_EQ(ran.code, kWrongUsage);
  EXPECT_THAT(ran.err, HasSubstr("--id, --queue cannot be given with -"));
  for (const char* const option :
       {"--lane", "--description", "--due", "--payload", "--idempotency-key"}) {
    const Ran refused = run({"task", "submit", "-", option, "x"});
    EXPECT_EQ(refused.code, kWrongUsage) << option;
    EXPECT_THAT(refused.err, HasSubstr(option));
  }
  EXPECT_EQ(run({"task", "submit", "-", "--priority", "low"}).code, kWrongUsage);
  EXPECT_THAT(server_.asked(), IsEmpty());
}

TEST_F(TaskCommands, OptionsOfAStreamDoNotGoWithOneTask) {
  const Ran ran = run({"task", "submit", "x", "--batch", "5"});
  EXPECT_EQ(ran.code, kWrongUsage);
  EXPECT_THAT(ran.err, HasSubstr("--batch can be given only with -"));
  EXPECT_EQ(run({"task", "submit", "x", "--retry-for", "5"}).code, kWrongUsage);
  EXPECT_THAT(server_.asked(), IsEmpty());
}

TEST_F(TaskCommands, AnEmptyValueDoesNotPassForNone) {
  for (const Strings& arguments : {Strings{"task", "submit", "x", "--idempotency-key", ""},
                                   {"task", "list", "--queue", ""},
                                   {"task", "list", "--lane", ""},
                                   {"task", "list", "-q", ""},
                                   {"task", "list", "--cursor", ""},
                                   {"task", "watch", "--queue", ""},
                                   {"task", "watch", "--lane", ""},
                                   {"task", "watch", "--task", ""},
                                   {"task", "delete", "a", "--if-match", ""},
                                   {"dead", "list", "--queue", ""},
                                   {"dead", "redrive", "--queue", ""},
                                   {"dead", "purge", "--yes", "--queue", ""}}) {
    EXPECT_EQ(run(arguments).code, kWrongUsage) << arguments[1] << " " << arguments[2];
  }
  EXPECT_THAT(server_.asked(), IsEmpty());
}

TEST_F(TaskCommands, ABadValueIsWrongUsage) {
  for (const char* const limit : {"0", "1001", "x", "-1", ""}) {
    EXPECT_EQ(run({"task", "list", "--limit", limit}).code, kWrongUsage) << limit;
    EXPECT_EQ(run({"dead", "list", "-n", limit}).code, kWrongUsage) << limit;
    EXPECT_EQ(run({"queue", "lanes", "q", "-n", limit}).code, kWrongUsage) << limit;
  }
  const Ran ran = run({"task", "submit", "--payload", "{"});
  EXPECT_EQ(ran.code, kWrongUsage);
  EXPECT_THAT(ran.err, HasSubstr("--payload: not valid JSON"));
  EXPECT_EQ(run({"task", "update", "a", "--payload", "{"}).code, kWrongUsage);
  EXPECT_THAT(server_.asked(), IsEmpty());
}

TEST_F(TaskCommands, APayloadFileThatCannotBeReadIsNamed) {
  const testing::TempDir dir;
  const Ran missing = run({"task", "submit", "--payload", "@" + dir.file("none")});
  EXPECT_EQ(missing.code, kWrongUsage);
  EXPECT_EQ(missing.err,
            "ordo: --payload: cannot read " + dir.file("none") + ": No such file or directory\n");
  const Ran directory = run({"task", "submit", "--payload", "@" + dir.path().string()});
  EXPECT_EQ(directory.code, kWrongUsage);
  EXPECT_EQ(directory.err,
            "ordo: --payload: cannot read " + dir.path().string() + ": Is a directory\n");
  std::ofstream(dir.file("p.json")) << "{ \"n\": 1 }\n";
  server_.set("POST /tasks", "{}", 201);
  EXPECT_EQ(run({"task", "submit", "--payload", "@" + dir.file("p.json")}).code, kDone);
  EXPECT_THAT(server_.asked(), ElementsAre(R"(POST /tasks {"payload":{"n":1}})"));
}

TEST_F(TaskCommands, AListFitsTheTerminal) {
  server_.set("GET /tasks",
              R"({"items":[{"sequence":1234567,"task_id":"0199a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b",)"
              R"("status":"succeeded","priority":"medium","queue":"tasks","lane":"customer-17",)"
              R"("title":"A title of some length that says what is to be done"}],)"
              R"("next_cursor":null})");
  for (const std::size_t columns : {20UL, 60UL, 80UL, 100UL, 120UL}) {
    environment_.terminal_size = [columns] { return TerminalSize{columns, 24}; };
    const std::string out = run({"task", "list"}).out;
    EXPECT_EQ(std::ranges::count(out, '\n'), 2);
    const std::size_t end = out.find('\n');
    EXPECT_LE(base::count_characters(out.substr(0, end)), columns) << out;
    EXPECT_LE(base::count_characters(out.substr(end + 1)), columns + 1) << out;
    const bool has_room_for_an_id = columns >= 80;
    EXPECT_EQ(out.contains("0199a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b  succeeded"), has_room_for_an_id)
        << out;
    EXPECT_EQ(out.contains("PRIORITY"), columns >= 100) << out;
  }
}

TEST_F(TaskCommands, HealthSaysOnceThatNobodyIsThere) {
  const Ran away = run({"health", "--url", "http://127.0.0.1:1"});
  EXPECT_EQ(away.code, kFailed);
  EXPECT_EQ(std::ranges::count(away.err, '\n'), 1) << away.err;
  server_.set("GET /readyz", R"({"detail":"the disk is full"})", 503);
  server_.set("GET /health", R"({"status":"degraded"})");
  const Ran ill = run({"health"});
  EXPECT_EQ(ill.code, kFailed);
  EXPECT_EQ(ill.out, "status  degraded\n");
  EXPECT_EQ(ill.err, "ordo: the disk is full (503)\n");
}

}  // namespace
}  // namespace ordo::cli
