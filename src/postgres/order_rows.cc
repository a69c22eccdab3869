#include "postgres/order_rows.h"

namespace ordo::postgres {

domain::Order read_order(const Rows& rows, std::size_t row) {
  domain::Order order;
  order.number = domain::OrderNumber(rows.number(row, 0));
  order.record.id = domain::RecordId(rows.string(row, 1));
  order.status = static_cast<domain::OrderStatus>(rows.integer(row, 2));
  order.accepted_at = rows.time(row, 3);
  order.expires_at = rows.time(row, 4);
  order.record.parameter_2 = rows.string(row, 5);
  order.record.parameter_1 = rows.string(row, 6);
  return order;
}

}  // namespace ordo::postgres
