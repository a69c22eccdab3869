#include "support/memory_orders.h"

#include <algorithm>
#include <utility>

namespace ordo::testing {

ports::WriteAnswer MemoryOrders::apply_one(const ports::AddOrders& add) {
  // On a copy, because all of it or nothing is kept.
  MemoryOrders next = *this;
  ports::OrdersAccepted accepted{add.records.size(), 0, add.expires_at};
  std::vector<base::FieldError> conflicts;
  for (std::size_t i = 0; i < add.records.size(); ++i) {
    const domain::OrderRecord& record = add.records[i];
    std::erase_if(next.orders_, [&](const auto& row) {
      return row.second.record.id == record.id && domain::is_expired(row.second, add.now);
    });
    const domain::Order* const known = next.row_of(record.id);
    if (known == nullptr) {
      const domain::OrderNumber number(++next.last_number_);
      next.orders_[number.value()] = {number, record, domain::OrderStatus::pending, add.now,
                                      add.expires_at};
      ++accepted.added;
      continue;
    }
    if (!domain::same_values(known->record, record)) {
      conflicts.push_back(ports::order_conflict(i));
    }
    accepted.expires_at = std::min(accepted.expires_at, known->expires_at);
  }
  if (!conflicts.empty()) return base::fail(ports::orders_conflict(std::move(conflicts)));
  *this = std::move(next);
  return accepted;
}

ports::WriteAnswer MemoryOrders::apply_one(const ports::SettleOrders& settle) {
  ports::OrdersSettled settled;
  for (const auto& [id, status, number] : settle.orders) {
    auto* const order = const_cast<domain::Order*>(row_of(id));
    const bool open = order != nullptr && order->status == domain::OrderStatus::pending &&
                      !domain::is_expired(*order, settle.now) &&
                      number.value_or(order->number) == order->number;
    if (!open || status == domain::OrderStatus::pending) continue;
    order->status = status;
    if (!settle.by.empty()) settled_by_[order->number.value()] = settle.by;
    ++settled.changed;
  }
  return settled;
}

void MemoryOrders::expire(base::WallTime now, ports::ExpiryBite& bite) {
  std::vector<std::pair<base::WallTime, std::uint64_t>> expired;
  for (const auto& [number, order] : orders_) {
    if (domain::is_expired(order, now)) expired.emplace_back(order.expires_at, number);
  }
  std::ranges::sort(expired);
  for (const auto& [time, number] : expired) {
    if (bite.is_eaten()) break;
    bite.take(domain::text_bytes(orders_.at(number).record));
    orders_.erase(number);
  }
}

std::optional<domain::Order> MemoryOrders::find(const domain::RecordId& id,
                                                base::WallTime now) const {
  const domain::Order* const order = row_of(id);
  if (order == nullptr || domain::is_expired(*order, now)) return std::nullopt;
  return *order;
}

ports::OrderPage MemoryOrders::list(const ports::OrderFilter& filter,
                                    std::optional<domain::OrderNumber> before, std::size_t limit,
                                    base::WallTime now) const {
  ports::OrderPage page;
  std::size_t bytes = 0;
  auto row = before ? orders_.lower_bound(before->value()) : orders_.end();
  while (row != orders_.begin()) {
    const domain::Order& order = (--row)->second;
    if (domain::is_expired(order, now) || (filter.status && order.status != *filter.status)) {
      continue;
    }
    if (page.items.size() == limit || bytes >= ports::kFullPageBytes) {
      page.next_before = page.items.empty() ? before : page.items.back().number;
      break;
    }
    page.items.push_back(order);
    bytes += domain::text_bytes(order.record);
  }
  return page;
}

std::vector<domain::Order> MemoryOrders::pending(domain::OrderNumber after, std::size_t limit,
                                                 base::WallTime now) const {
  std::vector<domain::Order> orders;
  std::size_t bytes = 0;
  for (auto row = orders_.upper_bound(after.value()); row != orders_.end(); ++row) {
    if (orders.size() == limit || bytes >= ports::kFullPageBytes) break;
    const domain::Order& order = row->second;
    const bool waits = order.status == domain::OrderStatus::pending;
    if (!waits || domain::is_expired(order, now)) continue;
    orders.push_back(order);
    bytes += domain::text_bytes(order.record);
  }
  return orders;
}

std::vector<domain::Order> MemoryOrders::settled_by(const std::string& name,
                                                    base::WallTime now) const {
  std::vector<domain::Order> orders;
  for (const auto& [number, by] : settled_by_) {
    const auto row = orders_.find(number);
    if (by != name || row == orders_.end() || domain::is_expired(row->second, now)) continue;
    orders.push_back(row->second);
  }
  return orders;
}

const domain::Order* MemoryOrders::row_of(const domain::RecordId& id) const {
  const auto row = std::ranges::find_if(
      orders_, [&](const auto& candidate) { return candidate.second.record.id == id; });
  return row == orders_.end() ? nullptr : &row->second;
}

}  // namespace ordo::testing
