#include "contract/executions_model.h"

#include "contract/homes.h"

namespace ordo::testing {
namespace {

INSTANTIATE_TEST_SUITE_P(Homes, ExecutionsModel,
                         ::testing::Values(StoreFactory{
                             "Sqlite", [] { return std::make_unique<SqliteUnderTest>(); }}),
                         kByName);

}  // namespace
}  // namespace ordo::testing
