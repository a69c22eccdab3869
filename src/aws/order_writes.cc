#include "aws/order_writes.h"

#include <algorithm>
#include <functional>
#include <map>
#include <string>
#include <utility>

#include "base/uuid.h"

namespace ordo::aws {
namespace {

// A batch outlives its orders, for they are nothing without it.
constexpr base::Millis kBatchOutlives{std::chrono::hours(24)};
// How often a batch begins anew because others write the same orders.
constexpr unsigned kMaxBatchTries = 5;

using LookOrder = std::function<std::optional<OrderRow>(const domain::RecordId& id)>;

// What is to be written, or why nothing is.
struct OrderPlan {
  ports::OrdersAccepted accepted;
  std::vector<const domain::OrderRecord*> added;
  std::vector<base::FieldError> conflicts;
};

OrderPlan plan_orders(const ports::AddOrders& add, const LookOrder& look) {
  OrderPlan plan{{add.records.size(), 0, add.expires_at}, {}, {}};
  std::map<std::string_view, const domain::OrderRecord*> planned;
  for (std::size_t i = 0; i < add.records.size(); ++i) {
    const domain::OrderRecord& record = add.records[i];
    const auto earlier = planned.find(record.id.value());
    if (earlier != planned.end()) {
      if (!domain::same_values(*earlier->second, record)) {
        plan.conflicts.push_back(ports::order_conflict(i));
      }
      continue;
    }
    const std::optional<OrderRow> known = look(record.id);
    if (!known) {
      planned.emplace(record.id.value(), &record);
      plan.added.push_back(&record);
      continue;
    }
    if (!domain::same_values(known->order.record, record)) {
      plan.conflicts.push_back(ports::order_conflict(i));
    }
    plan.accepted.expires_at = std::min(plan.accepted.expires_at, known->order.expires_at);
  }
  plan.accepted.added = plan.added.size();
  return plan;
}

OrderRow new_row(const domain::OrderRecord& record, std::uint64_t number,
                 const ports::AddOrders& add, std::string batch) {
  return {
      {domain::OrderNumber(number), record, domain::OrderStatus::pending, add.now, add.expires_at},
      {},
      std::move(batch)};
}

}  // namespace

std::optional<OrderRow> OrderWrites::find(const domain::RecordId& id, base::WallTime now,
                                          bool for_good) {
  const Item* const item = unit_.find(options_.orders, id.value());
  if (item == nullptr) return std::nullopt;
  base::Result<OrderRow> row = order_row_of(*item);
  if (!row) {
    failure_ = std::move(row.error());
    return std::nullopt;
  }
  if (domain::is_expired(row->order, now)) return std::nullopt;
  const base::Result<bool> there =
      for_good ? batches_.is_there_for_good(row->batch, row->order.expires_at + kBatchOutlives)
               : batches_.is_there(row->batch);
  if (!there) {
    failure_ = there.error();
    return std::nullopt;
  }
  return *there ? std::optional(std::move(*row)) : std::nullopt;
}

ports::WriteAnswer OrderWrites::apply(const ports::AddOrders& add) {
  OrderPlan plan =
      plan_orders(add, [&](const domain::RecordId& id) { return find(id, add.now, true); });
  if (!plan.conflicts.empty()) {
    return base::fail(ports::orders_conflict(std::move(plan.conflicts)));
  }
  for (const domain::OrderRecord* const record : plan.added) {
    unit_.put(options_.orders, record->id.value(),
              item_of(new_row(*record, ++last_number_, add, {})));
  }
  return plan.accepted;
}

ports::WriteAnswer OrderWrites::apply(const ports::SettleOrders& settle) {
  ports::OrdersSettled settled;
  std::vector<domain::RecordId> ids;
  base::WallTime keep_until = settle.now;
  for (const auto& [id, status, number] : settle.orders) {
    std::optional<OrderRow> row = find(id, settle.now, false);
    const bool open = row && row->order.status == domain::OrderStatus::pending &&
                      number.value_or(row->order.number) == row->order.number;
    if (!open || status == domain::OrderStatus::pending) continue;
    row->order.status = status;
    row->settled_by = settle.by;
    ids.push_back(id);
    keep_until = std::max(keep_until, row->order.expires_at);
    unit_.put(options_.orders, id.value(), item_of(*row));
    ++settled.changed;
  }
  if (settle.by.empty() || ids.empty()) return settled;
  const std::string key = key_of_settled(settle.by);
  Settled all{std::move(ids), keep_until};
  if (const Item* const before = unit_.find(options_.orders, key); before != nullptr) {
    Settled known = settled_of(*before);
    // One of them may have expired and come again since.
    std::erase_if(known.ids, [&](const domain::RecordId& id) {
      return std::ranges::find(all.ids, id) != all.ids.end();
    });
    all.ids.insert(all.ids.begin(), known.ids.begin(), known.ids.end());
    all.keep_until = std::max(all.keep_until, known.keep_until);
  }
  Item item = item_of(all);
  if (item.bytes() > kMaxItemBytes) {
    failure_ = base::Error{base::ErrorCode::invalid, "one name has settled too many orders", {}};
  }
  unit_.put(options_.orders, key, std::move(item));
  return settled;
}

namespace {

// One try at a large batch. Nothing: others were faster, it begins anew.
class LargeBatch {
 public:
  LargeBatch(Dynamo& dynamo, const HomeOptions& options, OrderBatches& batches,
             const ports::AddOrders& add, std::string name)
      : dynamo_(dynamo), options_(options), batches_(batches), add_(add), name_(std::move(name)) {}

