// An auction behind a URL settles the orders of a real server.
#include <gmock/gmock.h>

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <chrono>
#include <fstream>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "net/webhook_signature.h"
#include "outside.h"
#include "serving.h"

namespace ordo::e2e {
namespace {

constexpr const char* kSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

// Rejects those whose id begins with "r". Of the first question it answers one order only, and the
// second one it fails.
class Market {
 public:
  net::Response answer(const net::Request& request) {
    const auto now =
        base::WallTime::from_ms(std::chrono::duration_cast<std::chrono::milliseconds>(
                                    std::chrono::system_clock::now().time_since_epoch())
                                    .count());
    const auto secrets = net::parse_webhook_secrets(std::vector<std::string>{kSecret});
    const bool signed_by_ordo =
        net::verify_webhook(request.headers, *secrets, now, request.body).has_value();
    const std::lock_guard lock(mutex_);
    questions_.push_back(request.body);
    if (!signed_by_ordo) return testing::text_answer("who is this?", 401);
    if (questions_.size() == 2) return testing::text_answer("closed", 503);
    boost::json::array results;
    const boost::json::value question = boost::json::parse(request.body);
    for (const auto& order : question.at("orders").as_array()) {
      const auto& id = order.at("record_id").as_string();
      results.push_back({{"record_id", id}, {"accepted", !id.starts_with('r')}});
      if (questions_.size() == 1) break;
    }
    return testing::text_answer(boost::json::serialize(boost::json::object{{"results", results}}));
  }
  std::vector<std::string> questions() {
    const std::lock_guard lock(mutex_);
    return questions_;
  }

 private:
  std::mutex mutex_;
  std::vector<std::string> questions_;
};

TEST(AuctionOverHttp, SettlesOrdersAndWhatItAcceptsIsStored) {
  Market market;
  const Outside outside([&market](const net::Request& request) { return market.answer(request); });
  const TempDir data;
  ServerSetup setup;
  setup.data = data.path();
  setup.config = "[auction]\nurl = \"" + outside.url("/settle") + "\"\nsecret = \"" + kSecret +
                 "\"\nallow_private = true\n";
  const ServerProcess server(std::move(setup));
  HttpClient client(server.port());
  ASSERT_EQ(client
                .post("/orders", R"([{"record_id":"a","parameter_1":"x","parameter_2":4.50},
                                     {"record_id":"b","parameter_1":"y","parameter_2":1},
                                     {"record_id":"r","parameter_1":"z","parameter_2":2}])")
                .status,
            201);
  const HttpAnswer started = client.post("/pipelines/orders/executions", "{}");
  ASSERT_EQ(started.status, 201) << started.body;
  const std::string execution = "/executions/" + text(started.json(), "execution_id");
  ASSERT_TRUE(eventually([&] { return text(client.get(execution).json(), "status") != "running"; },
                         std::chrono::seconds(60)))
      << server.log();
  EXPECT_EQ(text(client.get(execution).json(), "status"), "succeeded")
      << client.get(execution).body;

  EXPECT_EQ(text(client.get("/orders/a").json(), "status"), "accepted");
  EXPECT_EQ(text(client.get("/orders/b").json(), "status"), "accepted");
  EXPECT_EQ(text(client.get("/orders/r").json(), "status"), "rejected");
  EXPECT_THAT(client.get("/objects/order-results/a.json").body,
              ::testing::HasSubstr(R"("parameter_2":4.5)"));
  EXPECT_EQ(client.get("/objects/order-results/b.json").status, 200);
  EXPECT_EQ(client.get("/objects/order-results/r.json").status, 404);
  const std::vector<std::string> questions = market.questions();
  ASSERT_EQ(questions.size(), 3U);
  EXPECT_EQ(questions[0], R"({"orders":[{"record_id":"a","parameter_1":"x","parameter_2":4.50},)"
                          R"({"record_id":"b","parameter_1":"y","parameter_2":1},)"
                          R"({"record_id":"r","parameter_1":"z","parameter_2":2}]})");
  EXPECT_EQ(questions[1], R"({"orders":[{"record_id":"b","parameter_1":"y","parameter_2":1},)"
                          R"({"record_id":"r","parameter_1":"z","parameter_2":2}]})");
}

net::Response accept_all(const net::Request& request) {
  boost::json::array results;
  const boost::json::value question = boost::json::parse(request.body);
  for (const auto& order : question.at("orders").as_array()) {
    results.push_back({{"record_id", order.at("record_id")}, {"accepted", true}});
  }
  return testing::text_answer(boost::json::serialize(boost::json::object{{"results", results}}));
}

// Calls each of its input's URLs, all at once.
constexpr const char* kCallAll = R"({
  "StartAt": "Each",
  "States": {
    "Each": {
      "Type": "Map",
      "ItemsPath": "$.urls",
      "ItemProcessor": {
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
        "StartAt": "Ask",
        "States": {
          "Ask": {
            "Type": "Task",
            "Resource": "arn:aws:states:::http:invoke",
            "Parameters": {
              "ApiEndpoint.$": "$",
              "Method": "GET",
              "Authentication": {"ConnectionArn": "outside"}
            },
            "End": true
          }
        }
      },
      "End": true
    }
  }
})";

TEST(AuctionOverHttp, IsAskedWhileAllTheHostsThatMachinesCallHang) {
  // As many as one client has connections: 64 a host, 256 in all.
  constexpr std::size_t kCallsAHost = 64;
  std::array<testing::HeldRequests, 4> held;
  std::vector<std::unique_ptr<net::Server>> hanging;
  boost::json::array urls;
  for (testing::HeldRequests& requests : held) {
    hanging.push_back(testing::start(testing::test_options(), requests.handler()));
    const std::string url = "http://127.0.0.1:" + std::to_string(hanging.back()->port()) + "/";
    for (std::size_t i = 0; i < kCallsAHost; ++i) urls.emplace_back(url);
  }
  const Outside market(accept_all);
  const TempDir data;
  const auto definition = data.path() / "call-all.asl.json";
  std::ofstream(definition) << kCallAll;
  ServerSetup setup;
  setup.data = data.path();
  setup.config =
      "[auction]\nurl = \"" + market.url("/") + "\"\nallow_private = true\n" +
      "[connections.outside]\nvalue = \"key\"\nallow_private = true\ntimeout = \"10m\"\n" +
      "[pipelines.call-all]\ndefinition = \"" + definition.string() + "\"\n";
  const ServerProcess server(std::move(setup));
  HttpClient client(server.port());
  const boost::json::object input{{"urls", urls}};
  ASSERT_EQ(client
                .post("/pipelines/call-all/executions",
                      boost::json::serialize(boost::json::object{{"input", input}}))
                .status,
            201);
  ASSERT_TRUE(eventually(
      [&] {
        return std::ranges::all_of(held, [](auto& one) { return one.size() == kCallsAHost; });
      },
      std::chrono::seconds(60)))
      << server.log();

  ASSERT_EQ(
      client.post("/orders", R"([{"record_id":"a","parameter_1":"x","parameter_2":1}])").status,
      201);
  ASSERT_EQ(client.post("/pipelines/orders/executions", "{}").status, 201);
  EXPECT_TRUE(
      eventually([&] { return text(client.get("/orders/a").json(), "status") == "accepted"; }));
  for (testing::HeldRequests& requests : held) {
    EXPECT_EQ(requests.size(), kCallsAHost);
    while (requests.size() > 0) {
      requests.take().second([] { return testing::text_answer("{}"); });
    }
  }
}

}  // namespace
}  // namespace ordo::e2e
