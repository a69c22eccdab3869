// What retention deletes of orders.
#pragma once

#include "ports/store.h"
#include "postgres/work.h"

namespace ordo::postgres {

// Deletes what `bite` still has room for. What another node changes just now is left to it.
void expire_orders(Work& work, base::WallTime orders_at, ports::ExpiryBite& bite);

}  // namespace ordo::postgres
