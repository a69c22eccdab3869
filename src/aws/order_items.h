// Orders as items of the orders table, in the form in which state machines on AWS read them, too.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "aws/item.h"
#include "base/result.h"
#include "domain/order.h"

namespace ordo::aws {

struct OrderRow {
  domain::Order order;
  std::string settled_by = {};
  // The batch that it came in, if that was too large for one transaction: there is no such order
  // until all of the batch is there.
  std::string batch = {};

  friend bool operator==(const OrderRow&, const OrderRow&) = default;
};

inline constexpr std::uint64_t kOrderShelves = 8;
[[nodiscard]] std::string order_shelf(std::uint64_t shelf);
inline constexpr char kPendingLot[] = "pending";

[[nodiscard]] Item item_of(const OrderRow& row);
// `internal`: this is no order.
base::Result<OrderRow> order_row_of(const Item& item);

// Of a batch: it came to be, or it never will.
enum class BatchState : std::uint8_t { committed, aborted };
[[nodiscard]] std::string key_of_batch(const std::string& batch);
[[nodiscard]] Item item_of(BatchState state, base::WallTime keep_until);
[[nodiscard]] BatchState batch_state_of(const Item& item);

// What one name has settled, read as it is now, which no index is.
struct Settled {
  std::vector<domain::RecordId> ids;
  base::WallTime keep_until;
};
[[nodiscard]] std::string key_of_settled(const std::string& name);
[[nodiscard]] Item item_of(const Settled& settled);
[[nodiscard]] Settled settled_of(const Item& item);

}  // namespace ordo::aws
