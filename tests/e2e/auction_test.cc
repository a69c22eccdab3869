// An auction behind a URL settles the orders of a real server.
#include <gmock/gmock.h>

#include <boost/json.hpp>
#include <chrono>
#include <mutex>
#include <string>
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

}  // namespace
}  // namespace ordo::e2e
