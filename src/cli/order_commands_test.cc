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
using ::testing::StartsWith;

class OrderCommands : public testing::CliHarness {
 protected:
  std::string file(const std::string& text) {
    const std::string path = directory_.file("orders.json");
    std::ofstream(path) << text;
    return path;
  }
  void accept(int count) {
    server_.set("POST /orders",
                fmt::format(R"({{"accepted":{},"expires_at":"2026-11-22T09:00:00.000Z"}})", count),
                201);
  }
  testing::TempDir directory_ = testing::TempDir::in_memory();
};

TEST_F(OrderCommands, SubmitSendsAnArrayOrLinesAsOneList) {
  accept(2);
  const Ran array = run({"order", "submit", file("[ {\"record_id\":\"a\"},\n{\"b\":4.50} ]\n")});
  EXPECT_EQ(array.code, kDone);
  EXPECT_EQ(array.out, "2 accepted, kept until 2026-11-22T09:00:00.000Z\n");
  EXPECT_EQ(run({"order", "submit", file("{\"record_id\":\"a\"}\n\n{\"b\":4.50}\n")}).code, kDone);
  EXPECT_THAT(server_.asked(), ElementsAre(R"(POST /orders [{"record_id":"a"},{"b":4.50}])",
                                           R"(POST /orders [{"record_id":"a"},{"b":4.50}])"));
}

TEST_F(OrderCommands, SubmitSendsAThousandAtOnce) {
  accept(1000);
  std::string lines;
  for (int i = 0; i < 2000; ++i) lines += "{}\n";
  const Ran ran = run({"order", "submit", "--json", file(lines)});
  EXPECT_EQ(ran.code, kDone);
  EXPECT_EQ(ran.out,
            "{\"accepted\":2000,\"expires_at\":\"2026-11-22T09:00:00.000Z\","
            "\"complete\":true}\n");
  EXPECT_EQ(server_.asked().size(), 2U);
}

TEST_F(OrderCommands, SubmitOfNothingAsksNobody) {
  EXPECT_EQ(run({"order", "submit", file("[]")}).out, "0 accepted\n");
  EXPECT_EQ(run({"order", "submit", file("")}).code, kDone);
  EXPECT_THAT(server_.asked(), IsEmpty());
}

TEST_F(OrderCommands, SubmitTellsWhatIsWrongWithWhichOrderAndStops) {
  server_.set("POST /orders",
              R"({"detail":"nothing was accepted; see errors","errors":[)"
              R"({"pointer":"/1/parameter_2","code":"wrong_type","message":"a number is wanted"},)"
              R"({"pointer":"/2","code":"wrong_type","message":"an object is wanted"}]})",
              400);
  const Ran ran = run({"order", "submit", file("{}\n\n{\"\":\"\\u001b\"}\n{}\n")});
  EXPECT_EQ(ran.code, kFailed);
  EXPECT_THAT(ran.err, StartsWith("ordo: line 3: parameter_2: a number is wanted\n"
                                  "ordo: line 4: an object is wanted\n"));
  EXPECT_THAT(ran.err, HasSubstr("line 1 to line 4 were not accepted\n"));
  EXPECT_EQ(ran.out, "0 accepted\n");
}

TEST_F(OrderCommands, SubmitStopsAtWhatIsNoJson) {
  accept(1);
  const Ran line = run({"order", "submit", file("{}\n{\"a\":1},{\"b\":2}\n")});
  EXPECT_EQ(line.code, kFailed);
  EXPECT_THAT(line.err, HasSubstr("line 2: "));
  EXPECT_THAT(run({"order", "submit", file("[{}")}).err, HasSubstr("the array has no end"));
  EXPECT_THAT(server_.asked(), IsEmpty());
}

TEST_F(OrderCommands, SubmitIsPatientWithABusyServer) {
  server_.set("POST /orders", R"({"detail":"too many writes wait"})", 429);
  const Ran ran = run({"order", "submit", "--retry-for", "3", file("{}")});
  EXPECT_EQ(ran.code, kFailed);
  EXPECT_GT(server_.asked().size(), 2U);
  EXPECT_LE(paused_, base::Millis(3000));
}

TEST_F(OrderCommands, AnAnswerThatDoesNotCountTheOrdersIsNoSuccess) {
  accept(7);
  const Ran ran = run({"order", "submit", file("{}")});
  EXPECT_EQ(ran.code, kFailed);
  EXPECT_THAT(ran.err, HasSubstr("may or may not have been accepted"));
}

TEST_F(OrderCommands, AFileThatIsNotThereIsWrongUsage) {
  const Ran ran = run({"order", "submit", directory_.file("none")});
  EXPECT_EQ(ran.code, kWrongUsage);
  EXPECT_THAT(ran.err, HasSubstr("cannot be read: No such file"));
  EXPECT_EQ(run({"order", "submit"}).code, kWrongUsage);
  EXPECT_EQ(run({"order"}).code, kWrongUsage);
}

TEST_F(OrderCommands, ListShowsATableAndTheNextPage) {
  server_.set("GET /orders?status=pending&limit=2",
              R"({"items":[{"record_id":"b","parameter_1":"x\u001by","parameter_2":4.50,)"
              R"("status":"pending","accepted_at":"T"}],"next_cursor":"c1"})");
  const Ran ran = run({"order", "list", "--status", "pending", "-n", "2"});
  EXPECT_EQ(ran.code, kDone);
  EXPECT_EQ(ran.out,
            "ACCEPTED  RECORD  STATUS   PARAMETER_2  PARAMETER_1\n"
            "T         b       pending  4.50         x y\n");
  EXPECT_THAT(ran.err, HasSubstr("--cursor c1"));
  EXPECT_EQ(run({"order", "list", "--status", "dead"}).code, kWrongUsage);
}

TEST_F(OrderCommands, ShowShowsOne) {
  server_.set("GET /orders/r%3A1", R"({"record_id":"r:1","parameter_2":4.50})");
  EXPECT_EQ(run({"order", "show", "r:1"}).out, "record_id    r:1\nparameter_2  4.50\n");
  EXPECT_EQ(run({"order", "show", "--json", "r:1"}).out,
            "{\"record_id\":\"r:1\",\"parameter_2\":4.50}\n");
  EXPECT_EQ(run({"order", "show", "none"}).code, kFailed);
}

}  // namespace
}  // namespace ordo::cli
