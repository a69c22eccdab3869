#include "aws/dynamo_tables.h"

#include <fmt/format.h>

#include <thread>

#include "base/assert.h"

namespace ordo::testing {
namespace {

std::string definition_of(const aws::Table& table) {
  return fmt::format(
      R"({{"TableName":"{0}","BillingMode":"PAY_PER_REQUEST",)"
      R"("AttributeDefinitions":[{{"AttributeName":"{1}","AttributeType":"S"}},)"
      R"({{"AttributeName":"shelf","AttributeType":"S"}},)"
      R"({{"AttributeName":"lot","AttributeType":"S"}},)"
      R"({{"AttributeName":"number","AttributeType":"N"}}],)"
      R"("KeySchema":[{{"AttributeName":"{1}","KeyType":"HASH"}}],)"
      R"("GlobalSecondaryIndexes":[)"
      R"({{"IndexName":"by_number","KeySchema":[{{"AttributeName":"shelf","KeyType":"HASH"}},)"
      R"({{"AttributeName":"number","KeyType":"RANGE"}}],)"
      R"("Projection":{{"ProjectionType":"KEYS_ONLY"}}}},)"
      R"({{"IndexName":"by_lot","KeySchema":[{{"AttributeName":"lot","KeyType":"HASH"}},)"
      R"({{"AttributeName":"number","KeyType":"RANGE"}}],)"
      R"("Projection":{{"ProjectionType":"KEYS_ONLY"}}}}]}})",
      table.name, table.key);
}

}  // namespace

EmulatedAws::EmulatedAws()
    : url_(aws_emulator().url()),
      pause_([](base::Millis pause) { std::this_thread::sleep_for(pause); }) {}

EmulatedAws::EmulatedAws(std::string url)
    : url_(std::move(url)), pause_([](base::Millis /*pause*/) {}) {}

aws::CallContext EmulatedAws::context() {
  return {http_, credentials_, clock, random, pause_};
}

aws::Endpoint EmulatedAws::endpoint(std::string_view service) const {
  return {url_, {"eu-central-1", std::string(service)}};
}

HomeTables::HomeTables(EmulatedAws& emulated)
    : service_(emulated.context(), emulated.endpoint("dynamodb"), aws::kDynamoDbTarget) {
  options_.tasks.name = unique_name("tasks");
  options_.orders.name = unique_name("orders");
  options_.queues = {domain::QueueName("tasks"), domain::QueueName("mail")};
  for (const aws::Table* table : {&options_.tasks, &options_.orders}) {
    const auto made = service_.call("CreateTable", definition_of(*table));
    ORDO_ASSERT(made.has_value());
  }
}

HomeTables::~HomeTables() {
  for (const aws::Table* table : {&options_.tasks, &options_.orders}) {
    static_cast<void>(service_.call("DeleteTable", R"({"TableName":")" + table->name + "\"}"));
  }
}

DynamoStores::DynamoStores(EmulatedAws& emulated, const aws::HomeOptions& home)
    : options(home),
      service(emulated.context(), emulated.endpoint("dynamodb"), aws::kDynamoDbTarget),
      dynamo(service, emulated.random),
      batches(dynamo, options),
      tasks(dynamo, options, memo),
      orders(dynamo, options, batches),
      store({dynamo, options, tasks, memo, batches, announcer, emulated.clock, emulated.random,
             emulated.context().pause}) {}

}  // namespace ordo::testing
