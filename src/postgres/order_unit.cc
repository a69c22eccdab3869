#include "postgres/order_unit.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "postgres/order_rows.h"

namespace ordo::postgres {
namespace {

// In one order for all, so that two who ask for the same orders do not wait for each other.
const Statement kOrdersById{
    "orders_by_id",
    fmt::format("SELECT {} FROM orders o WHERE o.record_id = ANY($1::text[]) ORDER BY o.record_id "
                "FOR UPDATE",
                kOrderColumns)};
const Statement kHoldOrderNumbers{"hold_order_numbers", "SELECT hold_order_numbers()"};
const Statement kReplaceOrders{"replace_orders", "DELETE FROM orders WHERE n = ANY($1::bigint[])"};
const Statement kSettleOrders{
    "settle_orders",
    "UPDATE orders o SET status = u.status, settled_by = u.settled_by "
    "FROM unnest($1::bigint[], $2::smallint[], $3::bytea[]) AS u (n, status, settled_by) "
    "WHERE o.n = u.n"};
const Statement kInsertOrders{
    "insert_orders",
    // The lock is taken when all of this has come in, not before.
    "WITH held AS MATERIALIZED (SELECT hold_order_numbers() AS before) "
    "INSERT INTO orders (n, record_id, status, accepted_at, expires_at, settled_by, parameter_2, "
    "parameter_1) "
    "SELECT held.before + u.place, u.record_id, u.status, u.accepted_at, u.expires_at, "
    "u.settled_by, u.parameter_2, u.parameter_1 "
    "FROM held, unnest($1::bigint[], $2::text[], $3::smallint[], $4::timestamptz[], "
    "$5::timestamptz[], $6::bytea[], $7::text[], $8::text[]) "
    "AS u (place, record_id, status, accepted_at, expires_at, settled_by, parameter_2, "
    "parameter_1)"};
const Statement kTakeOrderNumbers{
    "take_order_numbers", "SELECT setval('orders_seq', last_value + $1::bigint) FROM orders_seq"};

}  // namespace

void OrderUnit::want(const domain::RecordId& id) {
  if (entries_.contains(id)) return;
  if (can_be_text(id.value())) {
    wanted_.push_back(id);
  } else {
    entries_.try_emplace(id);
  }
}

void OrderUnit::add_reads(Batch& batch) {
  reading_ = std::exchange(wanted_, {});
  if (reading_.empty()) return;
  Column ids(Type::text);
  for (const domain::RecordId& id : reading_) ids.add(id.value());
  Params params;
  params.add(std::move(ids));
  batch.add(kOrdersById, std::move(params));
}

void OrderUnit::take_reads(AnswerCursor& answers) {
  if (reading_.empty()) return;
  const Rows rows = answers.next();
  for (std::size_t i = 0; i < rows.size(); ++i) {
    domain::Order order = read_order(rows, i);
    const auto [entry, is_new] = entries_.try_emplace(order.record.id);
    if (!is_new) continue;
    entry->second.was = order.number;
    entry->second.now = std::move(order);
  }
  for (domain::RecordId& id : reading_) entries_.try_emplace(std::move(id));
}

void OrderUnit::read_wanted() {
  Batch batch;
  add_reads(batch);
  AnswerCursor answers(work_.ask(std::move(batch)));
  take_reads(answers);
}

const domain::Order* OrderUnit::find(const domain::RecordId& id) {
  if (!entries_.contains(id)) {
    want(id);
    read_wanted();
  }
  const Entry& entry = entries_.at(id);
  return entry.now ? &*entry.now : nullptr;
}

bool OrderUnit::has_number(const domain::RecordId& id, domain::OrderNumber number) {
  const Entry& entry = entries_.at(id);
  if (entry.place == 0) return entry.now->number == number;
  if (!base_) {
    const Rows last = work_.ask(kHoldOrderNumbers, {});
    base_ = last.empty() ? 0 : last.number(0, 0);
  }
  return number.value() == *base_ + entry.place;
}

void OrderUnit::add(domain::Order order) {
  changed_ = true;
  Entry& entry = entries_.at(order.record.id);
  entry.now = std::move(order);
  entry.settled_by.clear();
  entry.place = ++count_;
}

void OrderUnit::settle(const domain::RecordId& id, domain::OrderStatus status,
                       const std::string& by) {
  changed_ = true;
  Entry& entry = entries_.at(id);
  entry.now->status = status;
  entry.settled_by = by;
  entry.changed = true;
}

std::vector<const OrderUnit::Entry*> OrderUnit::added() const {
  std::vector<const Entry*> added;
  for (const auto& [id, entry] : entries_) {
    if (entry.place > 0) added.push_back(&entry);
  }
  std::ranges::sort(added, {}, &Entry::place);
  return added;
}

void OrderUnit::add_writes(Batch& batch) const {
  Column replaced(Type::int8);
  Column numbers(Type::int8);
  Column statuses(Type::int2);
  Column settled_by(Type::bytes);
  for (const auto& [id, entry] : entries_) {
    if (!entry.was) continue;
    if (entry.place > 0) {
      replaced.add(raw(*entry.was));
    } else if (entry.changed) {
      numbers.add(raw(*entry.was));
      statuses.add(std::int64_t{std::to_underlying(entry.now->status)});
      settled_by.add(entry.settled_by);
    }
  }
  if (replaced.size() > 0) {
    Params params;
    params.add(std::move(replaced));
    batch.add(kReplaceOrders, std::move(params));
  }
  if (numbers.size() > 0) {
    Params params;
    params.add(std::move(numbers)).add(std::move(statuses)).add(std::move(settled_by));
    batch.add(kSettleOrders, std::move(params));
  }
}

void OrderUnit::add_drawing(Batch& batch) const {
  if (count_ == 0) return;
  Column place(Type::int8);
  Column id(Type::text);
  Column status(Type::int2);
  Column accepted_at(Type::time);
  Column expires_at(Type::time);
  Column settled_by(Type::bytes);
  Column parameter_2(Type::text);
  Column parameter_1(Type::text);
  for (const Entry* const entry : added()) {
    const domain::Order& order = *entry->now;
    place.add(raw(entry->place));
    id.add(order.record.id.value());
    status.add(std::int64_t{std::to_underlying(order.status)});
    accepted_at.add(order.accepted_at);
    expires_at.add(order.expires_at);
    settled_by.add(entry->settled_by);
    parameter_2.add(order.record.parameter_2);
    parameter_1.add(order.record.parameter_1);
  }
  Params params;
  params.add(std::move(place)).add(std::move(id)).add(std::move(status));
  params.add(std::move(accepted_at)).add(std::move(expires_at)).add(std::move(settled_by));
  params.add(std::move(parameter_2)).add(std::move(parameter_1));
  batch.add(kInsertOrders, std::move(params));
}

void OrderUnit::add_taking(Batch& batch) const {
  if (count_ == 0) return;
  Params params;
  params.add(raw(count_));
  batch.add(kTakeOrderNumbers, std::move(params));
}

}  // namespace ordo::postgres
