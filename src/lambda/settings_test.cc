#include "lambda/settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>

#include "support/environment.h"

namespace ordo::lambda {
namespace {

using testing::environment_of;
using ::testing::HasSubstr;

using Variables = std::map<std::string, std::string>;

Variables least() {
  return {{"ORDO_TASKS_TABLE", "t"},
          {"ORDO_ORDERS_TABLE", "o"},
          {"ORDO_QUEUES",
           R"({"tasks":{"url":"https://q/1/tasks.fifo","dead_letter_url":"https://q/1/d.fifo"}})"}};
}

std::string fault_of(Variables variables, const std::string& name, const std::string& value) {
  variables[name] = value;
  const auto settings = read_settings(environment_of(variables));
  return settings ? "none" : settings.error().message;
}

TEST(Settings, LittleIsEnough) {
  const auto settings = read_settings(environment_of(least()));
  ASSERT_TRUE(settings.has_value()) << settings.error().message;
  EXPECT_EQ(settings->home.tasks.name, "t");
  EXPECT_EQ(settings->home.orders.name, "o");
  ASSERT_EQ(settings->queues.size(), 1U);
  const domain::Queue& queue = settings->queues.begin()->second;
  EXPECT_EQ(queue.function, "builtin:simulate");
  EXPECT_EQ(queue.max_attempts, 3U);
  EXPECT_EQ(settings->places.begin()->second.dead_letter_url, "https://q/1/d.fifo");
  EXPECT_EQ(settings->keep_orders, base::Millis(86'400'000));
  EXPECT_EQ(settings->metrics_namespace, "ordo");
}

TEST(Settings, AllOfAQueueCanBeSaid) {
  Variables variables = least();
  variables["ORDO_QUEUES"] =
      R"({"mail":{"url":"u","dead_letter_url":"d","function":"lambda:send-mail","max_attempts":5,)"
      R"("backoff":{"base_seconds":0.5,"factor":3,"max_seconds":60,"jitter":"none"}},)"
      R"("tasks":{"url":"v","dead_letter_url":"e","function":"builtin:echo"}})";
  variables["ORDO_KEEP_ORDERS"] = "36h";
  variables["ORDO_RETENTION"] = "30d";
  variables["ORDO_CORS_ORIGINS"] = "https://a.example, https://b.example";
  const auto settings = read_settings(environment_of(variables));
  ASSERT_TRUE(settings.has_value()) << settings.error().message;
  const domain::Queue& mail = settings->queues.at(domain::QueueName("mail"));
  EXPECT_EQ(mail.function, "lambda:send-mail");
  EXPECT_EQ(mail.max_attempts, 5U);
  EXPECT_EQ(mail.backoff.base, base::Millis(500));
  EXPECT_EQ(mail.backoff.factor, 3.0);
  EXPECT_EQ(mail.backoff.max, base::Millis(60'000));
  EXPECT_EQ(mail.backoff.jitter, domain::Jitter::none);
  EXPECT_EQ(settings->home.queues.size(), 2U);
  EXPECT_EQ(settings->home.retention, base::Millis(30LL * 86'400'000));
  EXPECT_EQ(settings->cors_origins.size(), 2U);
  EXPECT_EQ(settings->cors_origins.back(), "https://b.example");
}

TEST(Settings, AllThatIsWrongIsToldAtOnce) {
  const std::string faults =
      fault_of({{"ORDO_RETENTION", "soon"}}, "ORDO_AUCTION_REJECT_RATE", "1.5");
  for (const char* name : {"ORDO_TASKS_TABLE", "ORDO_ORDERS_TABLE", "ORDO_QUEUES", "ORDO_RETENTION",
                           "ORDO_AUCTION_REJECT_RATE"}) {
    EXPECT_THAT(faults, HasSubstr(name));
  }
}

TEST(Settings, EachFaultSaysWhatWouldBeRight) {
  const auto queues = [](const std::string& json) {
    return fault_of(least(), "ORDO_QUEUES", json);
  };
  EXPECT_THAT(queues("[]"), HasSubstr("ORDO_QUEUES"));
  EXPECT_THAT(queues("{}"), HasSubstr("there is no queue"));
  EXPECT_THAT(queues(R"({"tasks":{}})"), HasSubstr("dead_letter_url is missing"));
  EXPECT_THAT(queues(R"({"tasks":{"url":"u","dead_letter_url":"d","functoin":"x"}})"),
              HasSubstr("functoin"));
  EXPECT_THAT(queues(R"({"tasks":{"url":"u","dead_letter_url":"d","function":"lambda:"}})"),
              HasSubstr("builtin:simulate"));
  EXPECT_THAT(queues(R"({"tasks":{"url":"u","dead_letter_url":"d","max_attempts":0}})"),
              HasSubstr("1 to 90"));
  EXPECT_THAT(queues(R"({"tasks":{"url":"u","dead_letter_url":"d","backoff":{"max_seconds":-1}}})"),
              HasSubstr("max_seconds"));
  EXPECT_THAT(queues(R"({"a b":{"url":"u","dead_letter_url":"d"}})"), HasSubstr("ORDO_QUEUES"));
  EXPECT_THAT(fault_of(least(), "ORDO_LOG_LEVEL", "loud"), HasSubstr("debug"));
  EXPECT_THAT(fault_of(least(), "ORDO_AUCTION_SEED", "-1"), HasSubstr("whole number"));
  EXPECT_THAT(fault_of(least(), "ORDO_KEEP_ORDERS", "1 day"), HasSubstr("250ms"));
}

}  // namespace
}  // namespace ordo::lambda
