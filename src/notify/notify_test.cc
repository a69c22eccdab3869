#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/json.h"
#include "notify/delivery.h"
#include "notify/log_notifier.h"
#include "notify/slack_notifier.h"
#include "notify/web_hook_notifier.h"
#include "support/fake_clock.h"
#include "support/net_server.h"

namespace ordo::notify {
namespace {

using ::testing::HasSubstr;
using testing::HeldRequests;
using ::testing::Not;
using testing::text_answer;

ports::Notice dead(std::string error = "HttpStatus: <b>R&D</b>") {
  std::string data =
      R"({"task_id":"a1","queue":"tasks","lane":"main","title":"Send >it<","attempts":3,)"
      R"("last_error":)";
  base::append_json_string(data, error);
  data += "}";
  return {.number = 42,
          .kind = "task.dead",
          .at = base::WallTime::from_ms(1'767'323'045'678),
          .data = std::move(data)};
}

net::Exchanged answer(int status, std::string body = "") {
  return text_answer(std::move(body), status);
}
net::Exchanged fault(net::ExchangeFault what, int status = 0) {
  return std::unexpected(net::ExchangeError{what, "example.org:443 and so on", status});
}

TEST(Delivery, IsDoneWithAnySuccess) {
  EXPECT_TRUE(read_delivery(answer(200, "ok"), "team").has_value());
  EXPECT_TRUE(read_delivery(answer(204), "team").has_value());
  EXPECT_TRUE(read_delivery(fault(net::ExchangeFault::too_large, 200), "team").has_value());
}

TEST(Delivery, ThatWillNeverBeTakenIsInvalid) {
  for (const int status : {400, 413, 415, 422}) {
    const auto result = read_delivery(answer(status, "no_service"), "team");
    ASSERT_FALSE(result.has_value());
    EXPECT_EQ(result.error().code, base::ErrorCode::invalid) << status;
    EXPECT_THAT(result.error().message, HasSubstr("no_service"));
    EXPECT_THAT(result.error().message, HasSubstr("team"));
  }
  // Of a refusal the status is enough.
  for (const auto what : {net::ExchangeFault::too_large, net::ExchangeFault::broken}) {
    EXPECT_EQ(read_delivery(fault(what, 422), "team").error().code, base::ErrorCode::invalid);
  }
}

TEST(Delivery, ThatMayWorkLaterIsUnavailable) {
  for (const int status : {302, 401, 403, 404, 405, 408, 410, 429, 499, 500, 503}) {
    EXPECT_EQ(read_delivery(answer(status), "team").error().code, base::ErrorCode::unavailable)
        << status;
  }
  using enum net::ExchangeFault;
  for (const auto what : {invalid, busy, address_not_allowed, unreachable, tls, timeout, broken,
                          too_large, cancelled}) {
    const auto result = read_delivery(fault(what), "team");
    EXPECT_EQ(result.error().code, base::ErrorCode::unavailable);
    EXPECT_THAT(result.error().message, HasSubstr("example.org"));
  }
}

TEST(SlackText, TellsPeopleWhatDiedAndWhy) {
  EXPECT_EQ(slack_text(dead()),
            "Task a1 is dead: queue tasks, lane main, 3 attempts.\n"
            "Send &gt;it&lt;\nHttpStatus: &lt;b&gt;R&amp;D&lt;/b&gt;");
}

TEST(SlackText, IsShortWhateverTheTaskSays) {
  EXPECT_LT(slack_text(dead(std::string(100'000, 'x'))).size(), 2'000U);
}

TEST(SlackText, DoesWithoutWhatIsNotThere) {
  ports::Notice notice = dead();
  notice.data =
      R"({"task_id":"a1","queue":"q","lane":"l","title":"","attempts":1,"last_error":null})";
  EXPECT_EQ(slack_text(notice), "Task a1 is dead: queue q, lane l, 1 attempt.");
  notice.kind = "order.rejected";
  notice.data = R"({"a":"<"})";
  EXPECT_EQ(slack_text(notice), R"(order.rejected: {"a":"&lt;"})");
}

TEST(SlackText, SaysWhatAPipelineHasToSay) {
  ports::Notice notice;
  notice.kind = ports::kMessageNotice;
  notice.data = R"({"topic":"orders","subject":"Order rejected","message":{"record_id":"r<1"}})";
  EXPECT_EQ(slack_text(notice), "Order rejected\n{\"record_id\":\"r&lt;1\"}");
  notice.data = R"({"topic":"orders","subject":null,"message":"plain"})";
  EXPECT_EQ(slack_text(notice), "plain");
}

class Channel : public ::testing::Test {
 protected:
  std::string url() const {
    return "http://127.0.0.1:" + std::to_string(server_->port()) + "/T0/hush";
  }
  static std::future<base::Result<void>> tell(ports::Notifier& channel) {
    return std::async(std::launch::async, [&channel] { return channel.notify(dead()); });
  }

  const testing::FakeClock clock_;
  HeldRequests held_;
  const std::unique_ptr<net::Server> server_ =
      testing::start(testing::test_options(), held_.handler());
  net::AsyncClient client_;
};

TEST_F(Channel, OfSlackGetsItsText) {
  const auto channel = SlackNotifier::make({"team", url(), base::Millis(20'000), true}, client_);
  auto told = tell(**channel);
  auto [request, reply] = held_.take();
  EXPECT_EQ(request.method + " " + request.path, "POST /T0/hush");
  EXPECT_EQ(request.headers.get("Content-Type"), "application/json");
  EXPECT_EQ(request.body, R"({"text":"Task a1 is dead: queue tasks, lane main, 3 attempts.\n)"
                          R"(Send &gt;it&lt;\nHttpStatus: &lt;b&gt;R&amp;D&lt;/b&gt;"})");
  reply([] { return text_answer("ok"); });
  EXPECT_TRUE(told.get().has_value());
}

TEST_F(Channel, OfSlackThatIsOverItsRateIsToldLater) {
  const auto channel = SlackNotifier::make({"team", url(), base::Millis(20'000), true}, client_);
  auto told = tell(**channel);
  held_.take().second([] {
    net::Response response = text_answer("rate_limited", 429);
    response.headers.add("Retry-After", "30");
    return response;
  });
  EXPECT_EQ(told.get().error().code, base::ErrorCode::unavailable);
}

TEST_F(Channel, OfAProgramGetsASignedEvent) {
  const std::vector<std::string> secrets = {"one", "two"};
  const auto channel =
      WebHookNotifier::make({"audit", url(), secrets, base::Millis(20'000), true}, client_, clock_);
  auto told = tell(**channel);
  auto [request, reply] = held_.take();
  EXPECT_EQ(request.body, R"({"type":"task.dead","timestamp":"2026-01-02T03:04:05.678Z","data":)" +
                              dead().data + "}");
  EXPECT_EQ(request.headers.get("webhook-id"), "notice_42");
  for (const std::string& secret : secrets) {
    const auto known = net::parse_webhook_secrets(std::vector{secret});
    EXPECT_TRUE(
        net::verify_webhook(request.headers, *known, clock_.wall(), request.body).has_value());
  }
  reply([] { return text_answer(""); });
  EXPECT_TRUE(told.get().has_value());
}

TEST_F(Channel, ThatIsSilentIsGivenUpWithoutItsSecret) {
  const auto channel = SlackNotifier::make({"team", url(), base::Millis(50), true}, client_);
  const auto result = (*channel)->notify(dead());
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().code, base::ErrorCode::unavailable);
  EXPECT_THAT(result.error().message, Not(HasSubstr("hush")));
}

TEST_F(Channel, OffThePublicInternetIsNotCalled) {
  const auto slack = SlackNotifier::make({.name = "team", .url = url()}, client_);
  const auto hook = WebHookNotifier::make({.name = "audit", .url = url()}, client_, clock_);
  EXPECT_EQ((*slack)->notify(dead()).error().code, base::ErrorCode::unavailable);
  EXPECT_EQ((*hook)->notify(dead()).error().code, base::ErrorCode::unavailable);
  EXPECT_EQ(server_->stats().connections_total, 0U);
}

TEST_F(Channel, WithABadUrlOrSecretCannotBeMade) {
  const auto slack = SlackNotifier::make({.name = "team", .url = "file:///hush"}, client_);
  const auto hook = WebHookNotifier::make({.name = "team", .url = "hush"}, client_, clock_);
  const auto key = WebHookNotifier::make({.name = "team", .url = url(), .secrets = {"whsec_hush!"}},
                                         client_, clock_);
  for (const base::Error& error : {slack.error(), hook.error(), key.error()}) {
    EXPECT_EQ(error.code, base::ErrorCode::invalid);
    EXPECT_THAT(error.message, HasSubstr("team"));
    EXPECT_THAT(error.message, Not(HasSubstr("hush")));
  }
}

TEST(LogChannel, HasToldWhenTheLineIsOut) {
  std::string line;
  bool flows = false;
  LogNotifier channel([&](std::string_view kind, std::string_view data) {
    line = std::string(kind) + " " + std::string(data);
    return flows;
  });
  EXPECT_EQ(channel.notify(dead()).error().code, base::ErrorCode::unavailable);
  flows = true;
  EXPECT_TRUE(channel.notify(dead()).has_value());
  EXPECT_EQ(line, "task.dead " + dead().data);
}

}  // namespace
}  // namespace ordo::notify
