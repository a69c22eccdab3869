#include "contract/task_store_model.h"

#include "contract/homes.h"

namespace ordo::testing {
namespace {

INSTANTIATE_TEST_SUITE_P(Homes, TaskStoreModel,
                         ::testing::Values(StoreFactory{
                             "Sqlite", [] { return std::make_unique<SqliteUnderTest>(); }}),
                         kByName);

}  // namespace
}  // namespace ordo::testing
