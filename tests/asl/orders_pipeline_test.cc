// The pipeline of orders that is shipped, run with functions that a test scripts.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json.hpp>
#include <chrono>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "asl/machine_run.h"
#include "base/json_tree.h"

namespace ordo::states {
namespace {

constexpr char kInvoke[] = "arn:aws:states:::lambda:invoke";
constexpr char kPublish[] = "arn:aws:states:::sns:publish";

std::string shipped() {
  std::ifstream file(ORDO_SOURCE_DIR "/pipelines/orders.asl.json");
  return {std::istreambuf_iterator<char>(file), {}};
}

Called wrapped(const std::string& payload) {
  return fmt::format(R"({{"ExecutedVersion":"$LATEST","Payload":{},"StatusCode":200}})", payload);
}

std::string order(int number, bool accepted) {
  return fmt::format(R"({{"record_id":"o{}","parameter_1":"p","parameter_2":{},"status":"{}"}})",
                     number, number, accepted ? "accepted" : "rejected");
}

// What the pipeline talks to. Every second order is rejected.
class OrdersPipeline : public ::testing::TestWithParam<bool> {
 protected:
  MachineRun run() {
    RunOptions options;
    options.restore_each_step = GetParam();
    options.functions[kInvoke] = [this](const std::string& parameters) {
      const Json call = base::parse_json_tree(parameters).value();
      const Json& payload = call.at("Payload");
      return call.at("FunctionName").as_string() == "collect_results" ? collect(payload)
                                                                      : store(payload);
    };
    options.functions[kPublish] = [this](const std::string& parameters) -> Called {
      if (failures_of_publish-- > 0) return Fault{"SNS.SnsException", "away"};
      told.push_back(parameters);
      return R"({"MessageId":"m"})";
    };
    return run_machine(shipped(), R"({"scheduled":"any input"})", options);
  }

  Called collect(const Json& payload) {
    calls.emplace_back(payload.at("call").as_string());
    if (failures_of_collect-- > 0) return Fault{"AuctionUnavailable", "{}"};
    if (not_ready-- > 0) return wrapped(R"({"results":false})");
    const int count = rounds.empty() ? 0 : rounds.front();
    if (!rounds.empty()) rounds.erase(rounds.begin());
    std::string orders;
    for (int i = 0; i < count; ++i, ++last_order) {
      if (!orders.empty()) orders += ",";
      orders += order(last_order, last_order % 2 == 0);
    }
    return wrapped(
        fmt::format(R"({{"results":true,"orders":[{}],"more":{}}})", orders, !rounds.empty()));
  }

  Called store(const Json& payload) {
    const std::string id(payload.at("record_id").as_string());
    ++stores[id];
    if (payload.at("status").as_string() == "rejected") {
      return Fault{"OrderRejected", R"({"errorMessage":"no","errorType":"OrderRejected"})"};
    }
    if (failures_of_store-- > 0) return Fault{"ServiceUnavailable", "{}"};
    stored.insert(id);
    return wrapped(fmt::format(R"({{"bucket":"order-results","key":"{}.json","etag":"e"}})", id));
  }

  std::vector<int> rounds;  // so many orders each
  int last_order = 0;
  int not_ready = 0;
  int failures_of_collect = 0;
  int failures_of_store = 0;
  int failures_of_publish = 0;
  std::vector<std::string> calls;
  std::map<std::string, int> stores;
  std::set<std::string> stored;
  std::vector<std::string> told;
};

INSTANTIATE_TEST_SUITE_P(Runs, OrdersPipeline, ::testing::Bool(),
                         [](const auto& run) { return run.param ? "Restored" : "Plain"; });

TEST_P(OrdersPipeline, StoresWhatWasAcceptedAndTellsWhatWasRejected) {
  rounds = {3};
  const MachineRun ran = run();
  EXPECT_EQ(ran.ending.status, Status::succeeded) << ran.ending.fault.cause;
  EXPECT_EQ(ran.ending.output, R"({"rounds":1})");
  EXPECT_EQ(stored, (std::set<std::string>{"o0", "o2"}));
  EXPECT_EQ(told, std::vector<std::string>{
                      R"({"TopicArn":"orders","Subject":"Order rejected","Message":)"
                      R"({"error":"OrderRejected","record_id":"o1","parameter_1":"p",)"
                      R"("parameter_2":1,"status":"rejected"}})"});
  EXPECT_EQ(stores["o1"], 1) << "a rejection is not tried again";
}

TEST_P(OrdersPipeline, NothingToDoIsSoonDone) {
  const MachineRun ran = run();
  EXPECT_EQ(ran.ending.status, Status::succeeded) << ran.ending.fault.cause;
  EXPECT_EQ(calls.size(), 1U);
  EXPECT_EQ(ran.ended_at, RunOptions{}.now);
}

TEST_P(OrdersPipeline, WaitsUntilTheAuctionIsReady) {
  rounds = {1};
  not_ready = 3;
  const MachineRun ran = run();
  EXPECT_EQ(ran.ending.status, Status::succeeded) << ran.ending.fault.cause;
  EXPECT_EQ(ran.ended_at - RunOptions{}.now, std::chrono::seconds(15));
  EXPECT_EQ(stored.size(), 1U);
}

TEST_P(OrdersPipeline, GivesUpOnAnAuctionThatIsNeverReady) {
  not_ready = 1'000'000;
  const MachineRun ran = run();
  EXPECT_EQ(ran.ending.status, Status::failed);
  EXPECT_EQ(ran.ending.fault.error, "ResultsNotReady");
  EXPECT_EQ(calls.size(), 501U);
  EXPECT_LT(ran.ended_at - RunOptions{}.now, std::chrono::hours(1));
  EXPECT_LT(ran.history.size(), 25'000U);
}

TEST_P(OrdersPipeline, GoesOnWhileThereAreMoreAndEachRoundHasACallOfItsOwn) {
  rounds = {4, 4, 2};
  failures_of_collect = 2;
  const MachineRun ran = run();
  EXPECT_EQ(ran.ending.output, R"({"rounds":3})");
  EXPECT_EQ(stored.size() + told.size(), 10U);
  ASSERT_EQ(calls.size(), 5U);
  EXPECT_EQ(calls[0], calls[2]) << "a call made again has the same name";
  EXPECT_TRUE(calls[0].ends_with("/0") && calls[3].ends_with("/1") && calls[4].ends_with("/2"));
  EXPECT_TRUE(calls[0].starts_with("arn:aws:states:local:111111111111:execution:machine:run"));
}

TEST_P(OrdersPipeline, TriesAgainWhatCanBeTriedAgain) {
  rounds = {4};
  failures_of_store = 5;
  failures_of_publish = 5;
  const MachineRun ran = run();
  EXPECT_EQ(ran.ending.status, Status::succeeded) << ran.ending.fault.cause;
  EXPECT_EQ(stored.size(), 2U);
  EXPECT_EQ(told.size(), 2U);
}

TEST_P(OrdersPipeline, AThousandOrdersARoundStayUnderEveryLimit) {
  const int many = GetParam() ? 50 : 1000;  // to text and back costs by the square
  rounds = {many, many};
  const MachineRun ran = run();
  EXPECT_EQ(ran.ending.status, Status::succeeded) << ran.ending.fault.cause;
  EXPECT_EQ(stored.size() + told.size(), 2U * static_cast<unsigned>(many));
  EXPECT_LT(ran.history.size(), 1'000U) << "what a distributed map does has a history of its own";
}

}  // namespace
}  // namespace ordo::states
