#include "net/answer_burst.h"

#include <gmock/gmock.h>

#include <atomic>
#include <string>
#include <vector>

#include "support/net_server.h"

namespace ordo::net {
namespace {

using ::testing::EndsWith;
using testing::HeldRequests;
using testing::RawConnection;
using testing::start;
using testing::test_options;
using testing::text_answer;

TEST(AnswerBurst, HoldsAnswersBackUntilItEndsAndThenSendsAll) {
  HeldRequests held;
  ServerOptions options = test_options();
  options.threads = 3;
  const auto server = start(std::move(options), held.handler());
  std::vector<std::unique_ptr<RawConnection>> connections;
  std::vector<Reply> replies;
  for (int i = 0; i < 24; ++i) {
    connections.push_back(std::make_unique<RawConnection>(server->port()));
    connections.back()->send("GET /a HTTP/1.1\r\nHost: h\r\n\r\n");
    replies.push_back(std::move(held.take().second));
  }
  std::atomic<int> made = 0;
  {
    const AnswerBurst burst;
    for (std::size_t i = 0; i < replies.size(); ++i) {
      replies[i]([&made, i] {
        ++made;
        return text_answer("answer " + std::to_string(i));
      });
    }
    // Another request is read and handed over by the same loops, which so far had nothing to send.
    RawConnection other(server->port());
    other.send("GET /b HTTP/1.1\r\nHost: h\r\n\r\n");
    replies.push_back(std::move(held.take().second));
    EXPECT_EQ(made, 0);
  }
  for (std::size_t i = 0; i < connections.size(); ++i) {
    EXPECT_THAT(connections[i]->read_answer(), EndsWith("answer " + std::to_string(i)));
  }
  EXPECT_EQ(made, 24);
}

TEST(AnswerBurst, WhatIsNotAnsweredInItIsAnsweredAfterwards) {
  HeldRequests held;
  const auto server = start(test_options(), held.handler());
  RawConnection connection(server->port());
  connection.send("GET /a HTTP/1.1\r\nHost: h\r\n\r\n");
  Reply reply = std::move(held.take().second);
  {
    const AnswerBurst nothing;
  }
  reply([] { return text_answer("late"); });
  EXPECT_THAT(connection.read_answer(), EndsWith("late"));
}

TEST(AnswerBurst, MayOutliveTheServer) {
  HeldRequests held;
  auto server = start(test_options(), held.handler());
  RawConnection connection(server->port());
  connection.send("GET /a HTTP/1.1\r\nHost: h\r\n\r\n");
  Reply reply = std::move(held.take().second);
  const AnswerBurst burst;
  reply([] { return text_answer("nobody is there"); });
  server.reset();
}

}  // namespace
}  // namespace ordo::net
