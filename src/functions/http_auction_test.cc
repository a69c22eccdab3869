#include "functions/http_auction.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "functions/http_auction_answer.h"
#include "net/webhook_signature.h"
#include "support/fake_clock.h"
#include "support/net_server.h"

namespace ordo::functions {
namespace {

using ::testing::HasSubstr;

constexpr const char* kSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

class HttpAuctionTest : public ::testing::Test {
 protected:
  std::unique_ptr<ports::Auction> make(bool allow_private = true,
                                       base::Millis timeout = base::Millis(20'000)) {
    HttpAuction spec;
    spec.url = "http://127.0.0.1:" + std::to_string(server_->port()) + "/settle";
    spec.secrets = {kSecret};
    spec.allow_private = allow_private;
    spec.timeout = timeout;
    return std::move(*make_http_auction(spec, client_, clock_, random_));
  }
  static std::future<ports::AuctionAnswer> ask(ports::Auction& auction) {
    domain::Order order;
    order.record = {domain::RecordId("a"), "abc", "4.50"};
    auto promise = std::make_shared<std::promise<ports::AuctionAnswer>>();
    auto future = promise->get_future();
    std::vector<domain::Order> orders;
    orders.push_back(std::move(order));
    auction.ask(std::move(orders),
                [promise](ports::AuctionAnswer answer) { promise->set_value(std::move(answer)); });
    return future;
  }

  testing::FakeClock clock_;
  testing::SeededRandom random_;
  testing::HeldRequests held_;
  const std::unique_ptr<net::Server> server_ =
      testing::start(testing::test_options(), held_.handler());
  net::AsyncClient client_;
};

TEST_F(HttpAuctionTest, AsksWithASignedPostAndHearsTheResults) {
  const auto auction = make();
  auto answer = ask(*auction);
  auto [request, reply] = held_.take();
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.path, "/settle");
  EXPECT_EQ(request.headers.get("Content-Type"), "application/json");
  EXPECT_EQ(request.body,
            R"({"orders":[{"record_id":"a","parameter_1":"abc","parameter_2":4.50}]})");
  const auto known = net::parse_webhook_secrets(std::vector<std::string>{kSecret});
  EXPECT_TRUE(
      net::verify_webhook(request.headers, *known, clock_.wall(), request.body).has_value());
  reply([] { return testing::text_answer(R"({"results":[{"record_id":"a","accepted":true}]})"); });
  const ports::AuctionAnswer said = answer.get();
  ASSERT_TRUE(said.has_value()) << said.error().message;
  EXPECT_EQ(**said, (std::vector<ports::AuctionResult>{{domain::RecordId("a"), true}}));
}

TEST_F(HttpAuctionTest, EachQuestionHasAnIdOfItsOwn) {
  const auto auction = make();
  std::set<std::string> ids;
  for (int i = 0; i < 2; ++i) {
    auto answer = ask(*auction);
    auto [request, reply] = held_.take();
    EXPECT_EQ(request.headers.get("webhook-id").size(), 36U);
    ids.emplace(request.headers.get("webhook-id"));
    reply([] { return testing::text_answer(R"({"results":false})"); });
    EXPECT_TRUE(answer.get().has_value());
  }
  EXPECT_EQ(ids.size(), 2U);
}

TEST_F(HttpAuctionTest, DoesNotGoToPrivateAddressesUnlessItMay) {
  const auto auction = make(false);
  const ports::AuctionAnswer said = ask(*auction).get();
  ASSERT_FALSE(said.has_value());
  EXPECT_EQ(said.error().code, base::ErrorCode::unavailable);
  EXPECT_EQ(held_.size(), 0U);
}

TEST_F(HttpAuctionTest, WaitsOnlySoLong) {
  const auto auction = make(true, base::Millis(50));
  const ports::AuctionAnswer said = ask(*auction).get();
  ASSERT_FALSE(said.has_value());
  EXPECT_EQ(said.error().code, base::ErrorCode::unavailable);
}

TEST_F(HttpAuctionTest, TakesAnAnswerOfALimitedSize) {
  const auto auction = make();
  auto answer = ask(*auction);
  held_.take().second([] {
    return testing::text_answer(R"({"results":false)" + std::string(kMaxAuctionAnswerBytes, ' ') +
                                "}");
  });
  const ports::AuctionAnswer said = answer.get();
  ASSERT_FALSE(said.has_value());
  EXPECT_EQ(said.error().code, base::ErrorCode::invalid);
}

TEST_F(HttpAuctionTest, IsAnsweredWhenTheClientStops) {
  const auto auction = make();
  auto answer = ask(*auction);
  const auto held = held_.take();
  client_.stop();
  EXPECT_EQ(answer.get().error().code, base::ErrorCode::unavailable);
  EXPECT_EQ(ask(*auction).get().error().code, base::ErrorCode::unavailable);
}

TEST_F(HttpAuctionTest, IsNotMadeOfWhatCannotBeUsedWhichIsNotQuoted) {
  HttpAuction spec;
  spec.url = "ftp://secret.example";
  auto made = make_http_auction(spec, client_, clock_, random_);
  ASSERT_FALSE(made.has_value());
  EXPECT_THAT(made.error().message, ::testing::Not(HasSubstr("secret.example")));
  spec.url = "https://auction.example";
  spec.secrets = {"whsec_?hush?"};
  made = make_http_auction(spec, client_, clock_, random_);
  ASSERT_FALSE(made.has_value());
  EXPECT_THAT(made.error().message, ::testing::Not(HasSubstr("hush")));
}

}  // namespace
}  // namespace ordo::functions
