// Orders over the whole API, the store in memory.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "api/order_fields.h"
#include "support/answers.h"
#include "support/api_harness.h"

namespace ordo::api {
namespace {

using testing::ApiHarness;
using testing::errors_in;
using testing::json_of;
using Strings = std::vector<std::string>;

std::string record(std::string_view id, std::string_view number = "4") {
  return fmt::format(R"({{"record_id":"{}","parameter_1":"abc","parameter_2":{}}})", id, number);
}

class OrderEndpoints : public ::testing::Test {
 protected:
  net::Response post(std::string body) { return api_.ask("POST", "/orders", std::move(body)); }
  Strings ids(const std::string& query = "") {
    Strings out;
    const boost::json::value page = json_of(api_.get("/orders" + query));
    for (const auto& item : page.at("items").as_array()) {
      out.emplace_back(item.at("record_id").as_string());
    }
    return out;
  }
  void settle(std::string id, domain::OrderStatus status) {
    const ports::SettleOrders settle{{{domain::RecordId(std::move(id)), status}},
                                     api_.clock().wall()};
    ASSERT_TRUE(api_.store().apply(std::vector<ports::Write>{settle}).has_value());
  }
  ApiHarness api_;
};

TEST_F(OrderEndpoints, AllThatIsHandedInIsAcceptedAndShownAsItWasSent) {
  const net::Response accepted = post("[" + record("a", "4.50") + ", " + record("b") + "]");
  EXPECT_EQ(accepted.status, 201);
  EXPECT_EQ(accepted.body, R"({"accepted":2,"expires_at":"2026-01-03T03:04:05.678Z"})");
  const net::Response one = api_.get("/orders/a");
  EXPECT_EQ(one.status, 200);
  EXPECT_EQ(one.body,
            R"({"record_id":"a","parameter_1":"abc","parameter_2":4.50,"status":"pending",)"
            R"("accepted_at":"2026-01-02T03:04:05.678Z","expires_at":"2026-01-03T03:04:05.678Z"})");
  EXPECT_EQ(ids(), (Strings{"b", "a"}));
}

TEST_F(OrderEndpoints, TheSameAgainIsAcceptedAndOtherValuesAreNot) {
  const net::Response first = post("[" + record("a") + "]");
  api_.clock().advance(base::Millis(5));
  const net::Response again = post("[" + record("a", "4.0") + "]");
  EXPECT_EQ(again.status, 201);
  EXPECT_EQ(again.body, first.body);
  const net::Response other =
      post("[" + record("b") + "," + record("a", "5") + "," + record("b", "6") + "]");
  EXPECT_EQ(other.status, 409);
  EXPECT_EQ(errors_in(other), "/1/record_id taken, /2/record_id taken");
  EXPECT_EQ(ids(), Strings{"a"});
}

TEST_F(OrderEndpoints, EveryFaultOfEveryOrderIsTold) {
  const net::Response refused = post(
      R"([{"record_id":"","parameter_1":7,"parameter_2":"4"},{},)" + record("a") +
      R"(,{"record_id":"..","parameter_1":"","parameter_2":1,"status":"accepted"},[],7,)"
      R"({"record_id":"x","record_id":"x","parameter_1":"","parameter_2":1},)"
      R"({"record_id":"a\u0000","parameter_1":"a\u0007","parameter_2":null},{"record_id" "x"}])");
  EXPECT_EQ(refused.status, 400);
  EXPECT_EQ(errors_in(refused),
            "/0/record_id empty, /0/parameter_1 wrong_type, /0/parameter_2 wrong_type, "
            "/1/record_id required, /1/parameter_1 required, /1/parameter_2 required, "
            "/3/record_id reserved, /3/status unknown_field, /4 wrong_type, /5 wrong_type, "
            "/6 malformed, /7/record_id bad_characters, /7/parameter_1 control_character, "
            "/7/parameter_2 wrong_type, /8 malformed");
  EXPECT_EQ(ids(), Strings{});
}

TEST_F(OrderEndpoints, FaultsAreToldUpToABound) {
  std::string body = "[{}";
  for (int i = 1; i < 1000; ++i) body += ",{}";
  const net::Response refused = post(body + "]");
  EXPECT_EQ(json_of(refused).at("errors").as_array().size(), kMaxFieldErrors);
}

TEST_F(OrderEndpoints, OneToAThousandAreTaken) {
  std::string body = "[" + record("r0");
  for (int i = 1; i < 1000; ++i) body += "," + record("r" + std::to_string(i));
  EXPECT_EQ(post(body + "]").status, 201);
  EXPECT_EQ(errors_in(post(body + "," + record("more") + "]")), " too_many");
  EXPECT_EQ(errors_in(post("[]")), " empty");
  EXPECT_EQ(api_.get("/orders/more").status, 404);
}

TEST_F(OrderEndpoints, ABodyThatIsNoListIsRefused) {
  for (const char* const body : {"{}", "7", "[", R"([{"record_id":"a"}] x)", R"({"orders":[]})"}) {
    const net::Response refused = post(body);
    EXPECT_EQ(refused.status, 400) << body;
    EXPECT_NE(json_of(refused).at("detail").as_string(), "") << body;
  }
  for (const char* const body : {"{}", " {} ", "7", "null", "\"[]\"", R"({"orders":[]})"}) {
    EXPECT_EQ(errors_in(post(body)), " wrong_type") << body;
  }
  for (const char* const body : {"[", "{", "{} x", " ", R"([{"record_id":"a"}] x)"}) {
    EXPECT_EQ(errors_in(post(body)), "") << "malformed: " << body;
  }
  EXPECT_EQ(errors_in(post("")), " required");
}

TEST_F(OrderEndpoints, AListMayBeAsLargeAsABatchOfTasks) {
  const auto limit_of = [this](const char* target) {
    return api_.api().body_limit(ApiHarness::request("POST", target, ""));
  };
  EXPECT_EQ(limit_of("/orders"), limit_of("/tasks/batch"));
  EXPECT_GT(limit_of("/orders"), limit_of("/tasks"));
}

TEST_F(OrderEndpoints, AKeyIsRefusedRatherThanPassedOver) {
  net::Request request = ApiHarness::request("POST", "/orders", "[" + record("a") + "]");
  request.headers.add("Idempotency-Key", "k");
  EXPECT_EQ(errors_in(api_.ask(std::move(request))), "Idempotency-Key unsupported_header");
  EXPECT_EQ(ids(), Strings{});
}

TEST_F(OrderEndpoints, WhenItCannotBeDurableNothingIsAccepted) {
  api_.store().fail_next({base::ErrorCode::unavailable, "disk full", {}});
  const net::Response refused = post("[" + record("a") + "]");
  EXPECT_EQ(refused.status, 503);
  EXPECT_TRUE(refused.headers.has("Retry-After"));
  EXPECT_EQ(ids(), Strings{});
}

TEST_F(OrderEndpoints, AnOrdersTagTellsItsStatus) {
  (void)post("[" + record("a") + "]");
  const net::Response pending = api_.get("/orders/a");
  net::Request again = ApiHarness::request("GET", "/orders/a", "");
  again.headers.add("If-None-Match", std::string(pending.headers.get("ETag")));
  const net::Response unchanged = api_.ask(again);
  EXPECT_EQ(unchanged.status, 304);
  EXPECT_EQ(unchanged.headers.get("ETag"), pending.headers.get("ETag"));
  EXPECT_EQ(unchanged.body, "");
  settle("a", domain::OrderStatus::rejected);
  const net::Response settled = api_.ask(again);
  EXPECT_EQ(settled.status, 200);
  EXPECT_EQ(json_of(settled).at("status"), "rejected");
}

TEST_F(OrderEndpoints, AnOrderIsGoneWhenItExpires) {
  (void)post("[" + record("a") + "]");
  api_.clock().advance(std::chrono::hours(24) - base::Millis(1));
  EXPECT_EQ(api_.get("/orders/a").status, 200);
  api_.clock().advance(base::Millis(1));
  EXPECT_EQ(api_.get("/orders/a").status, 404);
  EXPECT_EQ(ids(), Strings{});
  for (const char* const id : {"a%20b", "..", "none"}) {
    EXPECT_EQ(api_.get(std::string("/orders/") + id).status, 404) << id;
  }
}

TEST_F(OrderEndpoints, AListHasFiltersAndPages) {
  (void)post("[" + record("a") + "," + record("b") + "," + record("c") + "," + record("d") + "]");
  settle("b", domain::OrderStatus::accepted);
  settle("c", domain::OrderStatus::rejected);
  EXPECT_EQ(ids("?status=pending"), (Strings{"d", "a"}));
  EXPECT_EQ(ids("?status=accepted"), Strings{"b"});
  EXPECT_EQ(ids("?status=rejected"), Strings{"c"});
  const net::Response first = api_.get("/orders?status=pending&limit=1");
  const std::string cursor(json_of(first).at("next_cursor").as_string());
  EXPECT_EQ(first.headers.get("Link"),
            "</orders?status=pending&limit=1&cursor=" + cursor + ">; rel=\"next\"");
  EXPECT_EQ(ids("?status=pending&limit=1&cursor=" + cursor), Strings{"a"});
  EXPECT_EQ(errors_in(api_.get("/orders?cursor=" + cursor)), "?cursor wrong_cursor");
  EXPECT_EQ(errors_in(api_.get("/orders?status=dead&limit=0&x=1")),
            "?status unknown_value, ?limit out_of_range, ?x unknown_parameter");
}

TEST_F(OrderEndpoints, NewOrdersAreCountedForTheOperator) {
  (void)post("[" + record("a") + "," + record("b") + "]");
  (void)post("[" + record("a") + "," + record("c") + "]");
  EXPECT_NE(api_.get("/metrics").body.find("\nordo_orders_accepted_total 3\n"), std::string::npos);
}

}  // namespace
}  // namespace ordo::api
