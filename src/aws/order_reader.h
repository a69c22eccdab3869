// The read side of orders, on DynamoDB.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "aws/home_options.h"
#include "aws/order_batches.h"
#include "aws/order_items.h"
#include "ports/order_reads.h"

namespace ordo::aws {

// Any thread. Orders are read as they are now; lists find those that were accepted up to a moment
// ago, for the index follows the table. What one name has settled is read from the table itself:
// whoever asks right after settling finds all of it.
class OrderReader : public ports::OrderReads {
 public:
  // Borrowed.
  OrderReader(Dynamo& dynamo, const HomeOptions& options, OrderBatches& batches)
      : dynamo_(dynamo), options_(options), batches_(batches) {}

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
  // Nothing for those that are gone, or not there yet.
  base::Result<std::vector<std::optional<OrderRow>>> read(const std::vector<std::string>& keys,
                                                          base::WallTime now);

  Dynamo& dynamo_;
  const HomeOptions& options_;
  OrderBatches& batches_;
};

}  // namespace ordo::aws
