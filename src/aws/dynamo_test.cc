#include "aws/dynamo.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

#include "base/json.h"
#include "support/scripted_service.h"

namespace ordo::aws {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

class DynamoTest : public ::testing::Test {
 protected:
  [[nodiscard]] ItemChange change(const std::string& key,
                                  std::optional<std::string> before = std::nullopt) const {
    Item item;
    item.set_text("title", "a \"b\"");
    item.set_number("n", 7);
    return {&table, key, std::move(item), std::move(before)};
  }
  void then_error(const std::string& code, const std::string& more = "") {
    service.then(400, R"({"__type":"com.amazonaws.dynamodb.v20120810#)" + code +
                          R"(","message":"said so")" + more + "}");
  }
  // A cancelled transaction, with a reason for each item.
  void then_cancelled(const std::string& first, const std::string& second) {
    then_error("TransactionCanceledException", R"(,"CancellationReasons":[{"Code":")" + first +
                                                   R"("},{"Code":")" + second + R"("}])");
  }

  const Table table{"tasks", "task_id"};
  testing::ScriptedService service;
  JsonService json{service.context(), service.endpoint("dynamodb"), kDynamoDbTarget};
  testing::SeededRandom random{1};
  Dynamo dynamo{json, random};
};

TEST_F(DynamoTest, OneItemIsPutOnConditionOfWhatWasRead) {
  EXPECT_EQ(dynamo.write(std::array{change("new")}, "r1").value(), Wrote::done);
  EXPECT_EQ(dynamo.write(std::array{change("old", "r0")}, "r1").value(), Wrote::done);
  const auto asked = service.asked();
  ASSERT_THAT(asked, SizeIs(2));
  EXPECT_EQ(asked[0].headers.get("X-Amz-Target"), "DynamoDB_20120810.PutItem");
  EXPECT_EQ(asked[0].body, R"({"TableName":"tasks","Item":{"n":{"N":"7"},"title":{"S":"a \"b\""},)"
                           R"("revision":{"S":"r1"},"task_id":{"S":"new"}},)"
                           R"x("ConditionExpression":"attribute_not_exists(#k)",)x"
                           R"("ExpressionAttributeNames":{"#k":"task_id"}})");
  EXPECT_THAT(asked[1].body, HasSubstr(R"("ConditionExpression":"#r = :r")"));
  EXPECT_THAT(asked[1].body, HasSubstr(R"(":r":{"S":"r0"})"));
}

TEST_F(DynamoTest, SeveralItemsAreOneTransactionWithATokenOfItsOwn) {
  EXPECT_EQ(dynamo.write(std::array{change("a"), change("b")}, "r1").value(), Wrote::done);
  const auto asked = service.asked();
  EXPECT_EQ(asked[0].headers.get("X-Amz-Target"), "DynamoDB_20120810.TransactWriteItems");
  EXPECT_THAT(asked[0].body, HasSubstr(R"("ClientRequestToken":"r1")"));
}

TEST_F(DynamoTest, ARaceThatIsLostIsNoError) {
  then_error("ConditionalCheckFailedException");
  EXPECT_EQ(dynamo.write(std::array{change("a")}).value(), Wrote::contended);
  then_cancelled("None", "ConditionalCheckFailed");
  EXPECT_EQ(dynamo.write(std::array{change("a"), change("b")}).value(), Wrote::contended);
  then_cancelled("TransactionConflict", "None");
  EXPECT_EQ(dynamo.write(std::array{change("a"), change("b")}).value(), Wrote::contended);
}

TEST_F(DynamoTest, WhoLosesAgainstHimselfHasWon) {
  then_error("ConditionalCheckFailedException");
  service.then(200, R"({"Item":{"task_id":{"S":"a"},"revision":{"S":"r1"}}})");
  EXPECT_EQ(dynamo.write(std::array{change("a")}, "r1").value(), Wrote::done);
}

TEST_F(DynamoTest, AnAnswerThatWasLostIsLookedUp) {
  for (unsigned i = 0; i < kMaxTries; ++i) service.then(500);
  service.then(200, R"({"Item":{"task_id":{"S":"a"},"revision":{"S":"r1"}}})");
  EXPECT_EQ(dynamo.write(std::array{change("a")}, "r1").value(), Wrote::done);
}

TEST_F(DynamoTest, ATransactionThatIsTooMuchJustNowIsTriedAgain) {
  then_cancelled("None", "ThrottlingError");
  then_cancelled("ProvisionedThroughputExceeded", "None");
  EXPECT_EQ(dynamo.write(std::array{change("a"), change("b")}).value(), Wrote::done);
  EXPECT_THAT(service.asked(), SizeIs(3));
  EXPECT_THAT(service.pauses(), SizeIs(2));
}

TEST_F(DynamoTest, ThatIsTooMuchForTooLongIsNoConflict) {
  for (int i = 0; i < 10; ++i) then_cancelled("None", "ThrottlingError");
  const auto wrote = dynamo.write(std::array{change("a"), change("b")});
  ASSERT_FALSE(wrote.has_value());
  EXPECT_EQ(wrote.error().code, base::ErrorCode::unavailable);
}

TEST_F(DynamoTest, WhatDidNotFitIsAskedForAgain) {
  service.then(200, R"({"Responses":{"tasks":[{"task_id":{"S":"b"},"n":{"N":"2"}}]},)"
                    R"("UnprocessedKeys":{"tasks":{"Keys":[{"task_id":{"S":"a"}}]}}})");
  service.then(200, R"({"Responses":{"tasks":[{"task_id":{"S":"a"},"n":{"N":"1"}}]}})");
  const std::vector<std::string> keys{"a", "b", "nobody", "a"};
  const auto items = dynamo.read(table, keys);
  ASSERT_TRUE(items.has_value()) << items.error().message;
  EXPECT_EQ((*items)[0]->number("n"), 1U);
  EXPECT_EQ((*items)[1]->number("n"), 2U);
  EXPECT_FALSE((*items)[2].has_value());
  EXPECT_EQ((*items)[3]->number("n"), 1U);
  EXPECT_THAT(service.asked(), SizeIs(2));
  EXPECT_THAT(service.pauses(), SizeIs(1));
}

TEST_F(DynamoTest, KeysComeByPagesUpToWhatIsWanted) {
  service.then(200, R"({"Items":[{"task_id":{"S":"a"},"number":{"N":"5"}}],)"
                    R"("LastEvaluatedKey":{"task_id":{"S":"a"}}})");
  service.then(200, R"({"Items":[{"task_id":{"S":"b"},"number":{"N":"6"}},)"
                    R"({"task_id":{"S":"c"},"number":{"N":"7"}}]})");
  const auto keys = dynamo.keys(
      table, {.index = kByNumber, .partition = "s", .after = 4, .before = 9, .limit = 2});
  ASSERT_TRUE(keys.has_value());
  EXPECT_EQ(*keys, (std::vector<NumberedKey>{{5, "a"}, {6, "b"}}));
  const auto asked = service.asked();
  EXPECT_THAT(asked[0].body, HasSubstr(R"(":a":{"N":"5"},":b":{"N":"8"})"));
  EXPECT_THAT(asked[1].body, HasSubstr(R"("ExclusiveStartKey":{"task_id":{"S":"a"}})"));
}

TEST_F(DynamoTest, BoundsThatHoldNothingAskNobody) {
  EXPECT_TRUE(
      dynamo.keys(table, {.index = kByNumber, .partition = "s", .after = 4, .before = 5})->empty());
  EXPECT_TRUE(dynamo.keys(table, {.index = kByNumber, .partition = "s", .before = 0})->empty());
  EXPECT_TRUE(service.asked().empty());
}

}  // namespace
}  // namespace ordo::aws
