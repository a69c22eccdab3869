// What the server does with those who are slow, many or large, and how it stops.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <future>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "net/server.h"
#include "support/eventually.h"
#include "support/net_server.h"

namespace ordo::net {
namespace {

using testing::echo;
using ::testing::EndsWith;
using testing::eventually;
using ::testing::HasSubstr;
using testing::HeldRequests;
using testing::RawConnection;
using testing::start;
using ::testing::StartsWith;
using testing::test_options;
using testing::text_answer;

const std::string kGet = "GET /a HTTP/1.1\r\nHost: h\r\n\r\n";

TEST(ServerLimits, ASlowRequestIsToldSo) {
  ServerOptions options = test_options();
  options.request_timeout = base::Millis(50);
  const auto server = start(std::move(options), echo());
  for (const char* part :
       {"GET /a HT", "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nab"}) {
    RawConnection connection(server->port());
    connection.send(part);
    const std::string answer = connection.read_answer();
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 408")) << part;
    EXPECT_THAT(answer, EndsWith("slow_request")) << part;
    connection.end_sending();
    EXPECT_EQ(connection.read_to_end(), "") << part;
  }
}

TEST(ServerLimits, ATrickleOfBytesDoesNotProlongTheTime) {
  ServerOptions options = test_options();
  options.request_timeout = base::Millis(100);
  const auto server = start(std::move(options), echo());
  RawConnection connection(server->port());
  std::jthread trickle([&](const std::stop_token& stop) {
    connection.send("GET /");
    while (!stop.stop_requested() && connection.send("a")) std::this_thread::yield();
  });
  EXPECT_THAT(connection.read_answer(),
              ::testing::AnyOf(StartsWith("HTTP/1.1 408"), StartsWith("HTTP/1.1 431")));
}

TEST(ServerLimits, AnIdleConnectionEndsWithoutAWord) {
  ServerOptions options = test_options();
  options.idle_timeout = base::Millis(50);
  const auto server = start(std::move(options), echo());
  RawConnection silent(server->port());
  EXPECT_EQ(silent.read_to_end(), "");
  RawConnection used(server->port());
  used.send(kGet);
  EXPECT_THAT(used.read_to_end(), EndsWith("GET /a "));
  EXPECT_TRUE(eventually([&] { return server->stats().connections_open == 0; }));
}

TEST(ServerLimits, AConnectionOverTheCapIsTurnedAway) {
  ServerOptions options = test_options();
  options.max_connections = 1;
  const auto server = start(std::move(options), echo());
  auto first = std::make_unique<RawConnection>(server->port());
  first->send(kGet);
  EXPECT_THAT(first->read_answer(), EndsWith("GET /a "));
  {
    RawConnection second(server->port());
    EXPECT_THAT(second.read_answer(), EndsWith("too_many_connections"));
    second.end_sending();
    EXPECT_EQ(second.read_to_end(), "");
  }
  EXPECT_EQ(server->stats().connections_refused, 1U);
  first.reset();
  EXPECT_TRUE(eventually([&] { return server->stats().connections_open == 0; }));
  RawConnection third(server->port());
  third.send(kGet);
  EXPECT_THAT(third.read_answer(), StartsWith("HTTP/1.1 200"));
}

// As many descriptors of this process as it may have, all but the few that were open before.
class NoDescriptors {
 public:
  NoDescriptors() {
    while (true) {
      const int one = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
      if (one < 0) break;
      taken_.push_back(one);
    }
  }
  ~NoDescriptors() {
    for (const int one : taken_) ::close(one);
  }
  NoDescriptors(const NoDescriptors&) = delete;
  NoDescriptors& operator=(const NoDescriptors&) = delete;
  void give_one() {
    ::close(taken_.back());
    taken_.pop_back();
  }

