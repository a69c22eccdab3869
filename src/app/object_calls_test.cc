// Objects and orders as the machines' service calls reach them, and whose threads do it.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "app/objects.h"
#include "app/service_calls.h"
#include "support/fake_clock.h"
#include "support/memory_objects.h"
#include "support/memory_store.h"
#include "support/order_writes.h"
#include "support/scripted_host.h"

namespace ordo::app {
namespace {

using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

constexpr std::size_t kMany = 2000;  // of two Maps

class ObjectCalls : public ::testing::Test {
 protected:
  void call(const states::Resource& resource, std::string parameters) {
    services_.call({domain::ExecutionId("e"), "token", &resource, std::move(parameters)},
                   [this](const ResourceOutcome& outcome) {
                     const auto* const done = std::get_if<CallDone>(&outcome);
                     told_.push_back(done != nullptr ? done->output : "failed");
                   });
  }
  static states::Resource resource(const std::string& name) {
    return *states::parse_resource("arn:aws:states:::" + name);
  }
  static void all_turns(Readers& readers) {
    while (readers.turn()) {
    }
  }

  testing::FakeClock clock_;
  testing::SeededRandom random_;
  testing::MemoryStore store_;
  testing::MemoryObjects objects_{clock_};
  domain::Queues queues_;
  Committer committer_{store_, clock_, {}, [](const base::Error&) {}};
  Readers readers_{store_.reads(), 0, 1};
  Readers object_readers_{reads_with(store_, objects_), 0, 1};
  Backend backend_{.committer = committer_,
                   .readers = readers_,
                   .clock = clock_,
                   .random = random_,
                   .queues = queues_,
                   .object_readers = &object_readers_};
  testing::ScriptedHost host_;
  ServiceCalls services_{{.backend = backend_, .host = host_, .objects = &objects_}};
  std::vector<std::string> told_;

 private:
  static ports::Reads reads_with(testing::MemoryStore& store, ports::ObjectStore& objects) {
    ports::Reads reads = store.reads();
    reads.objects = &objects;
    return reads;
  }
};

TEST_F(ObjectCalls, NoneFailsHoweverManyWaitAndNoneWaitsForTheStore) {
  const states::Resource put = resource("aws-sdk:s3:putObject");
  for (std::size_t i = 0; i < kMany; ++i) {
    call(put, fmt::format(R"({{"Bucket":"results","Key":"k{}","Body":{{"n":{}}}}})", i, i));
  }
  EXPECT_EQ(object_readers_.waiting(), kMany);
  EXPECT_EQ(readers_.waiting(), 0U);
  all_turns(object_readers_);
  EXPECT_THAT(told_, SizeIs(kMany));
  EXPECT_THAT(told_, Each(HasSubstr("ETag")));
  EXPECT_EQ(objects_.get("results", "k1999").value()->body, R"({"n":1999})");

  told_.clear();
  const states::Resource get = resource("aws-sdk:s3:getObject");
  for (std::size_t i = 0; i < kMany; ++i) call(get, R"({"Bucket":"results","Key":"k7"})");
  EXPECT_EQ(readers_.waiting(), 0U);
  all_turns(object_readers_);
  EXPECT_THAT(told_, SizeIs(kMany));
  EXPECT_THAT(told_, Each(HasSubstr(R"("Body":"{\"n\":7}")")));
}

TEST_F(ObjectCalls, NoneThatReadsAnOrderFailsHoweverManyWait) {
  std::vector<ports::Write> writes;
  writes.emplace_back(
      ports::AddOrders{{testing::order("a")}, clock_.wall(), clock_.wall() + base::Millis(60'000)});
  ASSERT_TRUE(store_.apply(writes));
  const states::Resource get = resource("dynamodb:getItem");
  const std::string parameters = R"({"TableName":"orders","Key":{"record_id":{"S":"a"}}})";
  for (std::size_t i = 0; i < kMany; ++i) call(get, parameters);
  all_turns(readers_);
  EXPECT_THAT(told_, SizeIs(kMany));
  EXPECT_THAT(told_, Each(HasSubstr(R"("record_id":{"S":"a"})")));
  call(get, R"({"TableName":"orders","Key":{"record_id":{"S":"b"}}})");
  all_turns(readers_);
  EXPECT_THAT(told_.back(), Not(HasSubstr("Item")));
}

TEST_F(ObjectCalls, WhoeverAsksOverHttpHearsThatTooManyWait) {
  std::vector<base::ErrorCode> codes;
  for (int i = 0; i < 2; ++i) {
    find_object(backend_, "results", "k", [&](const base::Result<ports::Object>& found) {
      codes.push_back(found.error().code);
    });
  }
  EXPECT_EQ(codes, std::vector{base::ErrorCode::busy});
  EXPECT_EQ(readers_.waiting(), 0U);
  all_turns(object_readers_);
  EXPECT_EQ(codes.back(), base::ErrorCode::not_found);
}

}  // namespace
}  // namespace ordo::app
