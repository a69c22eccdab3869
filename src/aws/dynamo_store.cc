#include "aws/dynamo_store.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>
#include <variant>

#include "aws/order_writes.h"
#include "aws/write_slice.h"
#include "base/assert.h"

namespace ordo::aws {
namespace {

constexpr char kProbeKey[] = "#probe";

// How often the probe begins anew because others were faster.
constexpr int kMaxProbes = 10;

// The most that a write changes.
struct Weight {
  std::size_t items = 1;
  std::size_t bytes = kMaxItemBytes;
};
constexpr Weight kAlone{kMaxTransactionItems, kMaxTransactionBytes};
constexpr std::size_t kAroundTexts = 1024;  // names, times, states of an item

struct WeightOf {
  Weight operator()(const ports::AddTask& add) const {
    const domain::TaskContent& content = add.task.content;
    return {add.task.key ? 2U : 1U, kAroundTexts + content.title.size() +
                                        content.description.size() + content.payload.size()};
  }
  Weight operator()(const ports::RemoveTask& /*remove*/) const { return {1, kAroundTexts}; }
  Weight operator()(const ports::CancelTask& /*cancel*/) const { return {2, kMaxItemBytes}; }
  Weight operator()(const ports::EndAttempt& /*end*/) const { return {2, kMaxItemBytes}; }
  // By what the index knows, which is what has been committed.
  Weight operator()(const ports::RedriveDead& /*redrive*/) const { return kAlone; }
  Weight operator()(const ports::PurgeDead& /*purge*/) const { return kAlone; }
  Weight operator()(const ports::AddOrders& add) const {
    Weight weight{add.records.size(), 0};
    for (const domain::OrderRecord& record : add.records) {
      weight.bytes += kAroundTexts + domain::text_bytes(record) + record.parameter_2.size();
    }
    return weight;
  }
  Weight operator()(const ports::SettleOrders& /*settle*/) const { return kAlone; }
  template <class Other>
  Weight operator()(const Other& /*other*/) const {
    return {};
  }
};

bool is_large(const ports::Write& write) {
  const auto* const add = std::get_if<ports::AddOrders>(&write);
  return add != nullptr && add->records.size() > kMaxOrdersTogether;
}

// How many of the writes make the next transaction; at least one.
std::size_t slice_of(std::span<const ports::Write> writes) {
  Weight sum{0, 0};
  std::size_t count = 0;
  for (const ports::Write& write : writes) {
    const Weight one = std::visit(WeightOf{}, write);
    sum = {sum.items + one.items, sum.bytes + one.bytes};
    const bool fits = sum.items <= kMaxTransactionItems && sum.bytes <= kMaxTransactionBytes;
    if (count > 0 && (!fits || is_large(write))) break;
    ++count;
  }
  return count;
}

}  // namespace

DynamoStore::DynamoStore(Parts parts)
    : parts_(std::move(parts)),
      sequences_(parts_.dynamo, parts_.options.tasks, "#sequence"),
      order_numbers_(parts_.dynamo, parts_.options.orders, kOrderCounter) {}

base::Result<std::vector<ports::WriteAnswer>> DynamoStore::apply_slice(
    std::span<const ports::Write> writes, const ports::Follow& follow) {
  WriteSlice slice({parts_.dynamo, parts_.options, parts_.tasks, parts_.batches, sequences_,
                    order_numbers_, parts_.clock, parts_.random, parts_.pause},
                   writes, follow);
  base::Result<WriteSlice::Written> written = slice.write();
  if (!written) return base::fail(std::move(written.error()));
  announce(std::move(written->announcements), written->revision, written->answers);
  return std::move(written->answers);
}

base::Result<std::vector<ports::WriteAnswer>> DynamoStore::settle_in_bites(
    const ports::SettleOrders& settle) {
  ports::OrdersSettled settled;
  for (std::size_t at = 0; at < settle.orders.size(); at += kMaxOrdersTogether) {
    const auto from = settle.orders.begin() + static_cast<std::ptrdiff_t>(at);
    const auto count =
        static_cast<std::ptrdiff_t>(std::min(kMaxOrdersTogether, settle.orders.size() - at));
    const std::array<ports::Write, 1> bite{
        ports::SettleOrders{{from, from + count}, settle.now, settle.by}};
    auto answers = apply_slice(bite, {});
    if (!answers) return answers;
    settled.changed += std::get<ports::OrdersSettled>(answers->front().value()).changed;
  }
  Answers answers;
  answers.emplace_back(settled);
  return answers;
}

base::Result<std::vector<ports::WriteAnswer>> DynamoStore::apply(
    std::span<const ports::Write> writes, const ports::Follow& follow) {
  Answers all;
  all.reserve(writes.size());
  if (writes.empty() && follow) return apply_slice(writes, follow);
  while (all.size() < writes.size()) {
    const std::span<const ports::Write> left = writes.subspan(all.size());
    base::Result<Answers> answers;
    if (is_large(left.front())) {
      const auto& add = std::get<ports::AddOrders>(left.front());
      auto one = add_many_orders(
          {parts_.dynamo, parts_.options, parts_.batches, parts_.random, parts_.pause}, add);
      if (one) {
        answers->push_back(std::move(*one));
      } else {
        answers = base::fail(std::move(one.error()));
      }
    } else if (const auto* settle = std::get_if<ports::SettleOrders>(&left.front());
               settle != nullptr && settle->orders.size() > kMaxOrdersTogether) {
      answers = settle_in_bites(*settle);
    } else {
      const std::size_t count = slice_of(left);
      const bool is_last = count == left.size();
      answers = apply_slice(left.first(count), is_last ? follow : ports::Follow{});
    }
    if (!answers) {
      if (all.empty()) return answers;
      while (all.size() < writes.size()) all.emplace_back(base::fail(answers.error()));
      return all;
    }
    for (ports::WriteAnswer& answer : *answers) all.push_back(std::move(answer));
  }
  return all;
}

void DynamoStore::announce(std::vector<ToAnnounce> fresh, const std::string& revision,
                           Answers& answers) {
  if (fresh.empty()) return;
  std::vector<ports::Announcement> announcements;
  announcements.reserve(fresh.size());
  for (const ToAnnounce& one : fresh) {
    parts_.memo.note(one.task.sequence, one.task.id);
    announcements.push_back({one.task, one.again});
  }
  const auto outcomes = parts_.announcer.announce(announcements);
  ORDO_ASSERT(outcomes.size() == fresh.size());
  for (std::size_t i = 0; i < fresh.size(); ++i) {
    // One that was put back is there, and is announced late.
    const bool is_submitted = fresh[i].is_new || fresh[i].is_replay;
    if (outcomes[i] || !is_submitted) continue;
    if (fresh[i].is_new) take_back(fresh[i], revision);
    answers[fresh[i].answer] =
        base::fail(base::ErrorCode::unavailable,
                   "the queue was not told of it: " + outcomes[i].error().message);
  }
}

// As if it had never been added, its key included: if it is still as this process wrote it.
// Somebody else may have been told meanwhile that it is there. If this fails it is announced late
// and runs, which whoever submits it again under its id is told.
void DynamoStore::take_back(const ToAnnounce& failed, const std::string& revision) {
  const Item gone = removed_item(parts_.clock.wall() + kRememberRemoved);
  const Table* const table = &parts_.options.tasks;
  std::vector<ItemChange> changes{{table, failed.task.id.value(), gone, revision}};
  if (failed.key) changes.push_back({table, key_of(*failed.key), gone, revision});
  static_cast<void>(parts_.dynamo.write(changes));
}

base::Result<ports::Expired> DynamoStore::expire(const ports::Expiry& /*expiry*/,
                                                 const ports::ExpiryBite& /*bite*/) {
  return ports::Expired{};
}

base::Result<void> DynamoStore::probe() {
  const std::array key{std::string(kProbeKey)};
  for (int tries = 0; tries < kMaxProbes; ++tries) {
    const auto before = parts_.dynamo.read(parts_.options.tasks, key);
    if (!before) return base::fail(before.error());
    Item item;
    item.set_time("at", parts_.clock.wall());
    const std::array change{
        ItemChange{&parts_.options.tasks, kProbeKey, std::move(item),
                   before->front() ? before->front()->text(kRevision) : std::nullopt}};
    const auto wrote = parts_.dynamo.write(change);
    if (!wrote) return base::fail(wrote.error());
    if (*wrote == Wrote::done) return {};
  }
  return base::fail(base::ErrorCode::unavailable, "others probe all the time");
}

}  // namespace ordo::aws
