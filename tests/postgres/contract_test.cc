// The suites over stores, on a real PostgreSQL.
#include "contract/attempts_contract.h"
#include "contract/backlog_contract.h"
#include "contract/execution_expiry_contract.h"
#include "contract/execution_reads_contract.h"
#include "contract/executions_contract.h"
#include "contract/executions_model.h"
#include "contract/order_expiry_contract.h"
#include "contract/orders_contract.h"
#include "contract/orders_model.h"
#include "contract/task_expiry_contract.h"
#include "contract/task_store_contract.h"
#include "contract/task_store_model.h"

#include "contract/postgres_under_test.h"

namespace ordo::testing {
namespace {

const auto kPostgres = ::testing::Values(
    StoreFactory{"Postgres", [] { return std::make_unique<PostgresUnderTest>(); }});
const auto kItsName = [](const auto& suite) { return suite.param.name; };

INSTANTIATE_TEST_SUITE_P(Homes, TaskStoreContract, kPostgres, kItsName);
INSTANTIATE_TEST_SUITE_P(Homes, TaskExpiryContract, kPostgres, kItsName);
INSTANTIATE_TEST_SUITE_P(Homes, AttemptsContract, kPostgres, kItsName);
INSTANTIATE_TEST_SUITE_P(Homes, BacklogContract, kPostgres, kItsName);
INSTANTIATE_TEST_SUITE_P(Homes, ExecutionsContract, kPostgres, kItsName);
INSTANTIATE_TEST_SUITE_P(Homes, ExecutionReadsContract, kPostgres, kItsName);
INSTANTIATE_TEST_SUITE_P(Homes, ExecutionExpiryContract, kPostgres, kItsName);
INSTANTIATE_TEST_SUITE_P(Homes, TaskStoreModel, kPostgres, kItsName);
INSTANTIATE_TEST_SUITE_P(Homes, OrdersContract, kPostgres, kItsName);
INSTANTIATE_TEST_SUITE_P(Homes, OrderExpiryContract, kPostgres, kItsName);
INSTANTIATE_TEST_SUITE_P(Homes, OrdersModel, kPostgres, kItsName);
INSTANTIATE_TEST_SUITE_P(Homes, ExecutionsModel, kPostgres, kItsName);

}  // namespace
}  // namespace ordo::testing