 private:
  std::vector<int> taken_;
};

TEST(ServerLimits, WithoutDescriptorsAConnectionIsRefusedRatherThanLeftHanging) {
  std::atomic<int> told = 0;
  ServerOptions options = test_options();
  options.on_trouble = [&](std::string_view what) {
    EXPECT_THAT(std::string(what), HasSubstr("descriptors"));
    ++told;
  };
  const auto server = start(std::move(options), echo());
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &before), 0);
  const rlimit low{256, before.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &low), 0);
  {
    NoDescriptors none;
    none.give_one();  // the client's
    for (int i = 0; i < 3; ++i) {
      RawConnection connection(server->port());
      ASSERT_TRUE(connection.open());
      const std::string answer = connection.read_to_end();
      EXPECT_THAT(answer, StartsWith("HTTP/1.1 503"));
      EXPECT_THAT(answer, EndsWith("too_many_connections"));
    }
  }
  EXPECT_EQ(setrlimit(RLIMIT_NOFILE, &before), 0);
  EXPECT_EQ(told, 1) << "once, not each time";
  EXPECT_EQ(server->stats().connections_refused, 3U);
  EXPECT_EQ(server->stats().connections_open, 0U);
  EXPECT_TRUE(eventually([&] {  // the server may still be at refusing all who come
    RawConnection later(server->port());
    later.send(kGet);
    return later.read_answer().starts_with("HTTP/1.1 200");
  }));
}

