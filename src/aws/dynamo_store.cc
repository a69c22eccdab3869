#include "aws/dynamo_store.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <memory>
#include <utility>
#include <variant>

#include "aws/order_writes.h"
#include "base/assert.h"

namespace ordo::aws {
namespace {

constexpr char kProbeKey[] = "#probe";

// How often a transaction begins anew because others were faster, and how long it waits before.
constexpr int kMaxTransactionTries = 10;
constexpr std::int64_t kFirstPauseMs = 10;
constexpr std::int64_t kLongestPauseMs = 500;

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

// One try at a slice of writes.
class DynamoStore::Transaction {
 public:
  Transaction(const Parts& parts, UnitOfWork& unit, std::uint64_t last_sequence,
              std::uint64_t last_order, TaskWrites::FindDead find_dead)
      : now_(parts.clock.wall()),
        unit_(unit),
        tasks_(
            unit, parts.options, now_, last_sequence,
            [&tasks = parts.tasks](domain::Sequence sequence) {
              return tasks.by_sequence(sequence);
            },
            std::move(find_dead)),
        orders_(unit, parts.options, parts.batches, last_order) {}

  void run(std::span<const ports::Write> writes, const ports::Follow& follow) {
    evaluate(writes);
    while (follow && !failure()) {
      const std::span<const ports::Write> following = follow(answers_);
      if (following.empty()) break;
      evaluate(following);
    }
  }

  [[nodiscard]] std::optional<base::Error> failure() const {
    if (unit_.failure()) return unit_.failure();
    return tasks_.failure() ? tasks_.failure() : orders_.failure();
  }
  [[nodiscard]] std::uint64_t sequences() const { return tasks_.drawn(); }
  [[nodiscard]] std::uint64_t order_numbers() const { return orders_.drawn(); }
  Answers take_answers() { return std::move(answers_); }
  // Those that were added or put back, and those that were asked for again a moment after.
  std::vector<ToAnnounce> take_announcements() { return tasks_.take_announcements(); }

 private:
  void evaluate(std::span<const ports::Write> writes) {
    for (const ports::Write& write : writes) {
      tasks_.begin_answer(answers_.size());
      answers_.push_back(std::visit([this](const auto& one) { return evaluate(one); }, write));
    }
  }
  template <class One>
  ports::WriteAnswer evaluate(const One& one) {
    if constexpr (requires { orders_.apply(one); }) {
      return orders_.apply(one);
    } else if constexpr (requires { tasks_.apply(one); }) {
      return tasks_.apply(one);
    } else {
      return base::fail(base::ErrorCode::invalid, "this is not kept in the aws home");
    }
  }

  const base::WallTime now_;
  UnitOfWork& unit_;
  TaskWrites tasks_;
  OrderWrites orders_;
  Answers answers_;
};

namespace {

// What the writes will read, as far as that can be told.
class Wanted {
 public:
  explicit Wanted(const HomeOptions& options) : options_(options) {}

  void operator()(const ports::AddTask& add) {
    sequences = true;
    if (add.task.key) task(key_of(*add.task.key));
    // An id that was just made is new, or else the commit will tell.
    if (add.task.fingerprint || add.task.key) {
      task(add.task.id.value());
    } else {
      made.push_back(add.task.id.value());
    }
  }
  void operator()(const ports::ChangeTask& change) { task(change.id.value()); }
  void operator()(const ports::CancelTask& cancel) { task(cancel.id.value()); }
  void operator()(const ports::RemoveTask& remove) { task(remove.id.value()); }
  void operator()(const ports::RequeueTask& put_back) {
    sequences = true;
    task(put_back.id.value());
  }
  void operator()(const ports::RedriveDead& /*redrive*/) { sequences = true; }
  void operator()(const ports::AddOrders& add) {
    order_numbers = true;
    for (const auto& record : add.records) order(record.id.value());
  }
  void operator()(const ports::SettleOrders& settle) {
    for (const auto& one : settle.orders) order(one.id.value());
    if (!settle.by.empty()) order(key_of_settled(settle.by));
  }
  template <class Other>
  void operator()(const Other& /*other*/) {}

  std::vector<UnitOfWork::Key> keys;
  std::vector<std::string> made;
  bool sequences = false;      // may be drawn
  bool order_numbers = false;  // likewise

 private:
  void task(std::string key) { keys.emplace_back(&options_.tasks, std::move(key)); }
  void order(std::string key) { keys.emplace_back(&options_.orders, std::move(key)); }

