#include "net/async_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "support/exchanges.h"
#include "support/listener.h"
#include "support/net_server.h"

namespace ordo::net {
namespace {

using testing::echo;
using testing::Exchanges;
using ::testing::HasSubstr;
using testing::HeldRequests;
using testing::Listener;
using ::testing::Not;
using testing::start;
using testing::test_options;
using testing::text_answer;

AsyncRequest request_to(std::uint16_t port, const std::string& path = "/a", std::string body = "") {
  AsyncRequest request;
  request.url = "http://127.0.0.1:" + std::to_string(port) + path;
  request.body = std::move(body);
  request.allow_private = true;
  return request;
}
ExchangeFault fault_of(const Exchanged& exchanged) {
  EXPECT_FALSE(exchanged.has_value());
  return exchanged ? ExchangeFault::invalid : exchanged.error().fault;
}

TEST(AsyncClient, SendsWhatItIsGiven) {
  const auto server = start(test_options(), [](const Request& asked, Reply reply) {
    Response response = text_answer(
        asked.method + " " + asked.path + "?" + asked.query + " " +
        std::string(asked.headers.get("X-A")) + std::string(asked.headers.get("User-Agent")) +
        std::string(asked.headers.get("Content-Type")) + " " + asked.body);
    response.headers.add("X-B", "b");
    response.status = asked.headers.has("X-Empty") && !asked.headers.has("Expect") ? 200 : 400;
    reply([response] { return response; });
  });
  AsyncClient client({.user_agent = "test/1"});
  Exchanges exchanges(client);
  for (const char* method : {"POST", "PUT", "DELETE"}) {
    AsyncRequest request = request_to(server->port(), "/x/../y?q=%20", "body");
    request.method = method;
    request.headers.add("X-A", "a ");
    request.headers.add("X-Empty", "");
    const Exchanged answer = exchanges.call(std::move(request));
    ASSERT_TRUE(answer.has_value()) << answer.error().message;
    EXPECT_EQ(answer->status, 200);
    EXPECT_EQ(answer->body, std::string(method) + " /x/../y?q=%20 atest/1 body");
    EXPECT_EQ(answer->headers.get("x-b"), "b");
  }
}

TEST(AsyncClient, UsesAConnectionAgain) {
  const auto server = start(test_options(), echo());
  AsyncClient client;
  Exchanges exchanges(client);
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(exchanges.call(request_to(server->port(), "/a", "b"))->body, "POST /a b");
  }
  EXPECT_EQ(server->stats().connections_total, 1U);
}

TEST(AsyncClient, AConnectionThatEndedMeanwhileIsMadeAnew) {
  const auto server = start(test_options(), [](const Request&, Reply reply) {
    reply([] {
      Response response = text_answer("bye");
      response.close = true;
      return response;
    });
  });
  AsyncClient client;
  Exchanges exchanges(client);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(exchanges.call(request_to(server->port()))->body, "bye");
  EXPECT_EQ(server->stats().connections_total, 3U);
}

TEST(AsyncClient, RunsManySideBySideWithinItsLimits) {
  HeldRequests held;
  const auto server = start(test_options(), held.handler());
  AsyncClient client({.max_connections = 8, .max_host_connections = 4});
  Exchanges exchanges(client);
  for (int i = 0; i < 100; ++i) {
    exchanges.send(request_to(server->port(), "/" + std::to_string(i)));
  }
  for (int round = 0; round < 25; ++round) {
    std::vector<std::pair<Request, Reply>> together;
    together.reserve(4);
    for (int i = 0; i < 4; ++i) together.push_back(held.take());
    EXPECT_EQ(held.size(), 0U);
    for (auto& [request, reply] : together) {
      reply([path = request.path] { return text_answer(path); });
    }
  }
  exchanges.wait(100);
  for (std::size_t i = 0; i < 100; ++i) {
    ASSERT_TRUE(exchanges.of(i).has_value());
    EXPECT_EQ(exchanges.of(i)->body, "/" + std::to_string(i));
  }
  EXPECT_LE(server->stats().connections_total, 4U);
}

TEST(AsyncClient, RefusesWhatIsOverItsLimitOfWaitingOnes) {
  HeldRequests held;
  const auto server = start(test_options(), held.handler());
  AsyncClient client({.max_connections = 1, .max_waiting = 1});
  Exchanges exchanges(client);
  exchanges.send(request_to(server->port(), "/0"));
  auto first = held.take();
  exchanges.send(request_to(server->port(), "/1"));
  EXPECT_EQ(fault_of(exchanges.call(request_to(server->port(), "/2"))), ExchangeFault::busy);
  first.second([] { return text_answer("0"); });
  held.take().second([] { return text_answer("1"); });
  exchanges.wait(3);
  EXPECT_EQ(exchanges.of(1)->body, "1");
}

TEST(AsyncClient, DoesNotFollowARedirect) {
  const auto server = start(test_options(), [](const Request& asked, Reply reply) {
    reply([path = asked.path] {
      Response response = text_answer("elsewhere", path == "/a" ? 307 : 200);
      response.headers.add("Location", "/b");
      return response;
    });
  });
  AsyncClient client;
  Exchanges exchanges(client);
  const Exchanged answer = exchanges.call(request_to(server->port()));
  EXPECT_EQ(answer->status, 307);
  EXPECT_EQ(answer->headers.get("Location"), "/b");
  EXPECT_EQ(server->stats().requests, 1U);
}

TEST(AsyncClient, GivesUpASilentServer) {
  HeldRequests held;
  const auto server = start(test_options(), held.handler());
  AsyncClient client;
  Exchanges exchanges(client);
  AsyncRequest request = request_to(server->port(), "/secret");
  request.timeout = base::Millis(50);
  const Exchanged answer = exchanges.call(std::move(request));
  EXPECT_EQ(fault_of(answer), ExchangeFault::timeout);
  EXPECT_THAT(answer.error().message, HasSubstr("127.0.0.1"));
  EXPECT_THAT(answer.error().message, Not(HasSubstr("secret")));
}

TEST(AsyncClient, GivesUpAnAnswerThatDoesNotEnd) {
  Listener listener("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nsome");
  AsyncClient client;
  Exchanges exchanges(client);
  AsyncRequest request = request_to(listener.port());
  request.timeout = base::Millis(100);
  const Exchanged answer = exchanges.call(std::move(request));
  EXPECT_EQ(fault_of(answer), ExchangeFault::timeout);
  EXPECT_EQ(answer.error().status, 200);
}

TEST(AsyncClient, AnAnswerOverItsLimitIsAFaultWithItsStatus) {
  const auto server = start(test_options(), [](const Request&, Reply reply) {
    reply([] { return text_answer(std::string(2000, 'a'), 202); });
  });
  AsyncClient client;
  Exchanges exchanges(client);
  for (const std::size_t limit : {1999U, 2000U}) {
    AsyncRequest request = request_to(server->port());
    request.max_response_bytes = limit;
    const Exchanged answer = exchanges.call(std::move(request));
    ASSERT_EQ(answer.has_value(), limit == 2000);
    if (answer) continue;
    EXPECT_EQ(fault_of(answer), ExchangeFault::too_large);
    EXPECT_EQ(answer.error().status, 202);
  }
}

TEST(AsyncClient, AHeadOfManyInterimAnswersIsBounded) {
  std::string endless;
  while (endless.size() < 100'000)
    endless += "HTTP/1.1 100 Continue\r\nX-A: aaaaaaaaaaaaaa\r\n\r\n";
  Listener listener(endless);
  AsyncClient client;
  Exchanges exchanges(client);
  const Exchanged answer = exchanges.call(request_to(listener.port()));
  EXPECT_EQ(fault_of(answer), ExchangeFault::too_large);
  EXPECT_EQ(answer.error().status, 0);
}

TEST(AsyncClient, TheHeadOfAnAnswerOutlivesItsBody) {
  const std::string head = "HTTP/1.1 429 Too Many Requests\r\nRetry-After: 2\r\n";
  Listener cut(head + "Content-Length: 100\r\n\r\nsome", Listener::After::close);
  Listener endless(head + "Content-Length: 100\r\n\r\nsome");
  Listener large(head + "Content-Length: 4\r\n\r\nsome");
  AsyncClient client;
  Exchanges exchanges(client);
  const std::pair<std::uint16_t, ExchangeFault> answers[] = {
      {cut.port(), ExchangeFault::broken},
      {endless.port(), ExchangeFault::timeout},
      {large.port(), ExchangeFault::too_large},
  };
  for (const auto& [port, fault] : answers) {
    AsyncRequest request = request_to(port);
    request.max_response_bytes = fault == ExchangeFault::too_large ? 3 : 4;
    if (fault == ExchangeFault::timeout) request.timeout = base::Millis(100);
    const Exchanged answer = exchanges.call(std::move(request));
    EXPECT_EQ(fault_of(answer), fault);
    EXPECT_EQ(answer.error().status, 429);
    EXPECT_EQ(answer.error().headers.get("Retry-After"), "2");
  }
}

TEST(AsyncClient, TellsABrokenAnswerFromNoConnection) {
  AsyncClient client;
  Exchanges exchanges(client);
  std::uint16_t closed = 0;
  {
    Listener cut("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nsome", Listener::After::close);
    closed = cut.port();
    EXPECT_EQ(fault_of(exchanges.call(request_to(cut.port()))), ExchangeFault::broken);
  }
  Listener babble("I am no HTTP\r\n\r\n", Listener::After::close);
  EXPECT_EQ(fault_of(exchanges.call(request_to(babble.port()))), ExchangeFault::broken);
  EXPECT_EQ(fault_of(exchanges.call(request_to(closed))), ExchangeFault::unreachable);
  AsyncRequest nowhere = request_to(1);
  nowhere.url = "http://no-such-name.invalid/";
  EXPECT_EQ(fault_of(exchanges.call(std::move(nowhere))), ExchangeFault::unreachable);
}

TEST(AsyncClient, AServerWithoutTlsIsAFaultOfTls) {
  Listener plain("HTTP/1.1 400 Bad Request\r\n\r\n", Listener::After::close);
  AsyncClient client;
  Exchanges exchanges(client);
  AsyncRequest request = request_to(plain.port());
  request.url.replace(0, 4, "https");
  EXPECT_EQ(fault_of(exchanges.call(std::move(request))), ExchangeFault::tls);
}

TEST(AsyncClient, RefusesWhatIsNoRequest) {
  const auto server = start(test_options(), echo());
  AsyncClient client;
  Exchanges exchanges(client);
  for (const char* url : {"", "127.0.0.1", "file:///etc/passwd", "ftp://127.0.0.1/", "http://",
                          "/a", "gopher://127.0.0.1:80/", "http://a b/"}) {
    AsyncRequest request = request_to(server->port());
    request.url = url;
    EXPECT_EQ(fault_of(exchanges.call(std::move(request))), ExchangeFault::invalid) << url;
  }
  const std::vector<std::pair<std::string, std::string>> bad = {
      {"", "a"}, {"X", "a\r\nHost: b"}, {"X\n", "a"}, {"X", std::string("a\0b", 3)}};
  for (const auto& [name, value] : bad) {
    AsyncRequest request = request_to(server->port());
    request.headers.add(name, value);
    EXPECT_EQ(fault_of(exchanges.call(std::move(request))), ExchangeFault::invalid) << value;
  }
  EXPECT_EQ(server->stats().connections_total, 0U);
}

TEST(AsyncClient, AnAddressOffThePublicInternetIsRefusedHoweverItIsWritten) {
  const auto server = start(test_options(), echo());
  AsyncClient client;
  Exchanges exchanges(client);
  for (const char* host : {"127.0.0.1", "localhost", "2130706433", "0x7f.1", "0177.0.0.1", "0",
                           "[::1]", "[::ffff:127.0.0.1]", "10.0.0.1", "169.254.169.254"}) {
    AsyncRequest request = request_to(server->port());
    request.url = std::string("http://") + host + ":" + std::to_string(server->port()) + "/a";
    request.allow_private = false;
    EXPECT_EQ(fault_of(exchanges.call(std::move(request))), ExchangeFault::address_not_allowed)
        << host;
  }
  EXPECT_EQ(server->stats().connections_total, 0U);
}

TEST(AsyncClient, AConnectionOfARequestThatMayGoFurtherIsNoWayRoundTheRule) {
  const auto server = start(test_options(), echo());
  AsyncClient client;
  Exchanges exchanges(client);
  EXPECT_TRUE(exchanges.call(request_to(server->port())).has_value());
  AsyncRequest request = request_to(server->port());
  request.allow_private = false;
  EXPECT_EQ(fault_of(exchanges.call(std::move(request))), ExchangeFault::address_not_allowed);
  EXPECT_EQ(server->stats().requests, 1U);
}

TEST(AsyncClient, ACancelledExchangeEndsOnceWhetherItRunsOrWaits) {
  HeldRequests held;
  const auto server = start(test_options(), held.handler());
  AsyncClient client({.max_connections = 1});
  Exchanges exchanges(client);
  const ExchangeId running = exchanges.send(request_to(server->port(), "/0"));
  auto first = held.take();
  const ExchangeId waiting = exchanges.send(request_to(server->port(), "/1"));
  exchanges.send(request_to(server->port(), "/2"));
  client.cancel(waiting);
  client.cancel(running);
  client.cancel(running);
  client.cancel(ExchangeId(99));
  auto third = held.take();
  EXPECT_EQ(third.first.path, "/2");
  third.second([] { return text_answer("2"); });
  exchanges.wait(3);
  EXPECT_EQ(fault_of(exchanges.of(0)), ExchangeFault::cancelled);
  EXPECT_EQ(fault_of(exchanges.of(1)), ExchangeFault::cancelled);
  EXPECT_EQ(exchanges.of(2)->body, "2");
}

TEST(AsyncClient, ItsEndEndsAllThatIsUnderWay) {
  HeldRequests held;
  const auto server = start(test_options(), held.handler());
  auto client = std::make_unique<AsyncClient>(AsyncClientOptions{.max_connections = 2});
  Exchanges exchanges(*client);
  for (int i = 0; i < 5; ++i) exchanges.send(request_to(server->port()));
  auto first = held.take();
  auto second = held.take();
  client.reset();
  EXPECT_EQ(exchanges.ended(), 5U);
  for (std::size_t i = 0; i < 5; ++i) {
    EXPECT_EQ(fault_of(exchanges.of(i)), ExchangeFault::cancelled);
  }
}

TEST(AsyncClient, ACallbackMaySendTheNext) {
  const auto server = start(test_options(), echo());
  std::string seen;
  {
    AsyncClient client;
    Exchanges exchanges(client);
    client.send(request_to(server->port(), "/1"), [&](const Exchanged& one) {
      seen = one->body;
      exchanges.send(request_to(server->port(), "/2"));
    });
    exchanges.wait(1);
    seen += exchanges.of(0)->body;
  }
  EXPECT_EQ(seen, "POST /1 POST /2 ");
}

TEST(AsyncClient, CallsWhatIsPostedOnItsThreadEvenAtItsEnd) {
  std::vector<std::thread::id> threads;
  {
    AsyncClient client;
    client.post([&] {
      threads.push_back(std::this_thread::get_id());
      client.post([&] { threads.push_back(std::this_thread::get_id()); });
    });
  }
  ASSERT_EQ(threads.size(), 2U);
  EXPECT_EQ(threads[0], threads[1]);
  EXPECT_NE(threads[0], std::this_thread::get_id());
}

TEST(AsyncClient, CanBeWaitedFor) {
  HeldRequests held;
  const auto server = start(test_options(), held.handler());
  const auto quick = start(test_options(), echo());
  AsyncClient client({.max_connections = 1});
  EXPECT_EQ(exchange_and_wait(client, request_to(quick->port()), base::Millis(5'000))->body,
            "POST /a ");
  Exchanges exchanges(client);
  exchanges.send(request_to(server->port()));
  auto holding = held.take();
  AsyncRequest late = request_to(quick->port());
  late.timeout = base::Millis(10);
  EXPECT_EQ(fault_of(exchange_and_wait(client, std::move(late), base::Millis(10))),
            ExchangeFault::busy);
}

TEST(HostOfUrl, IsNameAndPort) {
  EXPECT_EQ(host_of_url("https://example.org/a?b#c").value(), "example.org:443");
  EXPECT_EQ(host_of_url("HTTP://user:hush@Example.ORG:81").value(), "example.org:81");
  EXPECT_EQ(host_of_url("http://[::1]/").value(), "[::1]:80");
  for (const std::string bad :
       {"", "example.org", "ftp://example.org", "file:///etc/passwd", "http://hush\n/"}) {
    const auto host = host_of_url(bad);
    ASSERT_FALSE(host.has_value()) << bad;
    EXPECT_THAT(host.error().message, Not(HasSubstr("hush")));
  }
  EXPECT_FALSE(host_of_url(std::string_view("http://a\0b/", 11)).has_value());
}

}  // namespace
}  // namespace ordo::net
