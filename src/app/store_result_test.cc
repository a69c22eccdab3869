#include "app/store_result.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <string>
#include <utility>

#include "base/digest.h"
#include "base/json.h"
#include "support/fake_clock.h"
#include "support/memory_objects.h"
#include "support/memory_store.h"

namespace ordo::app {
namespace {

class StoreResultTest : public ::testing::Test {
 protected:
  ports::CallOutcome store(const std::string& payload) {
    std::optional<ports::CallOutcome> answer;
    store_result(backend, objects, payload,
                 [&](ports::CallOutcome outcome) { answer = std::move(outcome); });
    while (readers.turn()) {
    }
    return answer.value_or(std::unexpected(ports::CallFault{"no answer", ""}));
  }
  std::optional<ports::Object> kept(const std::string& key) {
    return objects.get("order-results", key).value();
  }

  testing::FakeClock clock;
  testing::SeededRandom random;
  testing::MemoryStore memory;
  testing::MemoryObjects objects{clock};
  domain::Queues queues;
  Committer committer{memory, clock, {}, [](const base::Error&) {}};
  Readers readers{memory.reads(), 0};
  Backend backend{.committer = committer,
                  .readers = readers,
                  .clock = clock,
                  .random = random,
                  .queues = queues};
};

constexpr char kAccepted[] =
    R"({"record_id":"a:1","parameter_1":"Grüße","parameter_2":4.50,"status":"accepted"})";

TEST_F(StoreResultTest, AnAcceptedOrderIsKept) {
  const ports::CallOutcome outcome = store(kAccepted);
  const auto object = kept("a:1.json");
  ASSERT_TRUE(object.has_value());
  EXPECT_EQ(object->body,
            R"({"record_id":"a:1","parameter_1":"Grüße","parameter_2":4.50,"status":"accepted",)"
            R"("stored_at":"2026-01-02T03:04:05.678Z"})");
  EXPECT_EQ(object->info.content_type, "application/json");
  EXPECT_EQ(outcome, fmt::format(R"({{"bucket":"order-results","key":"a:1.json","etag":"{}"}})",
                                 base::md5_hex(object->body)));
}

TEST_F(StoreResultTest, StoredAgainItStaysAsItIs) {
  const ports::CallOutcome first = store(kAccepted);
  clock.advance(std::chrono::seconds(1));
  EXPECT_EQ(store(kAccepted), first);
  EXPECT_EQ(store(R"({"status":"accepted","parameter_2":4.50,"more":[],"parameter_1":"Grüße",)"
                  R"("record_id":"a:1"})"),
            first);
  EXPECT_NE(
      store(R"({"record_id":"a:1","parameter_1":"x","parameter_2":4.50,"status":"accepted"})"),
      first)
      << "with other values it is another order";
}

TEST_F(StoreResultTest, ARejectedOrderIsAFaultThatHasTheOrder) {
  const ports::CallOutcome outcome =
      store(R"({"record_id":"r","parameter_1":"x","parameter_2":1e3,"status":"rejected"})");
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().error, "OrderRejected");
  EXPECT_EQ(outcome.error().cause,
            R"({"errorMessage":"the auction rejected order r","errorType":"OrderRejected",)"
            R"("order":{"record_id":"r","parameter_1":"x","parameter_2":1e3,)"
            R"("status":"rejected"}})");
  EXPECT_FALSE(kept("r.json"));
}

TEST_F(StoreResultTest, ACauseIsNeverTooLong) {
  const ports::CallOutcome outcome = store(
      fmt::format(R"({{"record_id":"r","parameter_1":"{}","parameter_2":1,"status":"rejected"}})",
                  std::string(60'000, 'x')));
  ASSERT_FALSE(outcome);
  EXPECT_LE(outcome.error().cause.size(), ports::kMaxCallCauseBytes);
  EXPECT_TRUE(base::parse_json_object(outcome.error().cause).has_value());
  EXPECT_TRUE(outcome.error().cause.contains(R"("record_id":"r")"));
}

TEST_F(StoreResultTest, WhatIsNoSettledOrderIsRefused) {
  for (const char* const bad :
       {"", "[]", "{}", R"({"record_id":"a","parameter_1":"x","parameter_2":4})",
        R"({"record_id":"a","parameter_1":"x","parameter_2":"4","status":"accepted"})",
        R"({"record_id":"a","parameter_1":"x","parameter_2":4,"status":"pending"})",
        R"({"record_id":"../a","parameter_1":"x","parameter_2":4,"status":"accepted"})"}) {
    const ports::CallOutcome outcome = store(bad);
    ASSERT_FALSE(outcome) << bad;
    EXPECT_EQ(outcome.error().error, "InvalidOrder") << bad;
  }
}

TEST_F(StoreResultTest, AFullDiskIsAFaultToBeTriedAgain) {
  objects.fail_with(base::Error{base::ErrorCode::unavailable, "the disk is full"});
  const ports::CallOutcome outcome = store(kAccepted);
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().error, "ServiceUnavailable");
  objects.fail_with(std::nullopt);
  EXPECT_TRUE(store(kAccepted).has_value());
}

}  // namespace
}  // namespace ordo::app
