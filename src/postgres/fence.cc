#include "postgres/fence.h"

#include <utility>

#include "postgres/life_statements.h"

namespace ordo::postgres {

const Statement kStay{"stay", "SELECT FROM nodes WHERE id = $1::text FOR KEY SHARE"};
// After the first, so that it sees what that one has waited for.
const Statement kHeld{
    "held",
    "SELECT l.shard, l.epoch FROM unnest($2::smallint[], $3::bigint[]) AS u (shard, epoch) "
    "JOIN lane_leases l ON l.shard = u.shard AND l.epoch = u.epoch "
    "JOIN nodes n ON n.id = l.owner WHERE l.owner = $1::text"};

void Fence::want(const std::optional<ports::LaneHold>& hold) {
  if (hold && !known_.contains(*hold)) wanted_.insert(*hold);
}

void Fence::add_reads(Batch& batch) {
  reading_ = std::exchange(wanted_, {});
  if (reading_.empty()) return;
  Column shards(Type::int2);
  Column epochs(Type::int8);
  for (const ports::LaneHold& hold : reading_) {
    shards.add(std::int64_t{hold.shard});
    epochs.add(static_cast<std::int64_t>(hold.epoch));
  }
  Params us;
  us.add(std::string_view(node_));
  batch.add(kStay, us);
  us.add(std::move(shards)).add(std::move(epochs));
  batch.add(kHeld, std::move(us));
}

void Fence::take_reads(AnswerCursor& answers) {
  if (reading_.empty()) return;
  answers.next();
  const Rows held = answers.next();
  for (std::size_t i = 0; i < held.size(); ++i) {
    held_.insert({static_cast<std::uint16_t>(held.integer(i, 0)), held.number(i, 1)});
  }
  known_.merge(reading_);
  reading_.clear();
}

bool Fence::holds(const std::optional<ports::LaneHold>& hold) {
  if (!hold) return true;
  if (!known_.contains(*hold)) {
    want(hold);
    Batch batch;
    add_reads(batch);
    AnswerCursor answers(work_.ask(std::move(batch)));
    take_reads(answers);
  }
  return held_.contains(*hold);
}

}  // namespace ordo::postgres
