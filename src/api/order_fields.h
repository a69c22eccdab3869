// What a client may say of an order.
#pragma once

#include <string_view>
#include <vector>

#include "api/field_table.h"
#include "base/result.h"
#include "domain/order.h"

namespace ordo::api {

// Orders that are taken at once.
inline constexpr std::size_t kMaxOrders = 1000;

[[nodiscard]] const FieldTable<domain::OrderRecord>& order_fields();

// The body of POST /orders: a JSON array. The faults of all the orders at once, each with a pointer
// such as "/3/parameter_2".
base::Result<std::vector<domain::OrderRecord>> decode_orders(std::string_view body);

// Its JSON Schema, and that of an order as it is answered.
[[nodiscard]] std::string orders_schema();
[[nodiscard]] std::string order_schema();

}  // namespace ordo::api
