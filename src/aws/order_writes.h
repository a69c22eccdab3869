// What each write makes of the items of the orders table.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "aws/home_options.h"
#include "aws/order_batches.h"
#include "aws/order_items.h"
#include "aws/unit_of_work.h"
#include "ports/order_writes.h"
#include "ports/random.h"
#include "ports/writes.h"

namespace ordo::aws {

// So many orders are added, or settled, in one transaction.
inline constexpr std::size_t kMaxOrdersTogether = kMaxTransactionItems - 10;

// Within one transaction. One thread.
class OrderWrites {
 public:
  OrderWrites(UnitOfWork& unit, const HomeOptions& options, OrderBatches& batches,
              std::uint64_t last_number)
      : unit_(unit),
        options_(options),
        batches_(batches),
        first_number_(last_number),
        last_number_(last_number) {}

  // At most kMaxOrdersTogether.
  ports::WriteAnswer apply(const ports::AddOrders& add);
  ports::WriteAnswer apply(const ports::SettleOrders& settle);

  [[nodiscard]] std::uint64_t drawn() const noexcept { return last_number_ - first_number_; }
  // What failed apart from the unit's reads.
  [[nodiscard]] const std::optional<base::Error>& failure() const noexcept { return failure_; }

 private:
  // One that is there at `now`. With `for_good`: an undecided batch is decided against.
  std::optional<OrderRow> find(const domain::RecordId& id, base::WallTime now, bool for_good);

  UnitOfWork& unit_;
  const HomeOptions& options_;
  OrderBatches& batches_;
  const std::uint64_t first_number_;
  std::uint64_t last_number_;
  std::optional<base::Error> failure_;
};

// Borrowed.
struct OrderParts {
  Dynamo& dynamo;
  const HomeOptions& options;
  OrderBatches& batches;
  ports::Random& random;
  const std::function<void(base::Millis)>& pause;  // sleeps
};
// Any number of orders, all of them or none: as a batch (see order_batches.h) if they are too many
// for one transaction. The outer error means that nothing was accepted.
base::Result<ports::WriteAnswer> add_many_orders(const OrderParts& parts,
                                                 const ports::AddOrders& add);

// Names the counter of order numbers.
inline constexpr char kOrderCounter[] = "#numbers";

}  // namespace ordo::aws
