#include "contract/attempts_contract.h"
#include "contract/orders_contract.h"
#include "contract/task_store_contract.h"

#include "aws/dynamo_tables.h"
#include "base/assert.h"

namespace ordo::testing {
namespace {

class DynamoUnderTest : public StoreUnderTest {
 public:
  DynamoUnderTest() { reopen(); }
  ports::Store& store() override { return stores_->store; }
  ports::TaskReads& task_reads() override { return stores_->tasks; }
  ports::OrderReads& order_reads() override { return stores_->orders; }
  // What Step Functions and SQS keep in this home. The suites about it are for others.
  ports::ExecutionReads& execution_reads() override { none(); }
  ports::Backlog& backlog() override { none(); }
  void reopen() override { stores_ = std::make_unique<DynamoStores>(emulated_, tables_.options()); }
  bool keeps(std::size_t bytes) override { return bytes < aws::kMaxItemBytes; }

 private:
  [[noreturn]] static void none() {
    base::assertion_failed("this home keeps none", __FILE__, __LINE__);
  }

  EmulatedAws emulated_;
  const HomeTables tables_{emulated_};
  std::unique_ptr<DynamoStores> stores_;
};

const auto kDynamo =
    ::testing::Values(StoreFactory{"DynamoDb", [] { return std::make_unique<DynamoUnderTest>(); }});
const auto kNamed = [](const auto& suite) { return suite.param.name; };

INSTANTIATE_TEST_SUITE_P(Aws, TaskStoreContract, kDynamo, kNamed);
INSTANTIATE_TEST_SUITE_P(Aws, AttemptsContract, kDynamo, kNamed);
INSTANTIATE_TEST_SUITE_P(Aws, OrdersContract, kDynamo, kNamed);

}  // namespace
}  // namespace ordo::testing
