#include "postgres/order_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "ports/page_bytes.h"
#include "postgres/order_rows.h"

namespace ordo::postgres {
namespace {

constexpr int kWalked = kOrderColumnCount;     // how many a walk has looked at
constexpr int kFound = kOrderColumnCount + 1;  // how many it brings but for their bytes

const Statement kFindOrder{"find_order",
                           fmt::format("SELECT {} FROM orders o WHERE o.record_id = $1::text "
                                       "AND o.expires_at > $2::timestamptz",
                                       kOrderColumns)};

// A page of the orders below $1, and the last that may be looked at, whatever it is. The walk ends
// where the page does: only what is on it is looked at.
std::string walk_sql(std::string_view which) {
  return fmt::format(
      "SELECT {0}, o.walked, o.found FROM ("
      "SELECT m.*, count(*) OVER () AS found, "
      "sum(m.bytes) OVER (ORDER BY m.n DESC) - m.bytes AS bytes_before FROM ("
      "SELECT w.* FROM ("
      "SELECT {0}, {1} AS bytes, row_number() OVER (ORDER BY o.n DESC) AS walked "
      "FROM orders o WHERE {2} AND o.n < $1::bigint ORDER BY o.n DESC LIMIT {3}) w "
      "WHERE w.walked = {3} OR (w.expires_at > $2::timestamptz "
      "AND ($3::bigint IS NULL OR w.status = $3::bigint)) "
      "ORDER BY w.n DESC LIMIT $4::bigint) m) o "
      "WHERE o.bytes_before < {4} ORDER BY o.n DESC",
      kOrderColumns, kOrderBytes, which, kMaxExaminedOrders, ports::kFullPageBytes);
}
const Statement kWalkOrders{"walk_orders", walk_sql("true")};
const Statement kWalkPendingOrders{"walk_pending_orders", walk_sql("o.status = 0")};

const Statement kPendingOrders{
    "pending_orders",
    fmt::format("SELECT {0} FROM (SELECT m.*, sum(m.bytes) OVER (ORDER BY m.n) - m.bytes "
                "AS bytes_before FROM (SELECT {0}, {1} AS bytes FROM orders o "
                "WHERE o.status = 0 AND o.n > $1::bigint AND o.expires_at > $2::timestamptz "
                "ORDER BY o.n LIMIT $3::bigint) m) o WHERE o.bytes_before < {2} ORDER BY o.n",
                kOrderColumns, kOrderBytes, ports::kFullPageBytes)};
const Statement kSettledBy{
    "settled_by", fmt::format("SELECT {} FROM orders o WHERE o.settled_by <> '' "
                              "AND o.settled_by = $1::bytea AND o.expires_at > $2::timestamptz "
                              "ORDER BY o.n",
                              kOrderColumns)};

std::vector<domain::Order> orders_in(const Rows& rows) {
  std::vector<domain::Order> orders;
  orders.reserve(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) orders.push_back(read_order(rows, i));
  return orders;
}

}  // namespace

base::Result<std::optional<domain::Order>> OrderReader::find(const domain::RecordId& id,
                                                             base::WallTime now) {
  if (!can_be_text(id.value())) return std::nullopt;
  Params params;
  params.add(std::string_view(id.value())).add(now);
  const auto rows = pool_.run(kFindOrder, std::move(params), "read an order");
  if (!rows) return base::fail(rows.error());
  if (rows->empty()) return std::nullopt;
  return read_order(*rows, 0);
}

base::Result<ports::OrderPage> OrderReader::list(const ports::OrderFilter& filter,
                                                 std::optional<domain::OrderNumber> before,
                                                 std::size_t limit, base::WallTime now) {
  constexpr std::uint64_t kTop = std::numeric_limits<std::int64_t>::max();
  std::optional<std::int64_t> status;
  if (filter.status) status = std::to_underlying(*filter.status);
  Params params;
  params.add(raw(before ? std::min(before->value(), kTop) : kTop)).add(now).add(status);
  params.add(raw(limit + 1));
  const bool waits = filter.status == domain::OrderStatus::pending;
  const auto rows =
      pool_.run(waits ? kWalkPendingOrders : kWalkOrders, std::move(params), "list orders");
  if (!rows) return base::fail(rows.error());

  ports::OrderPage page;
  const auto end_of_page = [&] {
    return page.items.empty() ? before : std::optional(page.items.back().number);
  };
  for (std::size_t i = 0; i < rows->size(); ++i) {
    domain::Order order = read_order(*rows, i);
    const domain::OrderNumber number = order.number;
    if (!domain::is_expired(order, now) && (!filter.status || order.status == *filter.status)) {
      if (page.items.size() == limit) {
        page.next_before = end_of_page();
        return page;
      }
      page.items.push_back(std::move(order));
    }
    if (rows->number(i, kWalked) == kMaxExaminedOrders) {
      page.next_before = number;
      return page;
    }
  }
  if (!rows->empty() && rows->number(0, kFound) > rows->size()) page.next_before = end_of_page();
  return page;
}

base::Result<std::vector<domain::Order>> OrderReader::pending(domain::OrderNumber after,
                                                              std::size_t limit,
                                                              base::WallTime now) {
  Params params;
  params.add(raw(after)).add(now).add(raw(limit));
  const auto rows = pool_.run(kPendingOrders, std::move(params), "read pending orders");
  if (!rows) return base::fail(rows.error());
  return orders_in(*rows);
}

base::Result<std::vector<domain::Order>> OrderReader::settled_by(const std::string& name,
                                                                 base::WallTime now) {
  Params params;
  params.add_bytes(name).add(now);
  const auto rows = pool_.run(kSettledBy, std::move(params), "read settled orders");
  if (!rows) return base::fail(rows.error());
  return orders_in(*rows);
}

}  // namespace ordo::postgres
