#include "net/server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <string>
#include <thread>
#include <vector>

#include "support/net_server.h"

namespace ordo::net {
namespace {

using testing::echo;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using testing::HeldRequests;
using ::testing::Not;
using testing::RawConnection;
using testing::start;
using ::testing::StartsWith;
using testing::test_options;
using testing::text_answer;

const std::string kServerGet = "GET /a HTTP/1.1\r\nHost: h\r\n\r\n";

std::string post(const std::string& body) {
  return "POST /b HTTP/1.1\r\nHost: h\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\n\r\n" + body;
}

TEST(Server, AConnectionStaysForTheNextRequest) {
  const auto server = start(test_options(), echo());
  RawConnection connection(server->port());
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(connection.send(post(std::to_string(i))));
    EXPECT_THAT(connection.read_answer(), EndsWith("POST /b " + std::to_string(i)));
  }
  const ServerStats stats = server->stats();
  EXPECT_EQ(stats.connections_total, 1U);
  EXPECT_EQ(stats.requests, 3U);
  EXPECT_GT(stats.bytes_in, 0U);
  EXPECT_GT(stats.bytes_out, stats.bytes_in);
}

TEST(Server, ARefusalReachesAClientThatSendsAllOfItsBodyFirst) {
  const auto server = start(test_options(), echo());
  RawConnection connection(server->port());
  EXPECT_TRUE(connection.send(post(std::string(16UL * 1024 * 1024, 'x'))));
  EXPECT_THAT(connection.read_to_end(), StartsWith("HTTP/1.1 413"));
}

TEST(Server, TheClientMayAskForTheEnd) {
  const auto server = start(test_options(), echo());
  RawConnection asked(server->port());
  asked.send("GET /a HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(asked.read_to_end(), HasSubstr("Connection: close\r\n"));
  RawConnection old(server->port());
  old.send("GET /a HTTP/1.0\r\n\r\n");
  EXPECT_THAT(old.read_to_end(), EndsWith("GET /a "));
  RawConnection old_kept(server->port());
  old_kept.send("GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_THAT(old_kept.read_answer(), HasSubstr("Connection: keep-alive\r\n"));
}

TEST(Server, PipelinedRequestsAreAnsweredInTheirOrder) {
  const auto server = start(test_options(), echo());
  RawConnection connection(server->port());
  std::string all;
  for (int i = 0; i < 200; ++i) all += post(std::to_string(i) + std::string(1000, 'x'));
  std::thread sender([&] { connection.send(all); });
  for (int i = 0; i < 200; ++i) {
    EXPECT_THAT(connection.read_answer(), HasSubstr("POST /b " + std::to_string(i) + "x"));
  }
  sender.join();
}

TEST(Server, OneRequestOfAConnectionIsHandedUpAtATime) {
  HeldRequests held;
  const auto server = start(test_options(), held.handler());
  RawConnection connection(server->port());
  connection.send(post("one") + post("two"));
  auto [one, reply_one] = held.take();
  EXPECT_EQ(one.body, "one");
  EXPECT_EQ(one.peer, "127.0.0.1");
  EXPECT_EQ(held.size(), 0U);
  reply_one([] { return text_answer("first"); });
  auto [two, reply_two] = held.take();
  EXPECT_EQ(two.body, "two");
  reply_two([] { return text_answer("second"); });
  EXPECT_THAT(connection.read_answer(), EndsWith("first"));
  EXPECT_THAT(connection.read_answer(), EndsWith("second"));
}

TEST(Server, AClientThatWaitsForAContinueGetsOne) {
  const auto server = start(test_options(), echo());
  RawConnection connection(server->port());
  for (int i = 0; i < 2; ++i) {
    connection.send(
        "POST /b HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
    EXPECT_EQ(connection.read_answer(), "HTTP/1.1 100 Continue\r\n\r\n");
    connection.send("abc");
    EXPECT_THAT(connection.read_answer(), EndsWith("POST /b abc"));
  }
  connection.send(
      "POST /b HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\nabc");
  EXPECT_THAT(connection.read_answer(), StartsWith("HTTP/1.1 200")) << "it did not wait";
  connection.send(
      "POST /b HTTP/1.1\r\nHost: h\r\nContent-Length: 99999999\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_THAT(connection.read_to_end(), StartsWith("HTTP/1.1 413"));
}

TEST(Server, HeadIsAnsweredWithoutItsBody) {
  const auto server = start(test_options(), echo());
  RawConnection connection(server->port());
  connection.send("HEAD /a HTTP/1.1\r\nHost: h\r\n\r\n" + kServerGet);
  const std::string head = connection.read_answer(true);
  EXPECT_THAT(head, HasSubstr("Content-Length: 8\r\n"));
  EXPECT_THAT(connection.read_answer(), EndsWith("GET /a ")) << "nothing stood in between";
}

TEST(Server, AHalfClosedConnectionGetsItsAnswersAndEnds) {
  HeldRequests held;
  const auto server = start(test_options(), held.handler());
  RawConnection connection(server->port());
  connection.send(kServerGet);
  connection.end_sending();
  auto [request, reply] = held.take();
  reply([] { return text_answer("late"); });
  EXPECT_THAT(connection.read_to_end(), EndsWith("late"));
}

TEST(Server, ARequestInPiecesIsPutTogether) {
  const auto server = start(test_options(), echo());
  RawConnection connection(server->port());
  const std::string bytes =
      "POST /b HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n";
  for (const char c : bytes) ASSERT_TRUE(connection.send({&c, 1}));
  EXPECT_THAT(connection.read_answer(), EndsWith("POST /b "));
  std::string body(600'000, 'x');
  connection.send(post(body));
  EXPECT_THAT(connection.read_answer(), EndsWith("xxx"));
}

TEST(Server, ABlankLineBetweenRequestsIsSkippedHoweverItComes) {
  const auto server = start(test_options(), echo());
  RawConnection connection(server->port());
  connection.send(kServerGet + "\r");
  EXPECT_THAT(connection.read_answer(), EndsWith("GET /a "));
  connection.send("\n" + kServerGet + "\r\n" + kServerGet);
  EXPECT_THAT(connection.read_answer(), EndsWith("GET /a "));
  EXPECT_THAT(connection.read_answer(), EndsWith("GET /a "));
}

TEST(Server, WhatIsNoRequestIsRefusedAndTheConnectionEnds) {
  const auto server = start(test_options(), echo());
  RawConnection connection(server->port());
  connection.send(kServerGet + "nonsense\r\n\r\n" + std::string(200'000, 'x'));
  EXPECT_THAT(connection.read_answer(), EndsWith("GET /a "));
  const std::string refusal = connection.read_answer();
  EXPECT_THAT(refusal, StartsWith("HTTP/1.1 400"));
  EXPECT_THAT(refusal, HasSubstr("Connection: close\r\n"));
  connection.end_sending();
  EXPECT_EQ(connection.read_to_end(), "");
}

TEST(Server, ARequestThatNobodyAnswersIsAnsweredAnyway) {
  const auto server = start(test_options(), [](const Request&, const Reply&) {});
  RawConnection connection(server->port());
  connection.send(kServerGet);
  EXPECT_THAT(connection.read_answer(), EndsWith("no_answer"));
}

TEST(Server, AnAnswerMayEndTheConnection) {
  const auto server = start(test_options(), [](const Request&, Reply reply) {
    reply([] {
      Response response = text_answer("bye");
      response.close = true;
      return response;
    });
  });
  RawConnection connection(server->port());
  connection.send(kServerGet + kServerGet);
  connection.end_sending();
  EXPECT_THAT(connection.read_to_end(), EndsWith("Connection: close\r\n\r\nbye"));
}

TEST(Server, ManyConnectionsOnManyThreads) {
  ServerOptions options = test_options();
  options.threads = 4;
  const auto server = start(std::move(options), echo());
  std::vector<std::jthread> clients;
  std::atomic<int> good = 0;
  for (int i = 0; i < 8; ++i) {
    clients.emplace_back([&, i] {
      RawConnection connection(server->port());
      for (int n = 0; n < 20; ++n) {
        const std::string body = std::to_string(i) + "-" + std::to_string(n);
        connection.send(post(body));
        if (connection.read_answer().ends_with(body)) ++good;
      }
    });
  }
  clients.clear();
  EXPECT_EQ(good, 160);
}

TEST(Server, APortThatIsTakenIsSaidSo) {
  const auto server = start(test_options(), echo());
  ServerOptions same = test_options();
  same.port = server->port();
  const auto second = Server::start(std::move(same), echo());
  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(second.error().code, base::ErrorCode::unavailable);
  EXPECT_THAT(second.error().message, HasSubstr("127.0.0.1:" + std::to_string(server->port())));
  ServerOptions nowhere = test_options();
  nowhere.address = "nowhere";
  EXPECT_FALSE(Server::start(std::move(nowhere), echo()).has_value());
}

TEST(Server, WhoComesToAPortThatIsHeldIsAnsweredOnceThereIsAServer) {
  auto port = HeldPort::take("127.0.0.1", 0, 2);
  ASSERT_TRUE(port.has_value()) << port.error().message;
  const std::uint16_t number = port->number();
  EXPECT_FALSE(HeldPort::take("127.0.0.1", number, 2).has_value()) << "it is taken";
  RawConnection early(number);
  EXPECT_TRUE(early.send(post("early")));
  const auto server = Server::serve(std::move(*port), test_options(), echo());
  EXPECT_EQ(server->port(), number);
  EXPECT_THAT(early.read_answer(), EndsWith("POST /b early"));
}

}  // namespace
}  // namespace ordo::net
