#include "contract/executions_contract.h"
#include "contract/execution_expiry_contract.h"
#include "contract/execution_reads_contract.h"

#include "contract/homes.h"

namespace ordo::testing {
namespace {

INSTANTIATE_TEST_SUITE_P(Homes, ExecutionsContract, kHomes, kByName);
INSTANTIATE_TEST_SUITE_P(Homes, ExecutionReadsContract, kHomes, kByName);
INSTANTIATE_TEST_SUITE_P(Homes, ExecutionExpiryContract, kHomes, kByName);

}  // namespace
}  // namespace ordo::testing
