#include "aws/order_batches.h"

#include <array>
#include <utility>

namespace ordo::aws {

void OrderBatches::keep(const std::string& batch, bool is_there) {
  const std::lock_guard lock(mutex_);
  if (decided_.size() == kMaxKept) decided_.clear();
  decided_[batch] = is_there;
}

base::Result<std::optional<bool>> OrderBatches::decision(const std::string& batch) {
  {
    const std::lock_guard lock(mutex_);
    const auto found = decided_.find(batch);
    if (found != decided_.end()) return std::optional(found->second);
  }
  const std::array key{key_of_batch(batch)};
  const auto items = dynamo_.read(options_.orders, key);
  if (!items) return base::fail(items.error());
  if (!items->front()) return std::optional<bool>();
  const bool is_there = batch_state_of(*items->front()) == BatchState::committed;
  keep(batch, is_there);
  return std::optional(is_there);
}

base::Result<bool> OrderBatches::is_there(const std::string& batch) {
  if (batch.empty()) return true;
  const auto decided = decision(batch);
  if (!decided) return base::fail(decided.error());
  return decided->value_or(false);
}

base::Result<Wrote> OrderBatches::decide(const std::string& batch, BatchState state,
                                         base::WallTime keep_until) {
  const std::array change{
      ItemChange{&options_.orders, key_of_batch(batch), item_of(state, keep_until), std::nullopt}};
  base::Result<Wrote> wrote = dynamo_.write(change);
  if (wrote && *wrote == Wrote::done) keep(batch, state == BatchState::committed);
  return wrote;
}

base::Result<bool> OrderBatches::is_there_for_good(const std::string& batch,
                                                   base::WallTime keep_until) {
  if (batch.empty()) return true;
  const auto decided = decision(batch);
  if (!decided) return base::fail(decided.error());
  if (*decided) return **decided;
  const auto aborted = decide(batch, BatchState::aborted, keep_until);
  if (!aborted) return base::fail(aborted.error());
  if (*aborted == Wrote::done) return false;
  return is_there(batch);
}

base::Result<Wrote> OrderBatches::commit(const std::string& batch, base::WallTime keep_until) {
  return decide(batch, BatchState::committed, keep_until);
}

}  // namespace ordo::aws
