#include "functions/http_connections.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <string>
#include <utility>

#include "support/net_server.h"

namespace ordo::functions {
namespace {

using ports::HttpFault;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kToken = "Bearer s3cret";

class HttpCallerTest : public ::testing::Test {
 protected:
  std::unique_ptr<ports::HttpCaller> make(HttpConnection connection) {
    HttpConnections connections;
    connections["crm"] = std::move(connection);
    return make_http_caller(std::move(connections), client_);
  }
  static HttpConnection open() {
    HttpConnection connection;
    connection.value = kToken;
    connection.allow_private = true;
    connection.timeout = base::Millis(20'000);
    return connection;
  }
  [[nodiscard]] ports::HttpCall call_of(std::string method = "POST") const {
    ports::HttpCall call;
    call.key = "token-1";
    call.connection = "crm";
    call.method = std::move(method);
    call.url = "http://127.0.0.1:" + std::to_string(server_->port()) + "/v1/things?a=b";
    return call;
  }
  static std::future<ports::HttpOutcome> send(ports::HttpCaller& caller, ports::HttpCall call) {
    auto promise = std::make_shared<std::promise<ports::HttpOutcome>>();
    auto future = promise->get_future();
    caller.call(std::move(call),
                [promise](ports::HttpOutcome outcome) { promise->set_value(std::move(outcome)); });
    return future;
  }

  testing::HeldRequests held_;
  const std::unique_ptr<net::Server> server_ =
      testing::start(testing::test_options(), held_.handler());
  std::unique_ptr<ports::HttpCaller> caller_;  // outlives the client
  net::AsyncClient client_;
};

TEST_F(HttpCallerTest, GoesToTheHostsOfItsConnectionAlone) {
  const std::string port = std::to_string(server_->port());
  const auto refused = [&](std::vector<std::string> hosts) {
    HttpConnection connection = open();
    connection.hosts = std::move(hosts);
    caller_ = make(std::move(connection));
    const ports::HttpOutcome outcome = send(*caller_, call_of()).get();
    EXPECT_FALSE(outcome.has_value());
    return outcome ? "" : outcome.error().message;
  };
  EXPECT_EQ(refused({"crm.example"}), "[connections.crm] does not go to 127.0.0.1:" + port);
  EXPECT_THAT(refused({"127.0.0.1:1", "127.0.0", "7.0.0.1"}), HasSubstr("does not go to"));
  for (const std::string& host : {std::string("127.0.0.1"), "127.0.0.1:" + port}) {
    HttpConnection connection = open();
    connection.hosts = {"crm.example", host};
    caller_ = make(std::move(connection));
    auto outcome = send(*caller_, call_of());
    held_.take().second([] { return testing::text_answer("here"); });
    EXPECT_TRUE(outcome.get().has_value()) << host;
  }
}

TEST_F(HttpCallerTest, SendsTheRequestWithTheConnectionsHeaderAndHearsTheAnswer) {
  caller_ = make(open());
  ports::HttpCall call = call_of("PATCH");
  call.headers = {{"X-Trace", "1"}, {"Accept", "a"}, {"Accept", "b"}};
  call.body = R"({"n":4.50})";
  auto answer = send(*caller_, std::move(call));
  auto [request, reply] = held_.take();
  EXPECT_EQ(request.method, "PATCH");
  EXPECT_EQ(request.path, "/v1/things");
  EXPECT_EQ(request.query, "a=b");
  EXPECT_EQ(request.body, R"({"n":4.50})");
  EXPECT_EQ(request.headers.get("Authorization"), kToken);
  EXPECT_EQ(request.headers.get("X-Trace"), "1");
  EXPECT_EQ(request.headers.count("Accept"), 2U);
  reply([] {
    net::Response response = testing::text_answer("made", 201);
    response.headers.add("Location", "/v1/things/1");
    return response;
  });
  const ports::HttpOutcome said = answer.get();
  ASSERT_TRUE(said.has_value()) << said.error().message;
  EXPECT_EQ(said->status, 201);
  EXPECT_EQ(said->status_text, "Created");
  EXPECT_EQ(said->body, "made");
  EXPECT_THAT(said->headers, ::testing::Contains(ports::HttpField{"Location", "/v1/things/1"}));
}

TEST_F(HttpCallerTest, AConnectionsOwnHeaderTakesThePlaceOfTheDefinitions) {
  HttpConnection connection = open();
  connection.header = "X-Api-Key";
  caller_ = make(std::move(connection));
  ports::HttpCall call = call_of();
  call.headers = {{"x-api-key", "forged"}};
  auto answer = send(*caller_, std::move(call));
  auto [request, reply] = held_.take();
  EXPECT_EQ(request.headers.count("X-Api-Key"), 1U);
  EXPECT_EQ(request.headers.get("X-Api-Key"), kToken);
  EXPECT_FALSE(request.headers.has("Authorization"));
  reply([] { return testing::text_answer(""); });
  EXPECT_TRUE(answer.get().has_value());
}

TEST_F(HttpCallerTest, AConnectionWithoutAValueSendsNone) {
  HttpConnection connection = open();
  connection.value.clear();
  caller_ = make(std::move(connection));
  auto answer = send(*caller_, call_of("GET"));
  auto [request, reply] = held_.take();
  EXPECT_FALSE(request.headers.has("Authorization"));
  reply([] { return testing::text_answer(""); });
  EXPECT_TRUE(answer.get().has_value());
}

TEST_F(HttpCallerTest, EveryStatusIsAnAnswerAndNoRedirectIsFollowed) {
  caller_ = make(open());
  for (const int status : {302, 404, 503}) {
    auto answer = send(*caller_, call_of("GET"));
    held_.take().second([status] {
      net::Response response = testing::text_answer("no", status);
      response.headers.add("Location", "/elsewhere");
      return response;
    });
    const ports::HttpOutcome said = answer.get();
    ASSERT_TRUE(said.has_value());
    EXPECT_EQ(said->status, status);
  }
  EXPECT_EQ(held_.size(), 0U);
}

TEST_F(HttpCallerTest, HeadHasHeadersAndNoBody) {
  caller_ = make(open());
  auto answer = send(*caller_, call_of("HEAD"));
  auto [request, reply] = held_.take();
  EXPECT_EQ(request.method, "HEAD");
  reply([] { return testing::text_answer(""); });
  const ports::HttpOutcome said = answer.get();
  ASSERT_TRUE(said.has_value()) << said.error().message;
  EXPECT_EQ(said->body, "");
}

TEST_F(HttpCallerTest, DoesNotGoToPrivateAddressesUnlessTheConnectionAllowsIt) {
  HttpConnection connection = open();
  connection.allow_private = false;
  caller_ = make(std::move(connection));
  const ports::HttpOutcome said = send(*caller_, call_of()).get();
  ASSERT_FALSE(said.has_value());
  EXPECT_EQ(said.error().fault, HttpFault::unheard);
  EXPECT_THAT(said.error().message, HasSubstr("private ones are not allowed"));
  EXPECT_EQ(held_.size(), 0U);
}

TEST_F(HttpCallerTest, WaitsOnlySoLong) {
  HttpConnection connection = open();
  connection.timeout = base::Millis(50);
  caller_ = make(std::move(connection));
  EXPECT_EQ(send(*caller_, call_of()).get().error().fault, HttpFault::unheard);
}

TEST_F(HttpCallerTest, TakesAnAnswerOfALimitedSize) {
  caller_ = make(open());
  for (const std::size_t more : {0U, 1U}) {
    auto answer = send(*caller_, call_of());
    held_.take().second([more] {
      return testing::text_answer(std::string(ports::kMaxHttpAnswerBytes + more, 'x'));
    });
    const ports::HttpOutcome said = answer.get();
    ASSERT_EQ(said.has_value(), more == 0);
    if (!said) {
      EXPECT_EQ(said.error().fault, HttpFault::too_large);
    }
  }
}

TEST_F(HttpCallerTest, EndsEarlyWhenItIsCancelled) {
  caller_ = make(open());
  auto answer = send(*caller_, call_of());
  const auto held = held_.take();
  caller_->cancel("another");
  caller_->cancel("token-1");
  EXPECT_EQ(answer.get().error().fault, HttpFault::unheard);
  caller_->cancel("token-1");
}

TEST_F(HttpCallerTest, SaysWhatItHasNoConnectionForAndWhatItCannotSend) {
  caller_ = make(open());
  ports::HttpCall call = call_of();
  call.connection = "erp";
  const ports::HttpOutcome unknown = send(*caller_, std::move(call)).get();
  ASSERT_FALSE(unknown.has_value());
  EXPECT_EQ(unknown.error().fault, HttpFault::no_connection);
  EXPECT_EQ(unknown.error().message, "there is no [connections.erp]");
  call = call_of();
  call.url = "http://";
  EXPECT_EQ(send(*caller_, std::move(call)).get().error().fault, HttpFault::unusable);
}

TEST_F(HttpCallerTest, TheValueIsInNoMessage) {
  HttpConnection connection = open();
  connection.value = "two\nlines s3cret";
  caller_ = make(std::move(connection));
  const ports::HttpOutcome said = send(*caller_, call_of()).get();
  ASSERT_FALSE(said.has_value());
  EXPECT_EQ(said.error().fault, HttpFault::unusable);
  EXPECT_THAT(said.error().message, Not(HasSubstr("s3cret")));
}

}  // namespace
}  // namespace ordo::functions
