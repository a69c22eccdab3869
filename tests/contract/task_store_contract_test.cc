#include "contract/task_store_contract.h"
#include "contract/attempts_contract.h"
#include "contract/orders_contract.h"

#include "contract/sqlite_under_test.h"
#include "support/memory_store.h"

namespace ordo::testing {
namespace {

class MemoryUnderTest : public StoreUnderTest {
 public:
  ports::Store& store() override { return store_; }
  ports::TaskReads& task_reads() override { return store_; }
  ports::OrderReads& order_reads() override { return store_; }
  ports::Backlog& backlog() override { return store_; }
  void reopen() override {}

 private:
  MemoryStore store_;
};

const auto kHomes =
    ::testing::Values(StoreFactory{"Memory", [] { return std::make_unique<MemoryUnderTest>(); }},
                      StoreFactory{"Sqlite", [] { return std::make_unique<SqliteUnderTest>(); }});
const auto kByName = [](const auto& suite) { return suite.param.name; };

INSTANTIATE_TEST_SUITE_P(Homes, TaskStoreContract, kHomes, kByName);
INSTANTIATE_TEST_SUITE_P(Homes, AttemptsContract, kHomes, kByName);
INSTANTIATE_TEST_SUITE_P(Homes, OrdersContract, kHomes, kByName);

}  // namespace
}  // namespace ordo::testing
