#include "sqlite/order_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "sqlite/order_rows.h"

namespace ordo::sqlite {

base::Result<void> OrderWriter::prepare() {
  const std::pair<Statement*, std::string> statements[] = {
      {&find_, fmt::format("SELECT {} FROM orders WHERE record_id = ?", kOrderColumns)},
      {&insert_,
       "INSERT INTO orders (record_id, status, accepted_at, expires_at, parameter_2, parameter_1) "
       "VALUES (?, 0, ?, ?, ?, ?)"},
      {&remove_, "DELETE FROM orders WHERE n = ?"},
      {&settle_,
       "UPDATE orders SET status = ?, settled_by = ? WHERE record_id = ? AND status = 0 "
       "AND expires_at > ? AND n = coalesce(nullif(?, 0), n)"},
      {&find_expired_,
       "SELECT n, length(CAST(parameter_1 AS BLOB)) + length(parameter_2) FROM orders "
       "INDEXED BY orders_expiry WHERE expires_at <= ? ORDER BY expires_at, n"},
  };
  return prepare_all(writing_.connection, statements);
}

base::Result<void> OrderWriter::apply_one(const ports::AddOrders& add, ports::WriteAnswer& answer) {
  const base::Result<Plan> planned = plan(add);
  if (!planned) return base::fail(planned.error());
  if (!planned->conflicts.empty()) {
    answer = base::fail(ports::orders_conflict(planned->conflicts));
    return {};
  }
  for (const std::int64_t row : planned->expired) {
    if (const auto removed = remove(row); !removed) return removed;
  }
  for (const domain::OrderRecord* const record : planned->added) {
    const auto inserted = insert_.bind(std::string_view(record->id.value()))
                              .bind(add.now)
                              .bind(add.expires_at)
                              .bind(std::string_view(record->parameter_2))
                              .bind(std::string_view(record->parameter_1))
                              .run("write an order");
    if (!inserted) return inserted;
    writing_.changed = true;
  }
  answer = ports::OrdersAccepted{add.records.size(), planned->added.size(), planned->expires_at};
  return {};
}

base::Result<OrderWriter::Plan> OrderWriter::plan(const ports::AddOrders& add) {
  Plan plan;
  plan.expires_at = add.expires_at;
  std::unordered_map<std::string_view, const domain::OrderRecord*> added;
  added.reserve(add.records.size());
  const auto compare = [&](std::size_t index, const domain::OrderRecord& with) {
    const bool same = domain::same_values(add.records[index], with);
    if (!same) plan.conflicts.push_back(ports::order_conflict(index));
  };
  for (std::size_t i = 0; i < add.records.size(); ++i) {
    const domain::OrderRecord& record = add.records[i];
    if (const auto before = added.find(record.id.value()); before != added.end()) {
      compare(i, *before->second);
      continue;
    }
    const base::Result<std::optional<domain::Order>> known = find(record.id);
    if (!known) return base::fail(known.error());
    if (*known && !domain::is_expired(**known, add.now)) {
      compare(i, (*known)->record);
      plan.expires_at = std::min(plan.expires_at, (*known)->expires_at);
      continue;
    }
    if (*known) plan.expired.push_back(raw((*known)->number));
    plan.added.push_back(&record);
    added.emplace(record.id.value(), &record);
  }
  return plan;
}

base::Result<std::optional<domain::Order>> OrderWriter::find(const domain::RecordId& id) {
  const ResetAtEnd reset(find_);
  const base::Result<bool> row = find_.bind(std::string_view(id.value())).step("look up an order");
  if (!row) return base::fail(row.error());
  return *row ? std::optional(read_order(find_)) : std::nullopt;
}

base::Result<void> OrderWriter::remove(std::int64_t row) {
  writing_.changed = true;
  return remove_.bind(row).run("delete an order");
}

base::Result<void> OrderWriter::apply_one(const ports::SettleOrders& settle,
                                          ports::WriteAnswer& answer) {
  ports::OrdersSettled settled;
  for (const auto& [id, status, number] : settle.orders) {
    const auto only = static_cast<std::int64_t>(number.value_or(domain::OrderNumber(0)).value());
    if (status == domain::OrderStatus::pending) continue;
    const auto updated = settle_.bind(static_cast<std::int64_t>(status))
                             .bind(std::string_view(settle.by))
                             .bind(std::string_view(id.value()))
                             .bind(settle.now)
                             .bind(only)
                             .run("settle an order");
    if (!updated) return updated;
    settled.changed += static_cast<std::size_t>(writing_.connection.changes());
  }
  writing_.changed = writing_.changed || settled.changed > 0;
  answer = settled;
  return {};
}

base::Result<void> OrderWriter::expire(base::WallTime orders_at, ports::ExpiryBite& bite) {
  std::vector<std::int64_t> found;
  {
    const ResetAtEnd reset(find_expired_);
    find_expired_.bind(orders_at);
    while (!bite.is_eaten()) {
      const base::Result<bool> row = find_expired_.step("look for old orders");
      if (!row) return base::fail(row.error());
      if (!*row) break;
      found.push_back(find_expired_.integer(0));
      bite.take(static_cast<std::size_t>(find_expired_.integer(1)));
    }
  }
  for (const std::int64_t row : found) {
    if (const auto removed = remove(row); !removed) return removed;
  }
  return {};
}

}  // namespace ordo::sqlite
