// What can be written about orders, and what comes of it.
#pragma once

#include <fmt/format.h>

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "domain/order.h"

namespace ordo::ports {

// All of them or none. OrdersAccepted; or conflict, with a pointer such as "/3/record_id" for each
// that is there with other values, be it further up in the same list. One that is there with the
// same values stays as it is; one that has expired is as if it were not there.
struct AddOrders {
  std::vector<domain::OrderRecord> records;
  base::WallTime now;
  base::WallTime expires_at;
};

// Those that are pending become what is said, which is not pending again; all others stay as they
// are, as do those that have expired or are not known. OrdersSettled.
struct SettleOrders {
  struct Settlement {
    domain::RecordId id;
    domain::OrderStatus status = domain::OrderStatus::accepted;
    // Only if it is this one, not a later one of the same id.
    std::optional<domain::OrderNumber> number = {};
  };
  std::vector<Settlement> orders;
  base::WallTime now;
  std::string by = {};  // kept with those that it changes: OrderReads::settled_by() finds them
};

struct OrdersAccepted {
  std::size_t accepted = 0;   // all of them
  std::size_t added = 0;      // those that were not there
  base::WallTime expires_at;  // when the first of them will be gone

  friend bool operator==(const OrdersAccepted&, const OrdersAccepted&) = default;
};
// How a store says so.
[[nodiscard]] inline base::FieldError order_conflict(std::size_t index) {
  return {fmt::format("/{}/record_id", index), "taken",
          "this record_id was accepted with other values"};
}
[[nodiscard]] inline base::Error orders_conflict(std::vector<base::FieldError> conflicts) {
  return {base::ErrorCode::conflict, "nothing was accepted; see errors", std::move(conflicts)};
}

struct OrdersSettled {
  std::size_t changed = 0;
};

}  // namespace ordo::ports