  base::Result<std::optional<ports::WriteAnswer>> run() {
    if (const auto read = read_all(); !read) return base::fail(read.error());
    OrderPlan plan = plan_orders(add_, [this](const domain::RecordId& id) { return look(id); });
    if (failure_) return base::fail(*failure_);
    if (!plan.conflicts.empty()) {
      ports::WriteAnswer refused = base::fail(ports::orders_conflict(std::move(plan.conflicts)));
      return std::optional(std::move(refused));
    }
    base::Result<Wrote> wrote = write(plan);
    if (!wrote) return base::fail(std::move(wrote.error()));
    if (*wrote == Wrote::contended) return std::optional<ports::WriteAnswer>();
    return std::optional<ports::WriteAnswer>(plan.accepted);
  }

 private:
  base::Result<void> read_all() {
    std::vector<std::string> keys;
    keys.reserve(add_.records.size());
    for (const domain::OrderRecord& record : add_.records) keys.push_back(record.id.value());
    auto items = dynamo_.read(options_.orders, keys);
    if (!items) return base::fail(std::move(items.error()));
    for (std::size_t i = 0; i < keys.size(); ++i) items_[keys[i]] = std::move((*items)[i]);
    return {};
  }

  std::optional<OrderRow> look(const domain::RecordId& id) {
    const std::optional<Item>& item = items_.at(id.value());
    if (!item || failure_) return std::nullopt;
    base::Result<OrderRow> row = order_row_of(*item);
    if (!row) {
      failure_ = std::move(row.error());
      return std::nullopt;
    }
    if (domain::is_expired(row->order, add_.now)) return std::nullopt;
    const auto there =
        batches_.is_there_for_good(row->batch, row->order.expires_at + kBatchOutlives);
    if (!there) failure_ = there.error();
    return there && *there ? std::optional(std::move(*row)) : std::nullopt;
  }

  base::Result<Wrote> write(const OrderPlan& plan) {
    if (plan.added.empty()) return Wrote::done;
    const auto last = dynamo_.draw(options_.orders, kOrderCounter, plan.added.size());
    if (!last) return base::fail(last.error());
    std::uint64_t number = *last - plan.added.size();
    const bool together = plan.added.size() <= kMaxOrdersTogether;
    std::vector<ItemChange> changes;
    for (const domain::OrderRecord* const record : plan.added) {
      const std::optional<Item>& before = items_.at(record->id.value());
      changes.push_back({&options_.orders, record->id.value(),
                         item_of(new_row(*record, ++number, add_, together ? "" : name_)),
                         before ? before->text(kRevision) : std::nullopt});
      const bool last_one = record == plan.added.back();
      if (changes.size() < kMaxOrdersTogether && !last_one) continue;
      base::Result<Wrote> wrote = dynamo_.write(changes);
      if (!wrote || *wrote == Wrote::contended) return wrote;
      changes.clear();
    }
    if (together) return Wrote::done;
    return batches_.commit(name_, add_.expires_at + kBatchOutlives);
  }

  Dynamo& dynamo_;
  const HomeOptions& options_;
  OrderBatches& batches_;
  const ports::AddOrders& add_;
  const std::string name_;
  std::map<std::string, std::optional<Item>> items_;
  std::optional<base::Error> failure_;
};

}  // namespace

base::Result<ports::WriteAnswer> add_many_orders(const OrderParts& parts,
                                                 const ports::AddOrders& add) {
  for (unsigned tries = 1; tries <= kMaxBatchTries; ++tries) {
    LargeBatch batch(parts.dynamo, parts.options, parts.batches, add,
                     base::uuid_v4(parts.random.next(), parts.random.next()));
    auto done = batch.run();
    if (!done) return base::fail(std::move(done.error()));
    if (*done) return std::move(**done);
    // Two that began at once do not begin anew at once.
    parts.pause(full_jitter(tries + 1, parts.random));
  }
  return base::fail(base::ErrorCode::unavailable,
                    "others are handing in the same orders; try again");
}

}  // namespace ordo::aws