  const HomeOptions& options_;
};

}  // namespace

DynamoStore::DynamoStore(Parts parts)
    : parts_(std::move(parts)),
      sequences_(parts_.dynamo, parts_.options.tasks, "#sequence"),
      order_numbers_(parts_.dynamo, parts_.options.orders, kOrderCounter) {}

base::Result<std::vector<ports::WriteAnswer>> DynamoStore::apply_slice(
    std::span<const ports::Write> writes, const ports::Follow& follow) {
  Wanted wanted(parts_.options);
  for (const ports::Write& write : writes) std::visit(wanted, write);
  std::uint64_t sequence = 0;
  std::uint64_t order = 0;
  // Not every function may read both tables.
  if (wanted.sequences) {
    const auto last = sequences_.last();
    if (!last) return base::fail(last.error());
    sequence = *last;
  }
  if (wanted.order_numbers) {
    const auto last = order_numbers_.last();
    if (!last) return base::fail(last.error());
    order = *last;
  }

  // Asked once: numbers are drawn for what it found.
  std::optional<std::vector<domain::TaskId>> dead;
  const TaskWrites::FindDead find_dead =
      [&](const auto& queue, auto up_to, auto limit) -> base::Result<std::vector<domain::TaskId>> {
    if (!dead) {
      auto found = parts_.tasks.dead_letters(queue, up_to, limit);
      if (!found) return found;
      dead = std::move(*found);
    }
    return *dead;
  };

  UnitOfWork unit(parts_.dynamo);
  std::int64_t pause_ms = kFirstPauseMs;
  for (int tries = 0; tries < kMaxTransactionTries; ++tries) {
    if (tries == 0) {
      for (const std::string& id : wanted.made) unit.assume_absent(parts_.options.tasks, id);
    }
    unit.prefetch(wanted.keys);
    auto transaction = std::make_unique<Transaction>(parts_, unit, sequence, order, find_dead);
    transaction->run(writes, follow);
    if (const auto failure = transaction->failure()) return base::fail(*failure);

    // Numbers are drawn once it is known how many; with others at work they are not those that
    // were expected, and it is all evaluated again with the right ones.
    bool as_expected = true;
    const auto draw = [&](NumberSource& source, std::uint64_t count,
                          std::uint64_t& expected) -> base::Result<void> {
      if (count == 0) return {};
      const auto before = source.draw(count);
      if (!before) return base::fail(before.error());
      as_expected = as_expected && *before == expected;
      expected = *before;
      return {};
    };
    auto drawn = draw(sequences_, transaction->sequences(), sequence);
    if (drawn) drawn = draw(order_numbers_, transaction->order_numbers(), order);
    if (!drawn) return base::fail(std::move(drawn.error()));
    if (!as_expected) {
      if (follow) break;  // who follows is not asked twice
      const std::uint64_t sequences = transaction->sequences();
      const std::uint64_t orders = transaction->order_numbers();
      unit.restart();
      transaction = std::make_unique<Transaction>(parts_, unit, sequence, order, find_dead);
      transaction->run(writes, {});
      if (const auto failure = transaction->failure()) return base::fail(*failure);
      // No number that was not drawn is ever given.
      ORDO_ASSERT(transaction->sequences() <= sequences && transaction->order_numbers() <= orders);
    }
    const std::string revision = parts_.dynamo.new_revision();
    const base::Result<Wrote> wrote = unit.commit(revision);
    if (!wrote) return base::fail(wrote.error());
    if (*wrote == Wrote::done) {
      Answers answers = transaction->take_answers();
      announce(transaction->take_announcements(), revision, answers);
      return answers;
    }
    if (follow) break;
    // Numbers that were drawn and not used stay unused.
    if (wanted.sequences) sequence = sequences_.last().value_or(sequence);
    if (wanted.order_numbers) order = order_numbers_.last().value_or(order);
    unit.clear();
    for (std::string& id : wanted.made) {
      wanted.keys.emplace_back(&parts_.options.tasks, std::move(id));
    }
    wanted.made.clear();
    parts_.pause(base::Millis(
        static_cast<std::int64_t>(parts_.random.next() % static_cast<std::uint64_t>(pause_ms)) +
        1));
    pause_ms = std::min(2 * pause_ms, kLongestPauseMs);
  }
  return base::fail(base::ErrorCode::unavailable,
                    "others are changing the same things all the time; try again");
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
  for (int tries = 0; tries < kMaxTransactionTries; ++tries) {
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
