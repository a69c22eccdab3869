#include <fmt/format.h>
#include <gmock/gmock.h>

#include <string>

#include "base/text.h"
#include "support/cli_harness.h"

namespace ordo::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr const char* kFailedOne =
    R"({"execution_id":"x:1","pipeline":"orders","name":"n","status":"failed","input":{"a":1},)"
    R"("output":null,"error":"E\u001b","cause":"why","started_at":"T"})";
constexpr const char* kEvents =
    R"({"id":1,"previousEventId":0,"type":"ExecutionStarted","timestamp":"2026-11-21T05:00:00.000Z",)"
    R"("executionStartedEventDetails":{"input":"{\"a\": 1}","inputDetails":{"truncated":false}}},)"
    R"({"id":2,"previousEventId":0,"type":"TaskStateEntered","timestamp":"2026-11-21T05:00:00.000Z",)"
    R"("stateEnteredEventDetails":{"name":"Ask"}},)"
    R"({"id":3,"previousEventId":2,"type":"TaskScheduled","timestamp":"2026-11-21T05:00:00.000Z"})";
constexpr const char* kLaterEvents =
    R"({"id":4,"previousEventId":3,"type":"TaskFailed","timestamp":"2026-11-21T05:00:01.500Z",)"
    R"("taskFailedEventDetails":{"error":"E","cause":"why\u001b"}})";

class ExecutionCommands : public testing::CliHarness {
 protected:
  void set_history() {
    server_.set("GET /executions/x%3A1/history",
                fmt::format(R"({{"items":[{}],"next_cursor":"c1"}})", kEvents));
    server_.set("GET /executions/x%3A1/history?cursor=c1",
                fmt::format(R"({{"items":[{}],"next_cursor":null}})", kLaterEvents));
  }
};

TEST_F(ExecutionCommands, ListShowsATableAndTheNextPage) {
  server_.set("GET /executions?pipeline=orders&status=failed&limit=1",
              fmt::format(R"({{"items":[{}],"next_cursor":"c1"}})", kFailedOne));
  const Ran ran =
      run({"execution", "list", "--pipeline", "orders", "--status", "failed", "-n", "1"});
  EXPECT_EQ(ran.code, kDone);
  EXPECT_EQ(ran.out,
            "STARTED  EXECUTION  STATUS  PIPELINE  NAME  ERROR\n"
            "T        x:1        failed  orders    n     E\n");
  EXPECT_THAT(ran.err, HasSubstr("--cursor c1"));
  EXPECT_EQ(run({"execution", "list", "--status", "dead"}).code, kWrongUsage);
  EXPECT_EQ(run({"execution", "list", "--pipeline", ""}).code, kWrongUsage);
  EXPECT_EQ(run({"execution"}).code, kWrongUsage);
}

TEST_F(ExecutionCommands, ANarrowListHasIdsWholeAndCutsNames) {
  server_.set("GET /executions",
              R"({"items":[{"execution_id":"01a20100-cf43-700a-a2af-fcaf3d1f110f",)"
              R"("pipeline":"orders","name":"schedule@2026-11-22T02-06-00-000Z",)"
              R"("status":"succeeded","started_at":"2026-11-22T02:06:00.003Z"},)"
              R"({"execution_id":"x","pipeline":"a-pipeline-with-a-rather-long-name-of-its-own",)"
              R"("name":"n","status":"timed_out"}]})");
  environment_.terminal_size = [] { return TerminalSize{80, 20}; };
  EXPECT_EQ(run({"execution", "list"}).out,
            "EXECUTION                             STATUS     PIPELINE                  NAME\n"
            "01a20100-cf43-700a-a2af-fcaf3d1f110f  succeeded  orders                    sche…\n"
            "x                                     timed_out  a-pipeline-with-a-rathe…  n\n");
  environment_.terminal_size = [] { return TerminalSize{140, 20}; };
  const std::string wide = run({"execution", "list"}).out;
  EXPECT_THAT(wide, HasSubstr("2026-11-22T02:06:00.003Z  01a20100-cf43-700a-a2af-fcaf3d1f110f  "));
}

TEST_F(ExecutionCommands, ShowShowsEveryFieldOfOne) {
  server_.set("GET /executions/x%3A1", kFailedOne);
  const Ran ran = run({"execution", "show", "x:1"});
  EXPECT_EQ(ran.code, kDone);
  EXPECT_THAT(ran.out, HasSubstr("input         {\"a\":1}\n"));
  EXPECT_THAT(ran.out, HasSubstr("error         E\n"));
  EXPECT_EQ(run({"execution", "show", "--json", "x:1"}).out, std::string(kFailedOne) + "\n");
  const Ran none = run({"execution", "show", "none"});
  EXPECT_EQ(none.code, kFailed);
  EXPECT_EQ(none.err, "ordo: there is nothing (404)\n");
}

TEST_F(ExecutionCommands, HistoryIsATableOfWhichStatesAreKnownAcrossPages) {
  set_history();
  const Ran ran = run({"execution", "history", "x:1", "--all"});
  EXPECT_EQ(ran.code, kDone);
  EXPECT_EQ(ran.out,
            "ID  TIME                      TYPE              STATE  TOOK     ERROR\n"
            "1   2026-11-21T05:00:00.000Z  ExecutionStarted\n"
            "2   2026-11-21T05:00:00.000Z  TaskStateEntered  Ask\n"
            "3   2026-11-21T05:00:00.000Z  TaskScheduled     Ask\n"
            "4   2026-11-21T05:00:01.500Z  TaskFailed        Ask    1.500 s  E: why\n");
  const Ran first = run({"execution", "history", "x:1"});
  EXPECT_THAT(first.out, ::testing::StartsWith("ID  TIME"));
  EXPECT_THAT(first.err, HasSubstr("--cursor c1"));
}

