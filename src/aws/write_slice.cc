#include "aws/write_slice.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "aws/order_writes.h"
#include "base/assert.h"

namespace ordo::aws {
namespace {

// How often a transaction begins anew because others were faster, and how long it waits before.
constexpr int kMaxTransactionTries = 10;
constexpr std::int64_t kFirstPauseMs = 10;
constexpr std::int64_t kLongestPauseMs = 500;

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

// One try at a slice of writes.
class WriteSlice::Transaction {
 public:
  Transaction(const WriteSlice::Parts& parts, UnitOfWork& unit, std::uint64_t last_sequence,
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
  std::vector<ports::WriteAnswer> take_answers() { return std::move(answers_); }
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
  std::vector<ports::WriteAnswer> answers_;
};

WriteSlice::WriteSlice(Parts parts, std::span<const ports::Write> writes,
                       const ports::Follow& follow)
    : parts_(parts),
      writes_(writes),
      follow_(follow),
      unit_(parts.dynamo),
      pause_ms_(kFirstPauseMs) {
  Wanted wanted(parts_.options);
  for (const ports::Write& write : writes_) std::visit(wanted, write);
  wants_sequences_ = wanted.sequences;
  wants_order_numbers_ = wanted.order_numbers;
  keys_ = std::move(wanted.keys);
  made_ = std::move(wanted.made);
}

WriteSlice::~WriteSlice() = default;

base::Result<WriteSlice::Written> WriteSlice::write() {
  if (const auto expected = expect_numbers(); !expected) return base::fail(expected.error());
  for (const std::string& id : made_) unit_.assume_absent(parts_.options.tasks, id);
  for (int tries = 0; tries < kMaxTransactionTries; ++tries) {
    unit_.prefetch(keys_);
    auto transaction = evaluate(follow_);
    if (!transaction) return base::fail(std::move(transaction.error()));
    // Numbers are drawn once it is known how many; with others at work they are not those that
    // were expected, and it is all evaluated again with the right ones.
    const base::Result<Numbers> drawn = draw(**transaction);
    if (!drawn) return base::fail(drawn.error());
    if (*drawn != expected_) {
      if (follow_) break;
      expected_ = *drawn;
      unit_.restart();
      const auto counted = std::move(*transaction);
      transaction = evaluate({});
      if (!transaction) return base::fail(std::move(transaction.error()));
      // No number that was not drawn is ever given.
      ORDO_ASSERT((*transaction)->sequences() <= counted->sequences() &&
                  (*transaction)->order_numbers() <= counted->order_numbers());
    }
    const std::string revision = parts_.dynamo.new_revision();
    const base::Result<Wrote> wrote = unit_.commit(revision);
    if (!wrote) return base::fail(wrote.error());
    if (*wrote == Wrote::done) {
      return Written{(*transaction)->take_answers(), (*transaction)->take_announcements(),
                     revision};
    }
    if (follow_) break;
    begin_anew();
  }
  return base::fail(base::ErrorCode::unavailable,
                    "others are changing the same things all the time; try again");
}

// Not every function may read both tables.
base::Result<void> WriteSlice::expect_numbers() {
  if (wants_sequences_) {
    const auto last = parts_.sequences.last();
    if (!last) return base::fail(last.error());
    expected_.sequence = *last;
  }
  if (wants_order_numbers_) {
    const auto last = parts_.order_numbers.last();
    if (!last) return base::fail(last.error());
    expected_.order = *last;
  }
  return {};
}

base::Result<std::unique_ptr<WriteSlice::Transaction>> WriteSlice::evaluate(
    const ports::Follow& follow) {
  auto transaction = std::make_unique<Transaction>(
      parts_, unit_, expected_.sequence, expected_.order,
      [this](const auto& queue, auto up_to, auto limit) { return find_dead(queue, up_to, limit); });
  transaction->run(writes_, follow);
  if (const auto failure = transaction->failure()) return base::fail(*failure);
  return transaction;
}

// The numbers before those that the transaction has; as expected where it needs none.
base::Result<WriteSlice::Numbers> WriteSlice::draw(const Transaction& transaction) {
  Numbers drawn = expected_;
  if (const std::uint64_t count = transaction.sequences(); count > 0) {
    const auto before = parts_.sequences.draw(count);
    if (!before) return base::fail(before.error());
    drawn.sequence = *before;
  }
  if (const std::uint64_t count = transaction.order_numbers(); count > 0) {
    const auto before = parts_.order_numbers.draw(count);
    if (!before) return base::fail(before.error());
    drawn.order = *before;
  }
  return drawn;
}

// Asked once: numbers are drawn for what it found.
base::Result<std::vector<domain::TaskId>> WriteSlice::find_dead(
    const std::optional<domain::QueueName>& queue, domain::Sequence up_to, std::size_t limit) {
  if (!dead_) {
    auto found = parts_.tasks.dead_letters(queue, up_to, limit);
    if (!found) return found;
    dead_ = std::move(*found);
  }
  return *dead_;
}

// Numbers that were drawn and not used stay unused. Ids that were thought to be new are read.
void WriteSlice::begin_anew() {
  if (wants_sequences_) expected_.sequence = parts_.sequences.last().value_or(expected_.sequence);
  if (wants_order_numbers_) expected_.order = parts_.order_numbers.last().value_or(expected_.order);
  unit_.clear();
  for (std::string& id : std::exchange(made_, {})) {
    keys_.emplace_back(&parts_.options.tasks, std::move(id));
  }
  const auto ms = parts_.random.next() % static_cast<std::uint64_t>(pause_ms_);
  parts_.pause(base::Millis(static_cast<std::int64_t>(ms) + 1));
  pause_ms_ = std::min(2 * pause_ms_, kLongestPauseMs);
}

}  // namespace ordo::aws
