// The use cases over orders, a verb each. Answers come as those of tasks.h.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "app/tasks.h"
#include "domain/order.h"
#include "ports/order_reads.h"
#include "ports/order_writes.h"

namespace ordo::app {

// All of them or none: `conflict` says which were accepted before with other values.
void collect_orders(Backend& backend, std::vector<domain::OrderRecord> records,
                    Answer<ports::OrdersAccepted> answer);

// `not_found` without such an order, and from when it has expired.
void find_order(Backend& backend, domain::RecordId id, Answer<domain::Order> answer);
void list_orders(Backend& backend, ports::OrderFilter filter,
                 std::optional<domain::OrderNumber> before, std::size_t limit,
                 Answer<ports::OrderPage> answer);

}  // namespace ordo::app
