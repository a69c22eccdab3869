#include "net/stream.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <string>
#include <thread>
#include <vector>

#include "support/eventually.h"
#include "support/net_server.h"

namespace ordo::net {
namespace {

using ::testing::EndsWith;
using testing::eventually;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::RawConnection;
using testing::start;
using ::testing::StartsWith;
using testing::test_options;
using testing::text_answer;

const std::string kStreamGet = "GET /a HTTP/1.1\r\nHost: h\r\n\r\n";

// Answers every request with a stream, which the test then writes.
class Streams {
 public:
  Handler handler() {
    return [this](const Request& request, Reply reply) {
      if (request.path == "/plain") return reply([] { return text_answer("plain"); });
      reply([this] {
        Response response;
        response.headers.add("Content-Type", "text/plain");
        response.stream = std::make_shared<Stream>();
        const std::lock_guard lock(mutex_);
        made_.push_back(response.stream);
        arrived_.notify_all();
        return response;
      });
    };
  }
  std::shared_ptr<Stream> take() {
    std::unique_lock lock(mutex_);
    if (!arrived_.wait_for(lock, std::chrono::seconds(20), [this] { return !made_.empty(); })) {
      ADD_FAILURE() << "no stream was made";
      return std::make_shared<Stream>();
    }
    auto out = std::move(made_.front());
    made_.pop_front();
    return out;
  }

