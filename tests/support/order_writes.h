// Orders and what came of them, in a few words.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "ports/order_reads.h"
#include "ports/writes.h"
#include "support/task_writes.h"

namespace ordo::testing {

inline constexpr base::Millis kKept{1000};

inline domain::OrderRecord order(std::string id, std::string parameter_2 = "4",
                                 std::string parameter_1 = "abc") {
  return {domain::RecordId(std::move(id)), std::move(parameter_1), std::move(parameter_2)};
}

inline ports::AddOrders orders(std::vector<domain::OrderRecord> records,
                               base::WallTime now = at_ms(0)) {
  return {std::move(records), now, now + kKept};
}

inline ports::SettleOrders settle(std::vector<ports::SettleOrders::Settlement> settlements,
                                  base::WallTime now = at_ms(0)) {
  return {std::move(settlements), now};
}
inline ports::SettleOrders::Settlement accepted(std::string id) {
  return {domain::RecordId(std::move(id)), domain::OrderStatus::accepted};
}
inline ports::SettleOrders::Settlement rejected(std::string id) {
  return {domain::RecordId(std::move(id)), domain::OrderStatus::rejected};
}

// "accepted 3, 2 new", "settled 1", "conflict /0/record_id", or the error's code.
inline std::string told_of_orders(const ports::WriteAnswer& answer) {
  if (!answer && answer.error().code == base::ErrorCode::conflict) {
    std::string all = "conflict";
    for (const base::FieldError& fault : answer.error().fields) all += " " + fault.pointer;
    return all;
  }
  if (!answer) return told(answer.error().code);
  if (const auto* of = std::get_if<ports::OrdersAccepted>(&*answer)) {
    return "accepted " + std::to_string(of->accepted) + ", " + std::to_string(of->added) + " new";
  }
  if (const auto* of = std::get_if<ports::OrdersSettled>(&*answer)) {
    return "settled " + std::to_string(of->changed);
  }
  return told(answer);
}

// The whole list under a filter, page by page.
inline std::vector<domain::Order> walk(ports::OrderReads& reads, base::WallTime now,
                                       const ports::OrderFilter& filter = {},
                                       std::size_t limit = 100) {
  std::vector<domain::Order> all;
  std::optional<domain::OrderNumber> before;
  do {
    base::Result<ports::OrderPage> page = reads.list(filter, before, limit, now);
    if (!page) return {};
    for (domain::Order& one : page->items) all.push_back(std::move(one));
    before = page->next_before;
  } while (before);
  return all;
}

}  // namespace ordo::testing
