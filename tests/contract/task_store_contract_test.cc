#include "contract/task_store_contract.h"
#include "contract/attempts_contract.h"
#include "contract/backlog_contract.h"
#include "contract/order_expiry_contract.h"
#include "contract/orders_contract.h"
#include "contract/task_expiry_contract.h"

#include "contract/homes.h"

namespace ordo::testing {
namespace {

INSTANTIATE_TEST_SUITE_P(Homes, TaskStoreContract, kHomes, kByName);
INSTANTIATE_TEST_SUITE_P(Homes, TaskExpiryContract, kHomes, kByName);
INSTANTIATE_TEST_SUITE_P(Homes, AttemptsContract, kHomes, kByName);
INSTANTIATE_TEST_SUITE_P(Homes, BacklogContract, kHomes, kByName);
INSTANTIATE_TEST_SUITE_P(Homes, OrdersContract, kHomes, kByName);
INSTANTIATE_TEST_SUITE_P(Homes, OrderExpiryContract, kHomes, kByName);

}  // namespace
}  // namespace ordo::testing
