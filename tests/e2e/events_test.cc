// Events of the real server, and the commands that follow them.
#include <gmock/gmock.h>

#include <chrono>
#include <csignal>

#include "e2e/serving.h"
#include "support/raw_connection.h"

namespace ordo::e2e {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using testing::RawConnection;
using ::testing::StartsWith;

class ListenersTest : public Serving {
 protected:
  using Serving::Serving;

  // A connection that hears the events.
  std::unique_ptr<RawConnection> listen() {
    auto connection = std::make_unique<RawConnection>(server_.port());
    connection->send("GET /events HTTP/1.1\r\nHost: h\r\n\r\n");
    EXPECT_THAT(connection->read_answer(true), HasSubstr("Transfer-Encoding: chunked\r\n"));
    EXPECT_THAT(connection->read_until("\n\n"), EndsWith("retry: 2000\n\n"));
    EXPECT_THAT(connection->read_until("\n\n"), ::testing::ContainsRegex("id: [0-9a-f]+-0\n\n$"));
    return connection;
  }
  [[nodiscard]] std::string url() const {
    return "http://127.0.0.1:" + std::to_string(server_.port());
  }
};

// Tasks run and succeed at once.
class EventsTest : public ListenersTest {
 protected:
  EventsTest()
      : ListenersTest({.data = {}, .config = "[functions.processor]\nbuiltin = \"echo\"\n"}) {}
};

class EventsOfTheDead : public ListenersTest {
 protected:
  EventsOfTheDead()
      : ListenersTest({.data = {},
                       .config =
                           "[functions.processor]\nbuiltin = \"simulate\"\nfailure_rate = 1.0\n"
                           "[queues.tasks]\nmax_attempts = 1\n"}) {}
};

TEST_F(EventsTest, ListenersDoNotHoldTheEndUp) {
  const auto one = listen();
  const auto two = listen();
  const auto began = std::chrono::steady_clock::now();
  server_.signal(SIGTERM);
  EXPECT_THAT(one->read_to_end(), EndsWith("\r\n0\r\n\r\n")) << "a clean end";
  EXPECT_THAT(two->read_to_end(), EndsWith("\r\n0\r\n\r\n"));
  one->end_sending();
  two->end_sending();
  EXPECT_EQ(server_.wait_for_exit(), 0);
  EXPECT_LT(std::chrono::steady_clock::now() - began, kPatience);
}

TEST_F(EventsTest, OthersAreServedWhileSomebodyListens) {
  std::vector<std::unique_ptr<RawConnection>> listeners;
  for (int i = 0; i < 20; ++i) listeners.push_back(listen());
  for (int i = 0; i < 20; ++i) create_titled("x");
  listeners.clear();
  EXPECT_EQ(client_.get("/tasks").status, 200);
}

TEST_F(EventsTest, TheLifeOfATaskIsToldInItsOrder) {
  const auto connection = listen();
  create(R"({"title":"x","task_id":"a"})");
  for (const char* const type : {"task.accepted", "task.started", "task.succeeded"}) {
    std::string told;
    while (told.find("data: ") == std::string::npos) {
      told = connection->read_until("\n\n");
      ASSERT_EQ(told.find("alive"), std::string::npos) << "nothing was told for so long";
    }
    EXPECT_THAT(told, HasSubstr(std::string("event: ") + type + "\n"));
    EXPECT_THAT(told, HasSubstr(R"("task_id":"a","queue":"tasks","lane":"main","sequence":1)"));
  }
}

TEST_F(EventsOfTheDead, ARedriveOfAWholeQueueIsTold) {
  create(R"({"title":"x","task_id":"a"})");
  ASSERT_TRUE(eventually(
      [&] { return client_.get("/tasks/a").json().at("status").as_string() == "dead"; }));
  const auto connection = listen();
  EXPECT_EQ(client_.post("/dead-letters/redrive", R"({"queue":"tasks"})").body,
            R"({"redriven":1})");
  std::string told = connection->read_until("\n\n");
  // A task is seen to be dead before everybody has been told.
  if (told.find("event: task.dead\n") != std::string::npos) told = connection->read_until("\n\n");
  EXPECT_THAT(told, HasSubstr("event: task.accepted\n"));
  EXPECT_THAT(told, HasSubstr(R"("task_id":"a","queue":"tasks","lane":"main","sequence":2)"));
}

TEST_F(EventsTest, WatchingATaskEndsWithIt) {
  create(R"({"title":"x","task_id":"a"})");
  const Ran ran = run_ordo({"task", "watch", "--task", "a", "--url", url()});
  EXPECT_EQ(ran.exit_code, 0) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("succeeded  a"));
  EXPECT_EQ(run_ordo({"task", "watch", "--task", "nope", "--url", url()}).exit_code, 1);
}

}  // namespace
}  // namespace ordo::e2e
