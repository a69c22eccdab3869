// `ordo bench` against a real server.
#include <gmock/gmock.h>

#include <boost/json/parse.hpp>
#include <string>
#include <utility>
#include <vector>

#include "e2e/serving.h"

namespace ordo::e2e {
namespace {

using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;

constexpr char kQueues[] = R"(
[functions.nothing]
builtin = "echo"
[queues.load]
function = "nothing"
[queues.idle]
function = "pull"
)";

class BenchCommand : public ::testing::Test {
 protected:
  Ran bench(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "bench");
    arguments.insert(arguments.end(),
                     {"--url", "http://127.0.0.1:" + std::to_string(server_.port())});
    return run_ordo(arguments);
  }

  TempDir data_;
  ServerProcess server_{{.data = data_.path(), .config = kQueues}};
  HttpClient client_{server_.port()};
};

TEST_F(BenchCommand, MeasuresTasksThatAreAcceptedAndRun) {
  const Ran ran = bench({"--queue", "load", "--tasks", "300", "--connections", "4"});
  EXPECT_EQ(ran.exit_code, 0) << ran.err;
  EXPECT_THAT(ran.out, AllOf(ContainsRegex("accepted  300 tasks, [0-9]+/s; an answer after "),
                             ContainsRegex("run       [0-9]+/s")));
  EXPECT_EQ(walk_tasks(client_).size(), 300U);

  const Ran json = bench({"--queue", "load", "--tasks", "10", "--lanes", "2", "--json"});
  const boost::json::value told = boost::json::parse(json.out);
  EXPECT_EQ(told.at("tasks"), 10);
  EXPECT_GT(told.at("accepted_per_second").to_number<double>(), 0);
  EXPECT_GT(told.at("run_per_second").to_number<double>(), 0);
  EXPECT_GE(told.at("p99_ms").to_number<double>(), told.at("p50_ms").to_number<double>());
}

TEST_F(BenchCommand, WithoutWaitingItMeasuresTheAcceptingAlone) {
  const Ran ran = bench({"--queue", "idle", "--tasks", "20", "--no-wait"});
  EXPECT_EQ(ran.exit_code, 0) << ran.err;
  EXPECT_EQ(ran.out.find("run "), std::string::npos) << ran.out;
  // What is left there would be measured, too.
  const Ran again = bench({"--queue", "idle", "--no-wait"});
  EXPECT_EQ(again.exit_code, 1);
  EXPECT_THAT(again.err, HasSubstr("queue idle has 20 tasks that have not ended"));
}

TEST_F(BenchCommand, TellsWhatCannotBeMeasured) {
  const Ran unknown = bench({"--queue", "none"});
  EXPECT_EQ(unknown.exit_code, 1);
  EXPECT_THAT(unknown.err, HasSubstr("no such queue"));
  EXPECT_EQ(bench({}).exit_code, 2);
  EXPECT_EQ(bench({"--queue", "load", "--connections", "0"}).exit_code, 2);
  EXPECT_EQ(run_ordo({"bench", "--help"}).exit_code, 0);
}

}  // namespace
}  // namespace ordo::e2e
