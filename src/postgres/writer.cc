#include "postgres/writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "base/uuid.h"
#include "postgres/task_rows.h"

namespace ordo::postgres {
namespace {

using base::ErrorCode;
using ports::WriteAnswer;

// Of one transaction that others keep being faster than.
constexpr int kMaxTries = 5;
constexpr base::Millis kLookAgain{100};

// Tallies that are `gone` become one row a queue, of this store.
constexpr std::string_view kIntoOne =
    "INSERT INTO tallies SELECT $1::text, 0, queue, sum(queued)::bigint, sum(running)::bigint, "
    "sum(succeeded)::bigint, sum(dead)::bigint, sum(cancelled)::bigint FROM gone GROUP BY queue "
    "ON CONFLICT (store, turn, queue) DO UPDATE SET queued = tallies.queued + excluded.queued, "
    "running = tallies.running + excluded.running, "
    "succeeded = tallies.succeeded + excluded.succeeded, dead = tallies.dead + excluded.dead, "
    "cancelled = tallies.cancelled + excluded.cancelled";

// What this store has added up to some turn; what is known of its commits has been heard.
const Statement kFold{
    "fold",
    "WITH gone AS (DELETE FROM tallies WHERE store = $1::text AND turn > 0 AND turn < $2::bigint "
    "RETURNING queue, queued, running, succeeded, dead, cancelled) " +
        std::string(kIntoOne)};
const Statement kForgetCommits{"forget_commits",
                               "DELETE FROM commits WHERE store = $1::text AND turn < $2::bigint"};

// Of stores that are no more: one that lives has always written a commit within the hour.
const Statement kFoldOthers{
    "fold_others",
    "WITH dead AS (SELECT t.store, t.turn, t.queue FROM tallies t WHERE t.store <> $1::text "
    "AND NOT EXISTS (SELECT FROM commits c WHERE c.store = t.store) "
    "ORDER BY t.store, t.turn, t.queue LIMIT 10000 FOR UPDATE SKIP LOCKED), "
    "gone AS (DELETE FROM tallies t USING dead d WHERE t.store = d.store AND t.turn = d.turn "
    "AND t.queue = d.queue "
    "RETURNING t.queue, t.queued, t.running, t.succeeded, t.dead, t.cancelled) " +
        std::string(kIntoOne)};
const Statement kForgetOthers{
    "forget_others",
    "DELETE FROM commits c USING (SELECT store, turn FROM commits WHERE store <> $1::text "
    "AND at < now() - interval '1 hour' ORDER BY store, turn LIMIT 10000 FOR UPDATE SKIP LOCKED) d "
    "WHERE c.store = d.store AND c.turn = d.turn"};
constexpr base::Millis kLookForDead{5 * 60 * 1000};
// Half the time for which it can be found out what came of a commit.
constexpr base::Millis kDoubtful{30 * 60 * 1000};

// Whoever misses this node ends the connection that keeps its lanes.
const Statement kNoteWriter{
    "note_writer",
    "UPDATE nodes SET writer_pid = pg_backend_pid(), writer_since = (SELECT backend_start "
    "FROM pg_stat_activity WHERE pid = pg_backend_pid()) WHERE id = $1::text"};

std::string new_name(const ports::Clock& clock, ports::Random& random) {
  const std::uint64_t high = random.next();
  return base::uuid_v7(clock.wall(), high, random.next());
}

}  // namespace

Writer::Writer(WriterOptions options, const ports::Clock& clock, ports::Random& random)
    : options_(std::move(options)),
      clock_(clock),
      link_(options_.connection, clock, random),
      name_(new_name(clock, random)) {
  link_.work_while_waiting([this] {
    over_.reset();
    if (work_) work_();
  });
}

Writer::~Writer() = default;

bool Writer::work_while_waiting(const std::function<void()>& work) {
  work_ = work;
  return true;
}

void Writer::give_up() {
  {
    const std::lock_guard lock(mutex_);
    ends_ = true;
  }
  ending_.notify_all();
}

void Writer::be(std::string node, bool has_others) {
  const std::lock_guard lock(mutex_);
  node_ = std::move(node);
  has_others_ = has_others;
}

TurnOptions Writer::options_of(TurnName name) {
  const std::lock_guard lock(mutex_);
  return {std::move(name), node_, has_others_, std::exchange(careful_, false)};
}

// False: the process ends.
bool Writer::pause(base::Millis length) {
  std::unique_lock lock(mutex_);
  return !ending_.wait_for(lock, length, [this] { return ends_; });
}

base::Result<std::vector<WriteAnswer>> Writer::apply(std::span<const ports::Write> writes,
                                                     const ports::Follow& follow) {
  constexpr std::string_view kDoing = "write this";
  for (int tries = 1;; ++tries) {
    const Answer<Connection*> connection = connect();
    if (!connection) return base::fail(error_of(connection.error(), kDoing));
    const bool used = link_.is_used();
    const TurnName name = next_turn();
    auto of = std::make_unique<Turn>(**connection, options_of(name));
    Turn& turn = *of;
    std::vector<WriteAnswer> answers;
    turn.write(writes, answers);
    bool asked = false;
    while (follow && !turn.fault()) {
      asked = true;
      const std::span<const ports::Write> following = follow(answers);
      if (following.empty()) break;
      turn.write(following, answers);
    }
    // What was answered has to last, though it be that somebody else has written it.
    const bool told = std::ranges::any_of(answers, &WriteAnswer::has_value);
    const Answer<Drawn> done = finish(turn, name, told);
    if (done) {
      turn.settle(answers, *done);
      over_ = std::move(of);
      return answers;
    }
    const Fault::Kind kind = done.error().kind;
    if (kind == Fault::Kind::doubtful) return base::fail(ErrorCode::fatal, done.error().message);
    careful_ = kind == Fault::Kind::raced;
    // The server may have closed the connection while nobody used it.
    const bool stale = used && turn.fault() && turn.fault()->kind == Fault::Kind::lost;
    const bool again = kind == Fault::Kind::raced || stale;
    if (again && !asked && tries < kMaxTries) continue;
    base::Error error = error_of(done.error(), kDoing);
    // Whoever follows has been told what came of its writes: it has to be asked from the start.
    if (again && asked) error.code = ErrorCode::conflict;
    return base::fail(std::move(error));
  }
}

Answer<Connection*> Writer::connect() {
  Answer<Connection*> connection = link_.get();
  if (!connection) return connection;
  std::pair as{link_.number(), std::string()};
  {
    const std::lock_guard lock(mutex_);
    as.second = node_;
  }
  if (as == known_) return connection;
  Params params;
  params.add(std::string_view(as.second));
  // If it fails it is tried again the next time. A connection that breaks here is found to be lost
  // by what is done on it.
  if (as.second.empty() || (*connection)->run(kNoteWriter, std::move(params))) {
    known_ = std::move(as);
  }
  return connection;
}

Answer<Drawn> Writer::finish(Turn& turn, const TurnName& name, bool even_if_empty) {
  if (turn.fault()) return std::unexpected(*turn.fault());
  const Moment sent{clock_.mono(), clock_.wall()};
  const Answer<void> committed = turn.commit(even_if_empty);
  if (committed) return turn.drawn();
  if (committed.error().kind != Fault::Kind::lost) return std::unexpected(committed.error());
  Answer<std::optional<Drawn>> drawn = resolve(name, sent);
  if (!drawn) return std::unexpected(std::move(drawn.error()));
  if (!*drawn) return std::unexpected(Fault{Fault::Kind::away, committed.error().message});
  return **drawn;
}

Answer<std::optional<Drawn>> Writer::resolve(const TurnName& name, const Moment& sent) {
  const base::MonoTime last = clock_.mono() + options_.doubt_timeout;
  Fault fault;
  do {
    // This process, or its machine, may have been suspended: what it did may be forgotten by now.
    if (clock_.mono() - sent.mono > kDoubtful || clock_.wall() - sent.wall > kDoubtful) break;
    const Answer<Connection*> connection = link_.get();
    if (connection) {
      const Answer<CommitNote> note = commit_of(**connection, name);
      if (note && note->done) return note->drawn;
      if (note) return std::nullopt;
      fault = note.error();
    } else {
      fault = connection.error();
    }
  } while (clock_.mono() < last && pause(kLookAgain));
  return std::unexpected(
      Fault{Fault::Kind::doubtful,
            fmt::format("the connection was lost during a commit, and nobody can say whether it "
                        "was done: {}",
                        fault.message)});
}

base::Result<ports::Expired> Writer::expire(const ports::Expiry& expiry,
                                            const ports::ExpiryBite& bite) {
  constexpr std::string_view kDoing = "delete what has expired";
  const Answer<Connection*> connection = connect();
  if (!connection) return base::fail(error_of(connection.error(), kDoing));
  const TurnName name = next_turn();
  Turn turn(**connection, {name});
  ports::ExpiryBite left = bite;
  ports::Expired expired;
  turn.expire(expiry, left, expired);
  turn.ask(kFold);
  turn.ask(kForgetCommits);
  if (clock_.mono() >= next_look_) {
    next_look_ = clock_.mono() + kLookForDead;
    turn.ask(kForgetOthers);
    turn.ask(kFoldOthers);
  }
  expired.rows = bite.rows - left.rows;
  expired.more = left.is_eaten();
  const Answer<Drawn> done = finish(turn, name, true);
  if (done) return expired;
  if (done.error().kind == Fault::Kind::doubtful) {
    return base::fail(ErrorCode::fatal, done.error().message);
  }
  return base::fail(error_of(done.error(), kDoing));
}

base::Result<void> Writer::probe() {
  constexpr std::string_view kDoing = "make a commit durable";
  for (bool again = true;; again = false) {
    const Answer<Connection*> connection = connect();
    if (!connection) return base::fail(error_of(connection.error(), kDoing));
    const bool used = link_.is_used();
    Turn turn(**connection, {next_turn()});
    const Answer<void> done = turn.commit(true);
    if (done) return {};
    // Whether it was done says nothing to anybody.
    if (!again || !used || done.error().kind != Fault::Kind::lost) {
      return base::fail(error_of(done.error(), kDoing));
    }
  }
}

}  // namespace ordo::postgres
