#include "app/committer.h"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <variant>

#include "base/assert.h"

namespace ordo::app {
namespace {

// Retention works in small bites, so that no caller ever waits behind a large deletion: a bite is
// bounded by rows and bytes, shrinks when the disk takes long over it, and is followed by a pause
// of several times as long as it took.
constexpr ports::ExpiryBite kLargestBite{256, 1024UL * 1024};
constexpr std::chrono::milliseconds kLongBite{5};
constexpr int kPauseBites = 4;
constexpr std::chrono::milliseconds kShortestPause{5};
constexpr std::chrono::seconds kExpireEvery{10};

// Of a transaction that others keep being faster than.
constexpr int kMostTries = 5;

std::size_t size_of(const std::optional<std::string>& text) {
  return text ? text->size() : 0;
}

// The texts of a write whose size has no small bound. What many share is nobody's.
std::size_t texts_of(const ports::AddTask& add) {
  const domain::TaskContent& content = add.task.content;
  return content.title.size() + content.description.size() + content.payload.size();
}
std::size_t texts_of(const ports::ChangeTask& change) {
  const domain::TaskPatch& patch = change.patch;
  return size_of(patch.title) + size_of(patch.description) + size_of(patch.payload_patch);
}
std::size_t texts_of(const ports::EndAttempt& end) {
  const auto* const succeeded = std::get_if<domain::Succeeded>(&end.verdict);
  return succeeded != nullptr ? size_of(succeeded->result) : 0;
}
std::size_t texts_of(const ports::AddNotice& notice) {
  return notice.kind.size() + notice.data.size();
}
std::size_t texts_of(const ports::AddOrders& add) {
  std::size_t bytes = 0;
  for (const domain::OrderRecord& record : add.records) {
    bytes += sizeof(record) + record.id.value().size() + domain::text_bytes(record);
  }
  return bytes;
}
std::size_t texts_of(const ports::SettleOrders& settle) {
  std::size_t bytes = settle.by.size();
  for (const ports::SettleOrders::Settlement& one : settle.orders) {
    bytes += sizeof(one) + one.id.value().size();
  }
  return bytes;
}
std::size_t texts_of(const ports::StartExecution& start) {
  return start.record.input.size() + ports::bytes_held(*start.step);
}
std::size_t texts_of(const ports::AdvanceExecution& advance) {
  return ports::bytes_held(*advance.step);
}

base::Error stuck() {
  return {base::ErrorCode::unavailable,
          "the store has not answered for a while, and nothing was written; try again soon",
          {}};
}

// Roughly what a write holds while it waits: the texts, and the rest at a flat rate.
std::size_t bytes_of(const ports::Write& write) {
  return sizeof(ports::Write) + std::visit(
                                    [](const auto& one) -> std::size_t {
                                      if constexpr (requires { texts_of(one); }) {
                                        return texts_of(one);
                                      } else {
                                        return 0;
                                      }
                                    },
                                    write);
}

}  // namespace

Committer::Committer(ports::Store& store, const ports::Clock& clock, CommitterOptions options,
                     FailStop fail_stop)
    : store_(store),
      clock_(clock),
      options_(std::move(options)),
      overlaps_(store.work_while_waiting([this] { answer_finished(); })),
      fail_stop_(std::move(fail_stop)),
      next_expiry_(clock.mono() + kExpireEvery),
      expiry_bite_(kLargestBite) {}

Committer::~Committer() {
  store_.work_while_waiting({});
}

void Committer::submit(std::vector<ports::Write> writes, Done done) {
  std::size_t bytes = 0;
  for (const ports::Write& write : writes) bytes += bytes_of(write);
  const base::Result<void> taken = with_room([&]() -> base::Result<void> {
    // An empty mailbox takes any one submission: its size is bounded by the caller's own limits.
    const bool full = !mailbox_.writes.empty() &&
                      (mailbox_.writes.size() + writes.size() > options_.max_waiting_writes ||
                       mailbox_.bytes + bytes > options_.max_waiting_bytes);
    if (full) {
      ++stats_.refused_busy;
      return base::fail(base::ErrorCode::busy, "too many writes wait for the disk; try again soon");
    }
    mailbox_.bytes += bytes;
    mailbox_.tickets.push_back({writes.size(), std::move(done)});
    std::ranges::move(writes, std::back_inserter(mailbox_.writes));
    return {};
  });
  if (!taken) done(base::fail(taken.error()));
}

void Committer::probe(Probed done) {
  const base::Result<void> taken = with_room([&]() -> base::Result<void> {
    if (mailbox_.probes.size() >= kMaxWaitingProbes) {
      return base::fail(base::ErrorCode::busy, "too many checks wait for the disk");
    }
    mailbox_.probes.push_back(std::move(done));
    return {};
  });
  if (!taken) done(taken);
}

// Runs `enter` on the open mailbox and wakes the committer if it found it asleep.
template <class Enter>
base::Result<void> Committer::with_room(Enter enter) {
  bool was_idle = false;
  {
    const std::lock_guard lock(mutex_);
    if (closed_) return base::fail(base::ErrorCode::unavailable, "the server is shutting down");
    if (is_stuck()) {
      return base::fail(stuck());
    }
    was_idle = !has_work();
    if (base::Result<void> entered = enter(); !entered) return entered;
  }
  if (was_idle) arrived_.notify_one();
  return {};
}

void Committer::run(std::stop_token stop) {
  std::jthread watching;
  if (options_.patience > base::Millis(0)) {
    watching = std::jthread([this](const std::stop_token& end) { watch(end); });
  }
  while (!stopped_ && !stop.stop_requested()) {
    if (turn()) continue;
    const auto pause = idle_time();
    std::unique_lock lock(mutex_);
    arrived_.wait_for(lock, stop, pause, [this] { return has_work(); });
  }
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }
  while (!stopped_ && turn()) {
  }
}