TEST_F(ExecutionCommands, PagesOfAHistoryThatCameAreShownThoughOthersDidNot) {
  server_.set("GET /executions/x%3A1/history",
              fmt::format(R"({{"items":[{}],"next_cursor":"lost"}})", kEvents));
  const Ran ran = run({"execution", "history", "x:1", "--all"});
  EXPECT_EQ(ran.code, kFailed);
  EXPECT_THAT(ran.out, HasSubstr("3   2026-11-21T05:00:00.000Z  TaskScheduled     Ask\n"));
  EXPECT_EQ(ran.err, "ordo: there is nothing (404)\n");
}

TEST_F(ExecutionCommands, HistoryFitsTheTerminal) {
  set_history();
  environment_.terminal_size = [] { return TerminalSize{60, 20}; };
  const std::string out = run({"execution", "history", "x:1", "--all"}).out;
  std::size_t begin = 0;
  for (std::size_t end = out.find('\n'); end != std::string::npos; end = out.find('\n', begin)) {
    EXPECT_LE(base::count_characters(out.substr(begin, end - begin)), 60U);
    begin = end + 1;
  }
}

TEST_F(ExecutionCommands, FullHistoryHasTheDetailsUnderEachEvent) {
  set_history();
  EXPECT_EQ(run({"execution", "history", "x:1", "--full", "--all"}).out,
            "1  2026-11-21T05:00:00.000Z  ExecutionStarted\n"
            "    input  {\"a\": 1}\n"
            "2  2026-11-21T05:00:00.000Z  TaskStateEntered  Ask\n"
            "    name  Ask\n"
            "3  2026-11-21T05:00:00.000Z  TaskScheduled  Ask\n"
            "4  2026-11-21T05:00:01.500Z  TaskFailed  Ask  1.500 s\n"
            "    error  E\n"
            "    cause  why\n");
}

TEST_F(ExecutionCommands, HistoryForMachinesIsThePageAsItCame) {
  server_.set("GET /executions/a/history?limit=7", R"({"items":[],"next_cursor":null})");
  EXPECT_EQ(run({"execution", "history", "a", "--json", "--limit", "7"}).out,
            "{\"items\":[],\"next_cursor\":null}\n");
  server_.set("GET /executions/b/history", R"({"items":[{"id":7}],"next_cursor":null})");
  const Ran broken = run({"execution", "history", "b"});
  EXPECT_EQ(broken.code, kFailed);
  EXPECT_EQ(broken.err, "ordo: what the server sent is no event of a history\n");
}

TEST_F(ExecutionCommands, GraphIsThePictureAsItCame) {
  server_.set("GET /executions/x%3A1/graph?format=svg", "<svg/>\n");
  server_.set("GET /executions/x%3A1/graph?format=dot", "digraph {}\n");
  EXPECT_EQ(run({"execution", "graph", "x:1"}).out, "<svg/>\n");
  EXPECT_EQ(run({"execution", "graph", "x:1", "--dot"}).out, "digraph {}\n");
  const Ran none = run({"execution", "graph", "none"});
  EXPECT_EQ(none.code, kFailed);
  EXPECT_EQ(none.err, "ordo: there is nothing (404)\n");
  EXPECT_EQ(none.out, "");
  EXPECT_EQ(run({"execution", "graph", ""}).code, kWrongUsage);
  EXPECT_EQ(run({"execution", "graph", "x:1", "--json"}).code, kWrongUsage);
}

TEST_F(ExecutionCommands, StopTellsWhy) {
  server_.set("POST /executions/x%3A1/stop",
              R"({"execution_id":"x:1","pipeline":"orders","name":"n","status":"stopped"})");
  const Ran ran = run({"execution", "stop", "x:1", "--error", "Enough", "--cause", "a \"b\""});
  EXPECT_EQ(ran.code, kDone);
  EXPECT_EQ(ran.out, "stopped    x:1  pipeline orders, name n\n");
  EXPECT_EQ(run({"execution", "stop", "x:1"}).code, kDone);
  EXPECT_EQ(run({"execution", "stop", "x:1", "--cause", "c"}).code, kDone);
  EXPECT_THAT(server_.asked(),
              ElementsAre(R"(POST /executions/x%3A1/stop {"error":"Enough","cause":"a \"b\""})",
                          "POST /executions/x%3A1/stop {}",
                          R"(POST /executions/x%3A1/stop {"cause":"c"})"));
}

TEST_F(ExecutionCommands, RedriveTellsWhatBecameOfIt) {
  server_.set("POST /executions/a/redrive",
              R"({"execution_id":"a","pipeline":"orders","name":"n","status":"running"})");
  EXPECT_EQ(run({"execution", "redrive", "a"}).out, "running    a  pipeline orders, name n\n");
  server_.set("POST /executions/b/redrive", R"({"detail":"it has succeeded"})", 409);
  const Ran refused = run({"execution", "redrive", "b"});
  EXPECT_EQ(refused.code, kFailed);
  EXPECT_EQ(refused.err, "ordo: it has succeeded (409)\n");
  EXPECT_EQ(run({"execution", "redrive", ""}).code, kWrongUsage);
}

}  // namespace
}  // namespace ordo::cli
