// GET /events over a real server.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <thread>

#include "net/stream.h"
#include "support/api_harness.h"
#include "support/net_server.h"

namespace ordo::api {
namespace {

using testing::ApiHarness;
using ::testing::HasSubstr;
using testing::RawConnection;
using ::testing::StartsWith;

class EventsOverHttp : public ::testing::Test {
 protected:
  // A connection that has asked for the events; its head has been read.
  std::unique_ptr<RawConnection> listen(const std::string& query = "",
                                        const std::string& fields = "") {
    auto connection = std::make_unique<RawConnection>(server_->port());
    connection->send("GET /events" + query + " HTTP/1.0\r\n" + fields + "\r\n");
    head_ = connection->read_answer(true);
    return connection;
  }
  // The next block but those that only tell that the server lives.
  static std::string next(RawConnection& connection) {
    while (true) {
      std::string block = connection.read_until("\n\n");
      if (!block.starts_with(":")) return block;
    }
  }
  void publish(const std::string& task, app::EventType type = app::EventType::started) {
    app::Event event;
    event.type = type;
    event.at = base::WallTime::from_ms(1'000'000'000'123);
    event.id = domain::TaskId(task);
    event.queue = domain::QueueName("tasks");
    event.lane = domain::LaneKey("main");
    event.sequence = domain::Sequence(7);
    event.attempt = 1;
    if (type == app::EventType::retried) {
      event.error = "two\nlines";
      event.next_attempt_at = base::WallTime::from_ms(1'000'000'001'123);
    }
    api_.events().publish({event});
  }
  bool nobody_listens() {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (api_.events().subscribers() != 0) {
      if (std::chrono::steady_clock::now() > end) return false;
      std::this_thread::yield();
    }
    return true;
  }

  std::string head_;
  ApiHarness api_;
  std::unique_ptr<net::Server> server_ =
      testing::start(testing::test_options(), [this](net::Request request, net::Reply reply) {
        api_.api().handle(std::move(request), std::move(reply));
      });
};

TEST_F(EventsOverHttp, AreToldAsTheyHappen) {
  const auto connection = listen();
  EXPECT_THAT(head_, StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(head_, HasSubstr("Content-Type: text/event-stream\r\n"));
  EXPECT_THAT(head_, HasSubstr("Cache-Control: no-store\r\n"));
  EXPECT_THAT(head_, HasSubstr("X-Request-Id: "));
  EXPECT_EQ(next(*connection), "retry: 2000\n\n");
  publish("a");
  EXPECT_EQ(next(*connection),
            "id: b007-1\nevent: task.started\n"
            R"(data: {"event_id":"b007-1","type":"task.started","at":"2001-09-09T01:46:40.123Z",)"
            R"("task_id":"a","queue":"tasks","lane":"main","sequence":7,"attempt":1,"error":null,)"
            R"("next_attempt_at":null})"
            "\n\n");
  publish("b", app::EventType::retried);
  EXPECT_THAT(next(*connection),
              HasSubstr(R"("error":"two\nlines","next_attempt_at":"2001-09-09T01:46:41.123Z"})"));
}

TEST_F(EventsOverHttp, AClientThatCameBackGoesOn) {
  next(*listen());
  publish("a");
  publish("b");
  for (const auto& [query, field] :
       {std::pair{"?last_event_id=b007-1", ""}, std::pair{"", "Last-Event-ID: b007-1\r\n"},
        std::pair{"?last_event_id=b007-0", "Last-Event-ID: b007-1\r\n"}}) {
    const auto back = listen(query, field);
    next(*back);
    EXPECT_THAT(next(*back), StartsWith("id: b007-2\nevent: task.started\n")) << query << field;
  }
}

TEST_F(EventsOverHttp, WhatWasMissedIsToldAsAGap) {
  next(*listen());
  publish("a");
  const auto back = listen("", "Last-Event-ID: 1234-99\r\n");
  next(*back);
  EXPECT_EQ(next(*back),
            "id: b007-0\nevent: gap\ndata: {\"event_id\":\"b007-0\",\"type\":\"gap\"}\n\n");
  EXPECT_THAT(next(*back), StartsWith("id: b007-1\n"));
}

TEST_F(EventsOverHttp, SignsOfLifeTellFromWhereToGoOn) {
  const auto connection = listen("?task=other");
  EXPECT_EQ(connection->read_until("\n\n"), "retry: 2000\n\n");
  EXPECT_EQ(connection->read_until("\n\n"), ": alive\nid: b007-0\n\n");
  publish("a");
  std::string block;
  while (block != ": alive\nid: b007-1\n\n") {
    block = connection->read_until("\n\n");
    ASSERT_THAT(block, StartsWith(": alive\n"));
  }
}

TEST_F(EventsOverHttp, OnlyWhatWasAskedForIsTold) {
  const auto one = listen("?queue=tasks&lane=main&task=b");
  const auto none = listen("?lane=other");
  next(*one);
  publish("a");
  publish("b");
  EXPECT_THAT(next(*one), HasSubstr(R"("task_id":"b")"));
}

TEST_F(EventsOverHttp, TooManyAreRefusedUntilSomebodyGoes) {
  const auto first = listen();
  auto second = listen();
  next(*second);
  RawConnection third(server_->port());
  third.send("GET /events HTTP/1.1\r\nHost: h\r\n\r\n");
  const std::string refusal = third.read_answer();
  EXPECT_THAT(refusal, StartsWith("HTTP/1.1 503"));
  EXPECT_THAT(refusal, HasSubstr("Retry-After: "));
  second.reset();
  while (api_.events().subscribers() != 1) std::this_thread::yield();
  listen();
  EXPECT_THAT(head_, StartsWith("HTTP/1.1 200"));
}

TEST_F(EventsOverHttp, WhoeverGoesListensNoMore) {
  next(*listen());
  EXPECT_TRUE(nobody_listens());
  RawConnection head(server_->port());
  head.send("HEAD /events HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_THAT(head.read_answer(true), HasSubstr("text/event-stream"));
  EXPECT_TRUE(nobody_listens());
}

TEST_F(EventsOverHttp, ABadRequestIsAProblem) {
  const net::Response answer = api_.get("/events?queue=&lane=%01&what=1");
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(answer.stream, nullptr);
  for (const char* const pointer : {"?queue", "?lane", "?what"}) {
    EXPECT_THAT(answer.body, HasSubstr(pointer));
  }
  net::Request json = ApiHarness::request("GET", "/events");
  json.headers.add("Accept", "application/json");
  EXPECT_EQ(api_.ask(std::move(json)).status, 406);
}

TEST(Events, AServerWithoutThemSaysSo) {
  ApiHarness api(ApiHarness::plain_options(), false);
  const net::Response answer = api.get("/events");
  EXPECT_EQ(answer.status, 404);
  EXPECT_THAT(answer.body, HasSubstr("not_available"));
}

}  // namespace
}  // namespace ordo::api
