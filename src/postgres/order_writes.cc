#include "postgres/order_writes.h"

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace ordo::postgres {

using ports::WriteAnswer;

void OrderWrites::want(const ports::AddOrders& add) {
  for (const domain::OrderRecord& record : add.records) unit_.want(record.id);
}

void OrderWrites::want(const ports::SettleOrders& settle) {
  for (const auto& one : settle.orders) unit_.want(one.id);
}

WriteAnswer OrderWrites::apply(const ports::AddOrders& add) {
  Plan planned = plan(add);
  if (!planned.conflicts.empty()) {
    return base::fail(ports::orders_conflict(std::move(planned.conflicts)));
  }
  for (const domain::OrderRecord* const record : planned.added) {
    unit_.add({{}, *record, domain::OrderStatus::pending, add.now, add.expires_at});
  }
  return ports::OrdersAccepted{add.records.size(), planned.added.size(), planned.expires_at};
}

OrderWrites::Plan OrderWrites::plan(const ports::AddOrders& add) {
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
    const domain::Order* const known = unit_.find(record.id);
    if (known != nullptr && !domain::is_expired(*known, add.now)) {
      compare(i, known->record);
      plan.expires_at = std::min(plan.expires_at, known->expires_at);
      continue;
    }
    plan.added.push_back(&record);
    added.emplace(record.id.value(), &record);
  }
  return plan;
}

WriteAnswer OrderWrites::apply(const ports::SettleOrders& settle) {
  ports::OrdersSettled settled;
  for (const auto& one : settle.orders) {
    if (settle_one(settle, one)) ++settled.changed;
  }
  return settled;
}

bool OrderWrites::settle_one(const ports::SettleOrders& settle,
                             const ports::SettleOrders::Settlement& one) {
  if (one.status == domain::OrderStatus::pending) return false;
  const domain::Order* const order = unit_.find(one.id);
  if (order == nullptr || order->status != domain::OrderStatus::pending ||
      domain::is_expired(*order, settle.now)) {
    return false;
  }
  if (one.number && !unit_.has_number(one.id, *one.number)) return false;
  unit_.settle(one.id, one.status, settle.by);
  return true;
}

}  // namespace ordo::postgres