TEST(ServerLimits, TooManyBytesUnderWayAreRefused) {
  ServerOptions options = test_options();
  options.max_buffered_bytes = 100'000;
  const auto server = start(std::move(options), echo());
  RawConnection connection(server->port());
  connection.send("POST /b HTTP/1.1\r\nHost: h\r\nContent-Length: 200000\r\n\r\n" +
                  std::string(150'000, 'x'));
  connection.end_sending();
  EXPECT_THAT(connection.read_to_end(), EndsWith("too_much_at_once"));
  EXPECT_TRUE(eventually([&] { return server->stats().connections_open == 0; }));
  RawConnection other(server->port());
  other.send(kGet);
  EXPECT_THAT(other.read_answer(), StartsWith("HTTP/1.1 200")) << "the bytes were given back";
}

TEST(ServerLimits, ASlowReaderGetsAllOfALargeAnswer) {
  const auto server = start(test_options(), [](const Request&, Reply reply) {
    reply([] { return text_answer(std::string(8'000'000, 'y') + "end"); });
  });
  RawConnection connection(server->port(), 4096);
  connection.send(kGet + kGet);
  for (int i = 0; i < 2; ++i) {
    const std::string answer = connection.read_answer();
    EXPECT_GT(answer.size(), 8'000'000U);
    EXPECT_TRUE(answer.ends_with("end"));
  }
}

TEST(ServerLimits, AReaderThatStopsIsCutOff) {
  ServerOptions options = test_options();
  options.write_timeout = base::Millis(50);
  options.slowest_bytes_per_second = 1024UL * 1024 * 1024;
  const auto server = start(std::move(options), [](const Request&, Reply reply) {
    reply([] { return text_answer(std::string(16'000'000, 'y')); });
  });
  const RawConnection connection(server->port(), 4096);
  RawConnection sender(server->port(), 4096);
  sender.send(kGet);
  EXPECT_TRUE(eventually([&] { return server->stats().bytes_out > 0; }));
  EXPECT_TRUE(eventually([&] { return server->stats().connections_open == 1; }));
}

TEST(ServerLimits, AReaderThatTricklesIsCutOffAsWell) {
  ServerOptions options = test_options();
  options.write_timeout = base::Millis(50);
  options.slowest_bytes_per_second = 1024UL * 1024 * 1024;
  const auto server = start(std::move(options), [](const Request&, Reply reply) {
    reply([] { return text_answer(std::string(16'000'000, 'y')); });
  });
  RawConnection connection(server->port(), 4096);
  connection.send(kGet);
  std::size_t read = 0;
  while ((server->stats().connections_total == 0 || server->stats().connections_open == 1) &&
         read < 12'000'000 && connection.read_some(16)) {
    read += 16;
  }
  EXPECT_LT(read, 12'000'000U) << "each byte that was read prolonged the time";
}

TEST(ServerLimits, AnswersThatNobodyReadsShareTheBudgetOfRequests) {
  ServerOptions options = test_options();
  options.max_buffered_bytes = 20'000'000;
  const auto server = start(std::move(options), [](const Request& request, Reply reply) {
    const std::size_t size = request.path == "/large" ? 16'000'000 : 10;
    reply([size] { return text_answer(std::string(size, 'y')); });
  });
  const std::string large = "GET /large HTTP/1.1\r\nHost: h\r\n\r\n";
  auto stuck = std::make_unique<RawConnection>(server->port(), 4096);
  stuck->send(large);
  EXPECT_TRUE(eventually([&] { return server->stats().bytes_out > 0; }));
  RawConnection second(server->port(), 4096);
  second.send(large);
  EXPECT_THAT(second.read_answer(), EndsWith("too_many_answers"));
  second.end_sending();
  EXPECT_EQ(second.read_to_end(), "");
  RawConnection small(server->port());
  small.send(kGet);
  EXPECT_THAT(small.read_answer(), StartsWith("HTTP/1.1 200")) << "who reads is served";
  stuck.reset();
  EXPECT_TRUE(eventually([&] { return server->stats().connections_open == 1; }));
  RawConnection third(server->port());
  third.send(large);
  EXPECT_THAT(third.read_answer(), StartsWith("HTTP/1.1 200")) << "the bytes were given back";
}

TEST(ServerLimits, AnAbruptEndHurtsNobody) {
  HeldRequests held;
  const auto server = start(test_options(), held.handler());
  auto gone = std::make_unique<RawConnection>(server->port());
  gone->send(kGet);
  auto [request, reply] = held.take();
  gone.reset();
  reply([] { return text_answer(std::string(100'000, 'y')); });
  EXPECT_TRUE(eventually([&] { return server->stats().connections_open == 0; }));
}

TEST(ServerLimits, WhoWorksForAClientLearnsThatItHasGone) {
  HeldRequests held;
  const auto server = start(test_options(), held.handler());
  auto leaves = std::make_unique<RawConnection>(server->port());
  leaves->send(kGet);
  auto [first, first_reply] = held.take();
  RawConnection stays(server->port());
  stays.send(kGet);
  auto [second, second_reply] = held.take();
  EXPECT_FALSE(first.caller->gone());
  leaves.reset();
  EXPECT_TRUE(eventually([&caller = *first.caller] { return caller.gone(); }));
  EXPECT_FALSE(second.caller->gone());
  stays.end_sending();
  EXPECT_TRUE(eventually([&caller = *second.caller] { return caller.gone(); }));
  first_reply([] { return text_answer("late"); });
  second_reply([] { return text_answer("it may still read"); });
  EXPECT_THAT(stays.read_answer(), EndsWith("it may still read"));
}

// One thread sees the end of a connection before it takes a newer one.
TEST(ServerLimits, WhoIsLongInAnsweringLearnsAtOnceThatTheClientHasGone) {
  HeldRequests held;
  const auto server = start(test_options(), [hold = held.handler()](Request request, Reply reply) {
    request.caller->watch();
    hold(std::move(request), std::move(reply));
  });
  for (int round = 0; round < 3; ++round) {
    auto leaves = std::make_unique<RawConnection>(server->port());
    leaves->send(kGet);
    auto [request, reply] = held.take();
    EXPECT_FALSE(request.caller->gone());
    leaves.reset();
    RawConnection newer(server->port());
    newer.send(kGet);
    held.take().second([] { return text_answer("later"); });
    EXPECT_THAT(newer.read_answer(), EndsWith("later"));
    EXPECT_TRUE(request.caller->gone());
  }
}

TEST(ServerStop, DrainingAnswersWhatIsUnderWayAndEndsTheRest) {
  HeldRequests held;
  const auto server = start(test_options(), held.handler());
  RawConnection idle(server->port());
  RawConnection busy(server->port());
  busy.send(kGet);
  auto [request, reply] = held.take();
  EXPECT_TRUE(eventually([&] { return server->stats().connections_open == 2; }));
  std::future<void> drained =
      std::async(std::launch::async, [&] { server->drain(base::Millis(20'000)); });
  EXPECT_EQ(idle.read_to_end(), "");
  EXPECT_EQ(drained.wait_for(std::chrono::seconds(0)), std::future_status::timeout);
  EXPECT_FALSE(RawConnection(server->port()).open()) << "nobody listens any more";
  reply([] { return text_answer("last"); });
  busy.end_sending();
  const std::string answer = busy.read_to_end();
  EXPECT_THAT(answer, HasSubstr("Connection: close\r\n"));
  EXPECT_THAT(answer, EndsWith("last"));
  drained.get();
  EXPECT_EQ(server->stats().connections_open, 0U);
}

TEST(ServerStop, DrainingEndsAfterItsBoundAndALateAnswerIsDropped) {
  HeldRequests held;
  auto server = start(test_options(), held.handler());
  RawConnection busy(server->port());
  busy.send(kGet);
  auto [request, reply] = held.take();
  server->drain(base::Millis(10));
  EXPECT_EQ(server->stats().connections_open, 1U);
  server.reset();
  EXPECT_EQ(busy.read_to_end(), "");
  reply([] { return text_answer("too late"); });
}

}  // namespace
}  // namespace ordo::net
