#include "aws/order_reader.h"

#include <algorithm>
#include <map>
#include <utility>

#include "aws/filled_page.h"
#include "aws/shelf_walk.h"

namespace ordo::aws {
namespace {

std::vector<std::string> all_order_shelves() {
  std::vector<std::string> shelves;
  shelves.reserve(kOrderShelves);
  for (std::uint64_t i = 0; i < kOrderShelves; ++i) shelves.push_back(order_shelf(i));
  return shelves;
}

std::vector<std::string> names_of(const std::vector<NumberedKey>& keys) {
  std::vector<std::string> names;
  names.reserve(keys.size());
  for (const NumberedKey& key : keys) names.push_back(key.key);
  return names;
}

}  // namespace

base::Result<std::vector<std::optional<OrderRow>>> OrderReader::read(
    const std::vector<std::string>& keys, base::WallTime now) {
  std::vector<std::optional<OrderRow>> rows(keys.size());
  if (keys.empty()) return rows;
  const auto items = dynamo_.read(options_.orders, keys);
  if (!items) return base::fail(items.error());
  std::map<std::string, bool> there_is;  // asked about once, for all of its orders
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (!(*items)[i]) continue;
    base::Result<OrderRow> row = order_row_of(*(*items)[i]);
    if (!row) return base::fail(std::move(row.error()));
    if (domain::is_expired(row->order, now)) continue;
    auto known = there_is.find(row->batch);
    if (known == there_is.end()) {
      const base::Result<bool> there = batches_.is_there(row->batch);
      if (!there) return base::fail(there.error());
      known = there_is.emplace(row->batch, *there).first;
    }
    if (known->second) rows[i] = std::move(*row);
  }
  return rows;
}

base::Result<std::optional<domain::Order>> OrderReader::find(const domain::RecordId& id,
                                                             base::WallTime now) {
  auto rows = read({id.value()}, now);
  if (!rows) return base::fail(std::move(rows.error()));
  if (!rows->front()) return std::optional<domain::Order>();
  return std::optional(std::move(rows->front()->order));
}

base::Result<ports::OrderPage> OrderReader::list(const ports::OrderFilter& filter,
                                                 std::optional<domain::OrderNumber> before,
                                                 std::size_t limit, base::WallTime now) {
  ShelfWalk walk(dynamo_, options_.orders, all_order_shelves(),
                 before.transform([](const auto& number) { return number.value(); }), limit);
  return filled_page<ports::OrderPage>(
      walk, before, limit,
      [&](const std::vector<NumberedKey>& keys)
          -> base::Result<std::vector<std::optional<domain::Order>>> {
        auto rows = read(names_of(keys), now);
        if (!rows) return base::fail(std::move(rows.error()));
        std::vector<std::optional<domain::Order>> orders(keys.size());
        for (std::size_t i = 0; i < keys.size(); ++i) {
          std::optional<OrderRow>& row = (*rows)[i];
          // An expired one whose id was used again has another number now.
          if (!row || row->order.number.value() != keys[i].number) continue;
          if (filter.status && row->order.status != *filter.status) continue;
          orders[i] = std::move(row->order);
        }
        return orders;
      },
      [](const domain::Order& order) { return domain::text_bytes(order.record); });
}

base::Result<std::vector<domain::Order>> OrderReader::pending(domain::OrderNumber after,
                                                              std::size_t limit,
                                                              base::WallTime now) {
  std::vector<domain::Order> orders;
  std::size_t bytes = 0;
  std::uint64_t from = after.value();
  while (orders.size() < limit && bytes < ports::kFullPageBytes) {
    const auto keys = dynamo_.keys(
        options_.orders,
        {.index = kByLot, .partition = kPendingLot, .after = from, .limit = kReadAtOnce});
    if (!keys) return base::fail(keys.error());
    auto rows = read(names_of(*keys), now);
    if (!rows) return base::fail(std::move(rows.error()));
    for (std::size_t i = 0; i < keys->size(); ++i) {
      from = (*keys)[i].number;
      std::optional<OrderRow>& row = (*rows)[i];
      const bool waits = row && row->order.number.value() == from &&
                         row->order.status == domain::OrderStatus::pending;
      if (!waits) continue;
      bytes += domain::text_bytes(row->order.record);
      orders.push_back(std::move(row->order));
      if (orders.size() == limit || bytes >= ports::kFullPageBytes) break;
    }
    if (keys->size() < kReadAtOnce) break;
  }
  return orders;
}

base::Result<std::vector<domain::Order>> OrderReader::settled_by(const std::string& name,
                                                                 base::WallTime now) {
  std::vector<domain::Order> orders;
  if (name.empty()) return orders;
  const auto items = dynamo_.read(options_.orders, std::vector{key_of_settled(name)});
  if (!items) return base::fail(items.error());
  if (!items->front()) return orders;
  std::vector<std::string> keys;
  for (const domain::RecordId& id : settled_of(*items->front()).ids) keys.push_back(id.value());
  auto rows = read(keys, now);
  if (!rows) return base::fail(std::move(rows.error()));
  for (std::optional<OrderRow>& row : *rows) {
    if (row && row->settled_by == name) orders.push_back(std::move(row->order));
  }
  std::ranges::sort(orders, {}, &domain::Order::number);
  return orders;
}

}  // namespace ordo::aws
