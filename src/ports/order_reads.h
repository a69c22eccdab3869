// The read side of orders.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "domain/order.h"

namespace ordo::ports {

struct OrderFilter {
  std::optional<domain::OrderStatus> status = {};
};

struct OrderPage {
  std::vector<domain::Order> items;  // newest first
  // Where the walk goes on, or nothing at its end. A page that is not full may still have a next:
  // one call looks at a bounded number of orders.
  std::optional<domain::OrderNumber> next_before;
};

// Any thread; sees what is committed and never waits for the writer. What has expired at `now` is
// in no answer, whether it is deleted or not.
class OrderReads {
 public:
  virtual ~OrderReads() = default;

  virtual base::Result<std::optional<domain::Order>> find(const domain::RecordId& id,
                                                          base::WallTime now) = 0;

  // Orders with a number below `before` (all, without), newest first, until the page is full: with
  // `limit` orders, or with kFullPageBytes of text.
  virtual base::Result<OrderPage> list(const OrderFilter& filter,
                                       std::optional<domain::OrderNumber> before, std::size_t limit,
                                       base::WallTime now) = 0;

  // Pending orders with a number over `after`, oldest first: `limit` of them, or fewer once they
  // hold kFullPageBytes of text. None: there are no more.
  virtual base::Result<std::vector<domain::Order>> pending(domain::OrderNumber after,
                                                           std::size_t limit,
                                                           base::WallTime now) = 0;

  // Those that one SettleOrders changed, by the name that it gave itself, oldest first. Of an empty
  // name: none.
  virtual base::Result<std::vector<domain::Order>> settled_by(const std::string& name,
                                                              base::WallTime now) = 0;
};

}  // namespace ordo::ports