std::chrono::nanoseconds Committer::idle_time() const {
  base::MonoTime next = next_expiry_;
  if (options_.partner != nullptr) {
    if (const auto wanted = options_.partner->next_turn()) next = std::min(next, *wanted);
  }
  return std::max(next - clock_.mono(), std::chrono::nanoseconds(0));
}

void Committer::wake() {
  {
    const std::lock_guard lock(mutex_);
    if (std::exchange(woken_, true)) return;
  }
  arrived_.notify_one();
}

bool Committer::turn() {
  Mailbox batch;
  {
    const std::lock_guard lock(mutex_);
    woken_ = false;
    if (has_work()) {
      batch = std::exchange(mailbox_, std::move(spare_));
      spare_ = {};
    }
  }
  bool worked = !batch.tickets.empty() || !batch.probes.empty();
  std::vector<Probed> probes = std::exchange(batch.probes, {});
  const bool follows = options_.partner != nullptr && options_.partner->begin();
  if (!batch.writes.empty() || follows) {
    commit(std::move(batch));
    worked = true;
  } else {
    recycle(std::move(batch));
  }
  // Those of this turn are answered while the store works on the next one, if that follows at once.
  const bool next_follows = probes.empty() && waiting() > 0;
  if (!overlaps_ || stopped_ || !next_follows) answer_finished();
  if (!probes.empty() && !stopped_) answer_probes(std::move(probes));
  if (!stopped_) expire_when_due();
  return worked;
}

base::Result<std::vector<ports::WriteAnswer>> Committer::apply(
    std::span<const ports::Write> writes) {
  TurnPartner* const partner = options_.partner;
  const ports::Follow follow = [&](std::span<const ports::WriteAnswer> answers) {
    return partner->follow(writes, answers);
  };
  for (int tries = 1;; ++tries) {
    auto applied = store_.apply(writes, partner != nullptr ? follow : ports::Follow());
    if (applied || applied.error().code != base::ErrorCode::conflict) return applied;
    if (tries == kMostTries) {
      return base::fail(base::ErrorCode::unavailable, std::move(applied.error().message));
    }
    // Whoever follows begins anew. The dispatcher starts and ends nothing then before a later turn.
    if (partner != nullptr) {
      partner->undone();
      partner->begin();
    }
  }
}

void Committer::commit(Mailbox batch) {
  const base::MonoTime began = clock_.mono();
  note_commit(began);
  base::Result<std::vector<ports::WriteAnswer>> applied = apply(batch.writes);
  note_commit(std::nullopt);
  // Those of the turn before: if the store had to wait for nobody, they are told here.
  answer_finished();
  const std::chrono::duration<double> took = clock_.mono() - began;
  record(applied ? applied->size() : batch.writes.size(), applied, took.count());
  TurnPartner* const partner = options_.partner;
  if (!applied) {
    if (applied.error().code == base::ErrorCode::fatal) return stop_for_good(applied.error());
    report(commit_, &applied.error());
    if (partner != nullptr) partner->undone();
    for (Ticket& ticket : batch.tickets) ticket.done(base::fail(applied.error()));
    return recycle(std::move(batch));
  }
  report(commit_, nullptr);
  ORDO_ASSERT(applied->size() >= batch.writes.size());
  if (partner != nullptr) partner->committed(batch.writes, *applied);
  finished_ = Finished{std::move(batch), std::move(*applied)};
}

void Committer::answer_finished() {
  if (!finished_) return;
  Finished finished = std::move(*finished_);
  finished_.reset();
  const std::span<ports::Write> writes(finished.batch.writes);
  const std::span<ports::WriteAnswer> answers(finished.answers);
  options_.run_callbacks([&] {
    std::size_t at = 0;
    for (Ticket& ticket : finished.batch.tickets) {
      ticket.done(Committed{writes.subspan(at, ticket.writes), answers.subspan(at, ticket.writes)});
      at += ticket.writes;
    }
  });
  recycle(std::move(finished.batch));
}

void Committer::answer_probes(std::vector<Probed> probes) {
  note_commit(clock_.mono());
  const base::Result<void> probed = store_.probe();
  note_commit(std::nullopt);
  if (!probed && probed.error().code == base::ErrorCode::fatal) {
    return stop_for_good(probed.error());
  }
  report(commit_, probed ? nullptr : &probed.error());
  for (Probed& done : probes) done(probed);
}

