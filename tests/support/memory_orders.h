// What a store keeps of orders, and what each write makes of it: in a map, and without a disk.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "domain/order.h"
#include "ports/order_reads.h"
#include "ports/page_bytes.h"
#include "ports/store.h"

namespace ordo::testing {

// A copy is the store as it is now.
class MemoryOrders {
 public:
  ports::WriteAnswer apply_one(const ports::AddOrders& add);
  ports::WriteAnswer apply_one(const ports::SettleOrders& settle);

  void expire(base::WallTime now, ports::ExpiryBite& bite);

  [[nodiscard]] std::optional<domain::Order> find(const domain::RecordId& id,
                                                  base::WallTime now) const;

  [[nodiscard]] ports::OrderPage list(const ports::OrderFilter& filter,
                                      std::optional<domain::OrderNumber> before, std::size_t limit,
                                      base::WallTime now) const;

  [[nodiscard]] std::vector<domain::Order> pending(domain::OrderNumber after, std::size_t limit,
                                                   base::WallTime now) const;

  [[nodiscard]] std::vector<domain::Order> settled_by(const std::string& name,
                                                      base::WallTime now) const;

 private:
  [[nodiscard]] const domain::Order* row_of(const domain::RecordId& id) const;

  std::map<std::uint64_t, domain::Order> orders_;
  std::map<std::uint64_t, std::string> settled_by_;
  std::uint64_t last_number_ = 0;
};

}  // namespace ordo::testing
