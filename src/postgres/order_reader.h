// The read side of orders.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "ports/order_reads.h"
#include "postgres/read_pool.h"

namespace ordo::postgres {

// What one call of list() may look at before it answers with the page as it is.
inline constexpr std::size_t kMaxExaminedOrders = 20'000;

// Any thread. Borrows the pool.
class OrderReader : public ports::OrderReads {
 public:
  explicit OrderReader(ReadPool& pool) : pool_(pool) {}

  base::Result<std::optional<domain::Order>> find(const domain::RecordId& id,
                                                  base::WallTime now) override;
  base::Result<ports::OrderPage> list(const ports::OrderFilter& filter,
                                      std::optional<domain::OrderNumber> before, std::size_t limit,
                                      base::WallTime now) override;
  base::Result<std::vector<domain::Order>> pending(domain::OrderNumber after, std::size_t limit,
                                                   base::WallTime now) override;
  base::Result<std::vector<domain::Order>> settled_by(const std::string& name,
                                                      base::WallTime now) override;

 private:
  ReadPool& pool_;
};

}  // namespace ordo::postgres