 private:
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<std::shared_ptr<Stream>> made_;
};

TEST(Stream, TheHeadLeavesAtOnceAndEachWriteIsAChunk) {
  Streams streams;
  const auto server = start(test_options(), streams.handler());
  RawConnection connection(server->port());
  connection.send(kStreamGet);
  const std::string head = connection.read_answer(true);
  EXPECT_THAT(head, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(head, HasSubstr("\r\nTransfer-Encoding: chunked\r\n"));
  EXPECT_THAT(head, HasSubstr("\r\nConnection: close\r\n"));
  EXPECT_THAT(head, Not(HasSubstr("Content-Length")));
  const auto stream = streams.take();
  EXPECT_TRUE(stream->write("hello\r\n\r\n"));
  EXPECT_EQ(connection.read_answer(true), "9\r\nhello\r\n\r\n");
  EXPECT_TRUE(stream->write(std::string(26, 'x')));
  stream->finish();
  EXPECT_FALSE(stream->write("late"));
  EXPECT_THAT(connection.read_to_end(), EndsWith(std::string(26, 'x') + "\r\n0\r\n\r\n"));
  EXPECT_TRUE(eventually([&] { return stream->ended(); }));
}

TEST(Stream, WhatIsWrittenBeforeTheHeadLeavesComesBehindIt) {
  const auto server = start(test_options(), [](const Request&, Reply reply) {
    reply([] {
      Response response;
      response.stream = std::make_shared<Stream>();
      response.stream->write("early");
      response.stream->finish();
      return response;
    });
  });
  RawConnection connection(server->port());
  connection.send(kStreamGet);
  EXPECT_THAT(connection.read_to_end(), EndsWith("\r\n\r\n5\r\nearly\r\n0\r\n\r\n"));
}

TEST(Stream, AnOldClientReadsToTheEndOfTheConnection) {
  Streams streams;
  const auto server = start(test_options(), streams.handler());
  RawConnection connection(server->port());
  connection.send("GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  const std::string head = connection.read_answer(true);
  EXPECT_THAT(head, Not(HasSubstr("Transfer-Encoding")));
  EXPECT_THAT(head, HasSubstr("Connection: close"));
  const auto stream = streams.take();
  stream->write("one");
  stream->write("two");
  stream->finish();
  EXPECT_EQ(connection.read_to_end(), "onetwo");
}

TEST(Stream, HeadIsToldOfItAndGetsNothing) {
  Streams streams;
  const auto server = start(test_options(), streams.handler());
  RawConnection connection(server->port());
  connection.send("HEAD /a HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_THAT(connection.read_answer(true), HasSubstr("Transfer-Encoding: chunked"));
  const auto stream = streams.take();
  EXPECT_TRUE(eventually([&] { return stream->ended(); }));
  EXPECT_FALSE(stream->write("x"));
  connection.send("GET /plain HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_THAT(connection.read_answer(), EndsWith("\r\n\r\nplain")) << "the connection stays";
}

TEST(Stream, ItIsTheLastAnswerOfItsConnection) {
  Streams streams;
  const auto server = start(test_options(), streams.handler());
  RawConnection connection(server->port());
  connection.send("GET /plain HTTP/1.1\r\nHost: h\r\n\r\n" + kStreamGet + kStreamGet);
  EXPECT_THAT(connection.read_answer(), EndsWith("plain"));
  const auto stream = streams.take();
  connection.send(kStreamGet);
  stream->write("only");
  stream->finish();
  EXPECT_THAT(connection.read_to_end(), EndsWith("\r\n\r\n4\r\nonly\r\n0\r\n\r\n"));
  EXPECT_EQ(server->stats().requests, 2U);
}

TEST(Stream, WhoeverSendsOnAndOnBehindItIsCutOff) {
  Streams streams;
  const auto server = start(test_options(), streams.handler());
  RawConnection connection(server->port());
  connection.send(kStreamGet);
  const auto stream = streams.take();
  while (connection.send(std::string(64UL * 1024, 'x'))) {
  }
  EXPECT_TRUE(eventually([&] { return stream->ended(); }));
}

TEST(Stream, ThePeersEndIsTold) {
  Streams streams;
  const auto server = start(test_options(), streams.handler());
  std::atomic<int> told = 0;
  for (const bool half : {false, true}) {
    auto connection = std::make_unique<RawConnection>(server->port());
    connection->send(kStreamGet);
    const auto stream = streams.take();
    stream->on_end([&] { ++told; });
    EXPECT_FALSE(stream->ended());
    if (half) {
      connection->end_sending();
    } else {
      connection.reset();
    }
    EXPECT_TRUE(eventually([&] { return stream->ended(); })) << half;
    EXPECT_FALSE(stream->write("x"));
  }
  EXPECT_TRUE(eventually([&] { return told == 2; }));
  EXPECT_TRUE(eventually([&] { return server->stats().connections_open == 0; }));
}

TEST(Stream, AnEndThatCameBeforeIsToldAtOnce) {
  Streams streams;
  const auto server = start(test_options(), streams.handler());
  std::make_unique<RawConnection>(server->port())->send(kStreamGet);
  const auto stream = streams.take();
  ASSERT_TRUE(eventually([&] { return stream->ended(); }));
  bool told = false;
  stream->on_end([&] { told = true; });
  EXPECT_TRUE(told);
}

TEST(Stream, AReaderThatIsTooSlowIsCutOff) {
  Streams streams;
  const auto server = start(test_options(), streams.handler());
  RawConnection connection(server->port(), 4096);
  connection.send(kStreamGet);
  const auto stream = streams.take();
  const std::string block(8UL * 1024, 'x');
  std::size_t written = 0;
  while (stream->write(block)) written += block.size();
  EXPECT_GE(written + block.size(), Stream::kMaxWaitingBytes);
  EXPECT_TRUE(eventually([&] { return stream->ended(); }));
  EXPECT_THAT(connection.read_to_end(), Not(EndsWith("0\r\n\r\n"))) << "it must see that it lacks";
  EXPECT_TRUE(eventually([&] { return server->stats().connections_open == 0; }));
}

TEST(Stream, NeitherSilenceNorAWriteTimeoutEndsIt) {
  Streams streams;
  ServerOptions options = test_options();
  options.idle_timeout = base::Millis(20);
  options.request_timeout = base::Millis(20);
  options.write_timeout = base::Millis(20);
  const auto server = start(std::move(options), streams.handler());
  RawConnection connection(server->port());
  connection.send(kStreamGet);
  const auto stream = streams.take();
  // Ten connections that come and end by the same timeouts are time enough.
  for (int i = 0; i < 10; ++i) EXPECT_EQ(RawConnection(server->port()).read_to_end(), "");
  EXPECT_TRUE(stream->write("still"));
  stream->finish();
  EXPECT_THAT(connection.read_to_end(), EndsWith("5\r\nstill\r\n0\r\n\r\n"));
}

// Writes until `enough` says so of the bytes that the system did not take for the peer, or the
// stream ends; how many those are. A request on the same thread in between sees to it that the
// connection has looked at each write.
template <class Enough>
std::size_t fill(Server& server, Stream& stream, Enough enough) {
  const std::string block(64UL * 1024, 'x');
  RawConnection other(server.port());
  std::size_t written = 0;
  std::size_t left = 0;
  while (!enough(left) && stream.write(block)) {
    written += block.size();
    other.send("GET /plain HTTP/1.1\r\nHost: h\r\n\r\n");
    EXPECT_THAT(other.read_answer(), EndsWith("plain"));
    left = written - std::min<std::size_t>(written, server.stats().bytes_out);
  }
  return left;
}

TEST(Stream, APeerThatTakesNothingIsGivenUpInTime) {
  Streams streams;
  ServerOptions options = test_options();
  options.write_timeout = base::Millis(300);
  const auto server = start(std::move(options), streams.handler());
  RawConnection connection(server->port(), 4096);
  connection.send(kStreamGet);
  const auto stream = streams.take();
  fill(*server, *stream, [](std::size_t left) { return left > 512UL * 1024; });
  EXPECT_TRUE(eventually([&] { return stream->ended(); }));
}

TEST(Stream, WhatWaitsForSlowReadersCountsWithAllThatIsBuffered) {
  Streams streams;
  ServerOptions options = test_options();
  options.max_buffered_bytes = 200UL * 1024;
  const auto server = start(std::move(options), streams.handler());
  RawConnection connection(server->port(), 4096);
  connection.send(kStreamGet);
  const auto stream = streams.take();
  const std::size_t left = fill(*server, *stream, [&](std::size_t) { return stream->ended(); });
  EXPECT_LT(left, Stream::kMaxWaitingBytes / 2) << "alone it would have room for more";
  EXPECT_TRUE(stream->ended());
}

TEST(Stream, DrainingEndsItCleanlyAndAtOnce) {
  Streams streams;
  const auto server = start(test_options(), streams.handler());
  RawConnection connection(server->port());
  connection.send(kStreamGet);
  const auto stream = streams.take();
  stream->write("last words");
  std::thread reader([&] {
    EXPECT_THAT(connection.read_to_end(), EndsWith("a\r\nlast words\r\n0\r\n\r\n"));
    connection.end_sending();
  });
  const auto began = std::chrono::steady_clock::now();
  server->drain(base::Millis(60'000));
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(20));
  reader.join();
  EXPECT_EQ(server->stats().connections_open, 0U);
  EXPECT_FALSE(stream->write("x"));
}

TEST(Stream, AReaderThatDoesNotReadDoesNotHoldTheDrainUp) {
  Streams streams;
  const auto server = start(test_options(), streams.handler());
  RawConnection connection(server->port(), 4096);
  connection.send(kStreamGet);
  const auto stream = streams.take();
  for (int i = 0; i < 100; ++i) stream->write(std::string(10'000, 'x'));
  const auto began = std::chrono::steady_clock::now();
  server->drain(base::Millis(60'000));
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(20));
  EXPECT_TRUE(stream->ended());
}

TEST(Stream, OutlivesItsServer) {
  Streams streams;
  auto server = start(test_options(), streams.handler());
  RawConnection connection(server->port());
  connection.send(kStreamGet);
  const auto stream = streams.take();
  bool told = false;
  stream->on_end([&] { told = true; });
  server.reset();
  EXPECT_TRUE(told);
  EXPECT_FALSE(stream->write("x"));
  stream->finish();
}

TEST(Stream, ManyAtOnceFromManyThreadsEachInOrder) {
  constexpr int kStreams = 40;
  constexpr int kWrites = 200;
  Streams streams;
  ServerOptions options = test_options();
  options.threads = 3;
  const auto server = start(std::move(options), streams.handler());
  std::vector<std::unique_ptr<RawConnection>> connections;
  std::vector<std::shared_ptr<Stream>> writing;
  for (int i = 0; i < kStreams; ++i) {
    connections.push_back(std::make_unique<RawConnection>(server->port()));
    connections.back()->send("GET /a HTTP/1.0\r\n\r\n");
    writing.push_back(streams.take());
  }
  std::string expected;
  for (int n = 0; n < kWrites; ++n) expected += std::to_string(n) + ";";
  std::vector<std::jthread> writers;
  for (int part = 0; part < 4; ++part) {
    writers.emplace_back([&, part] {
      for (int n = 0; n < kWrites; ++n) {
        for (int i = part; i < kStreams; i += 4) {
          EXPECT_TRUE(writing[static_cast<std::size_t>(i)]->write(std::to_string(n) + ";"));
        }
      }
      for (int i = part; i < kStreams; i += 4) writing[static_cast<std::size_t>(i)]->finish();
    });
  }
  for (const auto& connection : connections) {
    EXPECT_THAT(connection->read_to_end(), EndsWith("\r\n\r\n" + expected));
  }
}

}  // namespace
}  // namespace ordo::net
