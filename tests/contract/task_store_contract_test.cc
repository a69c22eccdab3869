#include "contract/task_store_contract.h"
#include "contract/attempts_contract.h"
#include "contract/orders_contract.h"

#include "contract/homes.h"

namespace ordo::testing {
namespace {

INSTANTIATE_TEST_SUITE_P(Homes, TaskStoreContract, kHomes, kByName);
INSTANTIATE_TEST_SUITE_P(Homes, AttemptsContract, kHomes, kByName);
INSTANTIATE_TEST_SUITE_P(Homes, OrdersContract, kHomes, kByName);

}  // namespace
}  // namespace ordo::testing
