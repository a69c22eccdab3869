#include "net/client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>

#include "net/stream.h"
#include "support/net_server.h"

namespace ordo::net {
namespace {

using testing::echo;
using ::testing::HasSubstr;
using testing::HeldRequests;
using testing::start;
using testing::test_options;
using testing::text_answer;

std::string url_of(const Server& server) {
  return "http://127.0.0.1:" + std::to_string(server.port());
}
Request request(std::string method, std::string path, std::string body = "") {
  Request out;
  out.method = std::move(method);
  out.path = std::move(path);
  out.body = std::move(body);
  return out;
}

TEST(Client, SendsWhatItIsGivenOverOneConnection) {
  const auto server = start(test_options(), [](const Request& asked, Reply reply) {
    Response response = text_answer(asked.method + " " + asked.path + "?" + asked.query + " " +
                                    std::string(asked.headers.get("X-A")) + " " + asked.body);
    response.headers.add("X-B", "  spaced  ");
    reply([response] { return response; });
  });
  Client client(url_of(*server) + "//");
  for (const char* method : {"GET", "POST", "PATCH", "DELETE"}) {
    Request asked = request(method, "/a/../b", std::string_view(method) == "GET" ? "" : "body");
    asked.query = "q=%20";
    asked.headers.add("X-A", "a");
    const auto answer = client.send(asked);
    ASSERT_TRUE(answer.has_value()) << method;
    EXPECT_EQ(answer->status, 200);
    EXPECT_EQ(answer->body, std::string(method) + " /a/../b?q=%20 a " + asked.body);
    EXPECT_THAT(std::string(answer->headers.get("x-b")), HasSubstr("spaced"));
  }
  EXPECT_EQ(server->stats().connections_total, 1U);
}

TEST(Client, AnEmptyPostHasALength) {
  const auto server = start(test_options(), echo());
  Client client(url_of(*server));
  EXPECT_EQ(client.send(request("POST", "/a"))->body, "POST /a ");
}

TEST(Client, TheAnswerToHeadHasNoBody) {
  const auto server = start(test_options(), echo());
  Client client(url_of(*server));
  const auto answer = client.send(request("HEAD", "/a"));
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->headers.get("Content-Length"), "8");
  EXPECT_EQ(answer->body, "");
  EXPECT_EQ(client.send(request("GET", "/a"))->body, "GET /a ");
}

TEST(Client, ACompressedAnswerIsReadAsItWas) {
  const auto server = start(test_options(), [](const Request&, Reply reply) {
    reply([] { return text_answer(std::string(50'000, 'a')); });
  });
  Client client(url_of(*server));
  const auto answer = client.send(request("GET", "/a"));
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->body, std::string(50'000, 'a'));
  EXPECT_LT(server->stats().bytes_out, 5'000U);
}

TEST(Client, EveryStatusIsAnAnswer) {
  const auto server = start(test_options(), [](const Request&, Reply reply) {
    reply([] {
      Response response = text_answer("elsewhere", 302);
      response.headers.add("Location", "/b");
      return response;
    });
  });
  Client client(url_of(*server));
  EXPECT_EQ(client.send(request("GET", "/a"))->status, 302);
}

TEST(Client, AnAnswerOverItsLimitIsAnError) {
  const auto server = start(test_options(), [](const Request&, Reply reply) {
    reply([] { return text_answer(std::string(2000, 'a')); });
  });
  ClientOptions options;
  options.max_response_bytes = 1999;
  Client client(url_of(*server), options);
  const auto answer = client.send(request("GET", "/a"));
  ASSERT_FALSE(answer.has_value());
  EXPECT_EQ(answer.error().code, base::ErrorCode::too_large);
}

TEST(Client, NoAnswerIsUnavailableAndNamesTheServer) {
  std::uint16_t port = 0;
  {
    const auto server = start(test_options(), echo());
    port = server->port();
  }
  Client client("http://127.0.0.1:" + std::to_string(port));
  const auto answer = client.send(request("GET", "/a"));
  ASSERT_FALSE(answer.has_value());
  EXPECT_EQ(answer.error().code, base::ErrorCode::unavailable);
  EXPECT_THAT(answer.error().message, HasSubstr(std::to_string(port)));
}

TEST(Client, ASilentServerIsGivenUp) {
  HeldRequests held;
  const auto server = start(test_options(), held.handler());
  ClientOptions options;
  options.timeout = base::Millis(50);
  Client client(url_of(*server), options);
  EXPECT_EQ(client.send(request("GET", "/a")).error().code, base::ErrorCode::unavailable);
}

// Answers with a stream that `fill` writes.
Handler streaming(std::function<void(Stream&)> fill) {
  return [fill = std::move(fill)](const Request&, Reply reply) {
    reply([fill] {
      Response response;
      response.stream = std::make_shared<Stream>();
      fill(*response.stream);
      return response;
    });
  };
}

TEST(Client, AnAnswerThatGoesOnIsReadAsItComes) {
  std::shared_ptr<Stream> stream;
  const auto server = start(test_options(), [&](const Request&, Reply reply) {
    reply([&] {
      Response response;
      stream = response.stream = std::make_shared<Stream>();
      stream->write("one");
      return response;
    });
  });
  ClientOptions options;
  options.timeout = base::Millis(1);
  Client client(url_of(*server), options);
  std::string got;
  const auto answer = client.send_streaming(request("GET", "/a"), [&](std::string_view bytes) {
    got += bytes;
    if (bytes == "one") {
      stream->write("two");
      stream->finish();
    }
    return true;
  });
  ASSERT_TRUE(answer.has_value()) << answer.error().message;
  EXPECT_EQ(answer->status, 200);
  EXPECT_EQ(got, "onetwo");
  EXPECT_EQ(answer->body, "");
}

TEST(Client, WhoeverReadsAStreamMayStop) {
  const auto server = start(test_options(), streaming([](Stream& to) { to.write("one"); }));
  Client client(url_of(*server));
  const auto answer = client.send_streaming(request("GET", "/a"),
                                            [](std::string_view bytes) { return bytes.empty(); });
  ASSERT_TRUE(answer.has_value()) << answer.error().message;
  EXPECT_EQ(answer->status, 200);
}

TEST(Client, WhoeverReadsAStreamMayStopWhileNothingComes) {
  const auto server = start(test_options(), streaming([](Stream& to) { to.write("one"); }));
  Client client(url_of(*server));
  bool heard = false;
  const auto answer = client.send_streaming(request("GET", "/a"), [&](std::string_view bytes) {
    if (!bytes.empty()) heard = true;
    return !bytes.empty() || !heard;
  });
  ASSERT_TRUE(answer.has_value()) << answer.error().message;
}

TEST(Client, AStreamThatIsSilentForTooLongHasBrokenOff) {
  const auto server = start(test_options(), streaming([](Stream& to) { to.write("one"); }));
  ClientOptions options;
  options.silence = base::Millis(100);
  Client client(url_of(*server), options);
  const auto answer =
      client.send_streaming(request("GET", "/a"), [](std::string_view) { return true; });
  ASSERT_FALSE(answer.has_value());
  EXPECT_EQ(answer.error().code, base::ErrorCode::unavailable);
}

TEST(Client, AStreamThatIsCutOffIsAnError) {
  auto server = start(test_options(), streaming([](Stream& to) { to.write("one"); }));
  Client client(url_of(*server));
  const auto answer = client.send_streaming(request("GET", "/a"), [&](std::string_view bytes) {
    if (bytes == "one") server.reset();
    return true;
  });
  ASSERT_FALSE(answer.has_value());
  EXPECT_EQ(answer.error().code, base::ErrorCode::unavailable);
}

TEST(Client, ARefusalInsteadOfAStreamIsAnAnswerAsAWhole) {
  const auto server = start(test_options(), [](const Request&, Reply reply) {
    reply([] { return text_answer("no", 503); });
  });
  Client client(url_of(*server));
  const auto answer = client.send_streaming(request("GET", "/a"), [](std::string_view bytes) {
    EXPECT_EQ(bytes, "");
    return true;
  });
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->status, 503);
  EXPECT_EQ(answer->body, "no");
}

TEST(Client, CanBeMoved) {
  const auto server = start(test_options(), echo());
  Client one(url_of(*server));
  Client two("http://127.0.0.1:1");
  two = std::move(one);
  Client three(std::move(two));
  EXPECT_TRUE(three.send(request("GET", "/a")).has_value());
}

}  // namespace
}  // namespace ordo::net
