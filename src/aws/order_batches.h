// Batches of orders that were too large for one transaction: whether each came to be.
//
// Its orders are written one transaction after the other, and are no orders yet; then one item says
// that all of them are. Whoever meets an order of an undecided batch and must know decides against
// it; the batch's own last step then fails, and it begins anew.
#pragma once

#include <map>
#include <mutex>
#include <string>

#include "aws/home_options.h"
#include "aws/order_items.h"
#include "base/result.h"

namespace ordo::aws {

// Any thread.
class OrderBatches {
 public:
  // Borrowed.
  OrderBatches(Dynamo& dynamo, const HomeOptions& options) : dynamo_(dynamo), options_(options) {}

  // Whether the orders of this batch are there. An undecided batch's are not (yet).
  base::Result<bool> is_there(const std::string& batch);
  // The same for good: an undecided batch will never be.
  base::Result<bool> is_there_for_good(const std::string& batch, base::WallTime keep_until);
  // All of it is there. `contended`: somebody has decided against it.
  base::Result<Wrote> commit(const std::string& batch, base::WallTime keep_until);

 private:
  // A decision never changes, and so may be kept; no more than these.
  static constexpr std::size_t kMaxKept = 1'000;
  void keep(const std::string& batch, bool is_there);
  base::Result<std::optional<bool>> decision(const std::string& batch);
  base::Result<Wrote> decide(const std::string& batch, BatchState state, base::WallTime keep_until);

  Dynamo& dynamo_;
  const HomeOptions& options_;
  std::mutex mutex_;
  std::map<std::string, bool> decided_;  // guarded by mutex_
};

}  // namespace ordo::aws
