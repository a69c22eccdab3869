#include "postgres/order_expiry.h"

#include <fmt/format.h>

#include <utility>

#include "postgres/order_rows.h"

namespace ordo::postgres {
namespace {

const Statement kExpiredOrders{
    "expired_orders",
    fmt::format("SELECT o.n, {} FROM orders o WHERE o.expires_at <= $1::timestamptz "
                "ORDER BY o.expires_at, o.n LIMIT $2::bigint FOR UPDATE SKIP LOCKED",
                kOrderBytes)};
const Statement kDropOrders{"drop_orders", "DELETE FROM orders WHERE n = ANY($1::bigint[])"};

}  // namespace

void expire_orders(Work& work, base::WallTime orders_at, ports::ExpiryBite& bite) {
  Params due;
  due.add(orders_at).add(raw(bite.rows));
  const Rows rows = work.ask(kExpiredOrders, std::move(due));
  Column orders(Type::int8);
  for (std::size_t i = 0; i < rows.size() && !bite.is_eaten(); ++i) {
    orders.add(rows.integer(i, 0));
    bite.take(static_cast<std::size_t>(rows.integer(i, 1)));
  }
  if (orders.size() == 0) return;
  Params params;
  params.add(std::move(orders));
  work.ask(kDropOrders, std::move(params));
}

}  // namespace ordo::postgres
