// What a reading connection is asked about orders.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "ports/order_reads.h"
#include "sqlite/connection.h"

namespace ordo::sqlite {

// What one call of list() may look at before it answers with the page as it is.
inline constexpr std::size_t kMaxExaminedOrders = 20'000;

// One thread at a time. Borrows the connection. As ports::OrderReads.
class OrderQueries {
 public:
  explicit OrderQueries(Connection& connection) : connection_(connection) {}

  base::Result<void> prepare();

  base::Result<std::optional<domain::Order>> find(const domain::RecordId& id, base::WallTime now);
  base::Result<ports::OrderPage> list(const ports::OrderFilter& filter,
                                      std::optional<domain::OrderNumber> before, std::size_t limit,
                                      base::WallTime now);
  base::Result<std::vector<domain::Order>> pending(domain::OrderNumber after, std::size_t limit,
                                                   base::WallTime now);
  base::Result<std::vector<domain::Order>> settled_by(const std::string& name, base::WallTime now);

 private:
  Connection& connection_;
  Statement find_;
  Statement walk_all_;
  Statement walk_pending_;
  Statement pending_;
  Statement settled_by_;
};

}  // namespace ordo::sqlite
