#include "sqlite/order_rows.h"

#include <string>

namespace ordo::sqlite {

domain::Order read_order(const Statement& row) {
  domain::Order order;
  order.number = domain::OrderNumber(static_cast<std::uint64_t>(row.integer(0)));
  order.record.id = domain::RecordId(std::string(row.text(1)));
  order.status = static_cast<domain::OrderStatus>(row.integer(2));
  order.accepted_at = base::WallTime::from_ms(row.integer(3));
  order.expires_at = base::WallTime::from_ms(row.integer(4));
  order.record.parameter_2 = row.text(5);
  order.record.parameter_1 = row.text(6);
  return order;
}

}  // namespace ordo::sqlite
