#include "contract/task_store_contract.h"

#include "contract/sqlite_under_test.h"
#include "support/memory_task_store.h"

namespace ordo::testing {
namespace {

class MemoryUnderTest : public StoreUnderTest {
 public:
  ports::TaskStore& store() override { return store_; }
  ports::TaskReads& reads() override { return store_; }
  void reopen() override {}

 private:
  MemoryTaskStore store_;
};

INSTANTIATE_TEST_SUITE_P(
    Homes, TaskStoreContract,
    ::testing::Values(StoreFactory{"Memory", [] { return std::make_unique<MemoryUnderTest>(); }},
                      StoreFactory{"Sqlite", [] { return std::make_unique<SqliteUnderTest>(); }}),
    [](const auto& suite) { return suite.param.name; });

}  // namespace
}  // namespace ordo::testing