void Committer::expire_when_due() {
  const base::MonoTime began = clock_.mono();
  if (began < next_expiry_) return;
  const base::WallTime now = clock_.wall();
  note_commit(began);
  const base::Result<ports::Expired> expired =
      store_.expire({now - options_.retention, now - options_.keep_keys, now}, expiry_bite_);
  note_commit(std::nullopt);
  if (!expired && expired.error().code == base::ErrorCode::fatal) {
    return stop_for_good(expired.error());
  }
  report(retention_, expired ? nullptr : &expired.error());
  // A failed bite waits for its next turn.
  plan_expiry(expired && expired->more, clock_.mono() - began);
  if (expired && expired->rows > 0) {
    if (options_.partner != nullptr) options_.partner->expired(*expired);
    const std::lock_guard lock(mutex_);
    stats_.expired += expired->rows;
  }
}

void Committer::plan_expiry(bool more, std::chrono::nanoseconds took) {
  const auto halved = [](std::size_t size) { return std::max<std::size_t>(size / 2, 1); };
  if (took > kLongBite) {
    expiry_bite_ = {halved(expiry_bite_.rows), halved(expiry_bite_.bytes)};
  } else if (took < kLongBite / 2) {
    expiry_bite_ = {std::min(expiry_bite_.rows * 2, kLargestBite.rows),
                    std::min(expiry_bite_.bytes * 2, kLargestBite.bytes)};
  }
  const std::chrono::nanoseconds pause =
      more ? std::max<std::chrono::nanoseconds>(took * kPauseBites, kShortestPause)
           : std::chrono::nanoseconds(kExpireEvery);
  next_expiry_ = clock_.mono() + pause;
}

void Committer::record(std::size_t writes,
                       const base::Result<std::vector<ports::WriteAnswer>>& applied,
                       double seconds) {
  std::uint64_t accepted = 0;
  std::uint64_t replayed = 0;
  std::uint64_t orders = 0;
  if (applied) {
    for (const ports::WriteAnswer& answer : *applied) {
      if (!answer) continue;
      if (std::holds_alternative<ports::Added>(*answer)) ++accepted;
      if (std::holds_alternative<ports::Replayed>(*answer)) ++replayed;
      if (const auto* of = std::get_if<ports::OrdersAccepted>(&*answer)) orders += of->added;
    }
  }
  const std::lock_guard lock(mutex_);
  ++(applied ? stats_.commits : stats_.failed_commits);
  stats_.accepted += accepted;
  stats_.replayed += replayed;
  stats_.orders_accepted += orders;
  stats_.batch_writes.observe(static_cast<double>(writes), kBatchBounds);
  stats_.commit_seconds.observe(seconds, kCommitSecondsBounds);
}

void Committer::report(Part& part, const base::Error* error) {
  const bool failing = error != nullptr;
  if (std::exchange(part.failing, failing) == failing || !options_.on_trouble) return;
  options_.on_trouble(part.name, error);
}

// What was written may or may not be on the disk: no caller may be told either.
void Committer::stop_for_good(const base::Error& error) {
  stopped_ = true;
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }
  fail_stop_(error);
}

// Keeps the vectors' memory for a later turn, within reason.
void Committer::recycle(Mailbox batch) {
  if (batch.writes.capacity() > kMaxSpareWrites) return;
  batch.writes.clear();
  batch.tickets.clear();
  batch.probes.clear();
  batch.bytes = 0;
  const std::lock_guard lock(mutex_);
  spare_ = std::move(batch);
}

bool Committer::is_stuck() const {
  return options_.patience > base::Millis(0) && committing_since_ &&
         clock_.mono() - *committing_since_ > options_.patience;
}

// While the committer's own thread waits for the store.
void Committer::watch(const std::stop_token& stop) {
  std::mutex sleeping;
  std::condition_variable_any never;
  while (!stop.stop_requested()) {
    {
      std::unique_lock lock(sleeping);
      never.wait_for(lock, stop, options_.patience / 4, [] { return false; });
    }
    refuse_if_stuck();
  }
}

void Committer::refuse_if_stuck() {
  Mailbox waiting;
  {
    const std::lock_guard lock(mutex_);
    if (!is_stuck()) return;
    waiting = std::exchange(mailbox_, {});
  }
  for (Ticket& ticket : waiting.tickets) ticket.done(base::fail(stuck()));
  for (Probed& done : waiting.probes) done(base::fail(stuck()));
}

void Committer::note_commit(std::optional<base::MonoTime> since) {
  const std::lock_guard lock(mutex_);
  committing_since_ = since;
}

bool Committer::has_work() const {
  return woken_ || !mailbox_.tickets.empty() || !mailbox_.probes.empty();
}

std::size_t Committer::waiting() const {
  const std::lock_guard lock(mutex_);
  return mailbox_.writes.size();
}

CommitStats Committer::stats() const {
  const std::lock_guard lock(mutex_);
  return stats_;
}

}  // namespace ordo::app
