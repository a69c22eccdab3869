// Writes orders.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "domain/order.h"
#include "ports/store.h"
#include "sqlite/writing.h"

namespace ordo::sqlite {

// Store thread only, within a transaction. Borrows `writing`.
class OrderWriter {
 public:
  explicit OrderWriter(Writing& writing) : writing_(writing) {}

  base::Result<void> prepare();

  // Each sets its write's answer; its error fails the whole transaction.
  base::Result<void> apply_one(const ports::AddOrders& add, ports::WriteAnswer& answer);
  base::Result<void> apply_one(const ports::SettleOrders& settle, ports::WriteAnswer& answer);

  // Deletes what `bite` still has room for.
  base::Result<void> expire(base::WallTime orders_at, ports::ExpiryBite& bite);

 private:
  // What accepting a list comes to, before any of it is written.
  struct Plan {
    std::vector<std::int64_t> expired;  // rows that give way
    std::vector<const domain::OrderRecord*> added;
    base::WallTime expires_at;
    std::vector<base::FieldError> conflicts;
  };
  base::Result<Plan> plan(const ports::AddOrders& add);
  base::Result<std::optional<domain::Order>> find(const domain::RecordId& id);
  base::Result<void> remove(std::int64_t row);

  Writing& writing_;
  Statement find_;
  Statement insert_;
  Statement remove_;
  Statement settle_;
  Statement find_expired_;
};

}  // namespace ordo::sqlite
