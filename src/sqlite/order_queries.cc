#include "sqlite/order_queries.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <utility>

#include "ports/page_bytes.h"
#include "sqlite/order_rows.h"

namespace ordo::sqlite {
namespace {

// The two that every walk looks at; the texts stand behind them.
constexpr int kStatus = 2;
constexpr int kExpiresAt = 4;

}  // namespace

base::Result<void> OrderQueries::prepare() {
  const std::pair<Statement*, std::string> statements[] = {
      {&find_,
       fmt::format("SELECT {} FROM orders WHERE record_id = ? AND expires_at > ?", kOrderColumns)},
      {&walk_all_, fmt::format("SELECT {} FROM orders WHERE n < ? ORDER BY n DESC", kOrderColumns)},
      // Named, because the planner would rather take the table itself.
      {&walk_pending_,
       fmt::format("SELECT {} FROM orders INDEXED BY orders_pending WHERE status = 0 AND n < ? "
                   "ORDER BY n DESC",
                   kOrderColumns)},
      {&pending_,
       fmt::format("SELECT {} FROM orders INDEXED BY orders_pending WHERE status = 0 AND n > ? "
                   "AND expires_at > ? ORDER BY n LIMIT ?",
                   kOrderColumns)},
      {&settled_by_,
       fmt::format("SELECT {} FROM orders INDEXED BY orders_settled WHERE settled_by <> '' "
                   "AND settled_by = ? AND expires_at > ? ORDER BY n",
                   kOrderColumns)},
  };
  return prepare_all(connection_, statements);
}

base::Result<std::optional<domain::Order>> OrderQueries::find(const domain::RecordId& id,
                                                              base::WallTime now) {
  const ResetAtEnd reset(find_);
  const base::Result<bool> row =
      find_.bind(std::string_view(id.value())).bind(now).step("read an order");
  if (!row) return base::fail(row.error());
  return *row ? std::optional(read_order(find_)) : std::nullopt;
}

base::Result<ports::OrderPage> OrderQueries::list(const ports::OrderFilter& filter,
                                                  std::optional<domain::OrderNumber> before,
                                                  std::size_t limit, base::WallTime now) {
  constexpr std::uint64_t kTop = std::numeric_limits<std::int64_t>::max();
  const domain::OrderNumber top(before ? std::min(before->value(), kTop) : kTop);
  Statement& rows = filter.status == domain::OrderStatus::pending ? walk_pending_ : walk_all_;
  const ResetAtEnd reset(rows);
  rows.bind(raw(top));

  ports::OrderPage page;
  std::size_t examined = 0;
  std::size_t bytes = 0;
  base::Result<bool> row = rows.step("list orders");
  for (; row && *row; row = rows.step("list orders")) {
    const bool wanted =
        rows.integer(kExpiresAt) > now.ms() &&
        (!filter.status || rows.integer(kStatus) == std::to_underlying(*filter.status));
    if (wanted && (page.items.size() >= limit || bytes >= ports::kFullPageBytes)) {
      page.next_before = page.items.empty() ? before : page.items.back().number;
      return page;
    }
    const domain::OrderNumber number(static_cast<std::uint64_t>(rows.integer(0)));
    if (wanted) {
      page.items.push_back(read_order(rows));
      bytes += domain::text_bytes(page.items.back().record);
    }
    if (++examined >= kMaxExaminedOrders) {
      page.next_before = number;
      return page;
    }
  }
  if (!row) return base::fail(row.error());
  return page;
}

base::Result<std::vector<domain::Order>> OrderQueries::pending(domain::OrderNumber after,
                                                               std::size_t limit,
                                                               base::WallTime now) {
  const ResetAtEnd reset(pending_);
  pending_.bind(raw(after)).bind(now).bind(static_cast<std::int64_t>(limit));
  std::vector<domain::Order> orders;
  std::size_t bytes = 0;
  while (bytes < ports::kFullPageBytes) {
    const base::Result<bool> row = pending_.step("read pending orders");
    if (!row) return base::fail(row.error());
    if (!*row) break;
    orders.push_back(read_order(pending_));
    bytes += domain::text_bytes(orders.back().record);
  }
  return orders;
}

base::Result<std::vector<domain::Order>> OrderQueries::settled_by(const std::string& name,
                                                                  base::WallTime now) {
  const ResetAtEnd reset(settled_by_);
  settled_by_.bind(std::string_view(name)).bind(now);
  std::vector<domain::Order> orders;
  while (true) {
    const base::Result<bool> row = settled_by_.step("read settled orders");
    if (!row) return base::fail(row.error());
    if (!*row) return orders;
    orders.push_back(read_order(settled_by_));
  }
}

}  // namespace ordo::sqlite
