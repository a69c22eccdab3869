#include "postgres/lease_keeper.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <iterator>
#include <optional>
#include <sstream>
#include <string>
#include <utility>

#include "base/assert.h"
#include "base/uuid.h"
#include "domain/lane_shard.h"
#include "postgres/archive.h"
#include "postgres/signals.h"

namespace ordo::postgres {
namespace {

using ports::LaneHold;

// Whoever copies a system has `nodes` locked, and leaves `copying` there until it is whole, or
// `moved` where it was.
const Statement kJoin{"join_nodes",
                      "INSERT INTO nodes (id, name, expires_at) SELECT $1::text, $2::text, "
                      "clock_timestamp() + $3::bigint * interval '1 millisecond' "
                      "WHERE to_regclass('copying') IS NULL AND to_regclass('moved') IS NULL"};
const Statement kRenew{
    "renew",
    "UPDATE nodes SET expires_at = clock_timestamp() + $2::bigint * interval '1 millisecond', "
    "draining = $3::boolean WHERE id = $1::text RETURNING "
    "(SELECT count(*) FROM nodes o WHERE o.id <> $1::text AND NOT o.draining "
    "AND o.expires_at > clock_timestamp()), "
    "(SELECT count(*) FROM nodes o WHERE o.id <> $1::text AND o.expires_at <= clock_timestamp()), "
    "(SELECT count(*) FROM lane_leases l WHERE l.owner IS NULL "
    "OR NOT EXISTS (SELECT FROM nodes o WHERE o.id = l.owner)), "
    "(SELECT last_value FROM tasks_seq), "
    "(SELECT string_agg(o.id, ' ' ORDER BY o.id) FROM nodes o WHERE o.id <> $1::text "
    "AND o.expires_at > clock_timestamp())"};
// One that has a transaction under way stays until that has ended.
const Statement kRemoveOverdue{
    "remove_overdue",
    "WITH overdue AS (SELECT id FROM nodes WHERE expires_at <= clock_timestamp() "
    "AND id <> $1::text FOR UPDATE SKIP LOCKED), "
    "gone AS (DELETE FROM nodes n USING overdue o WHERE n.id = o.id RETURNING n.id) "
    "UPDATE lane_leases l SET owner = NULL FROM gone WHERE l.owner = gone.id"};
// One that has been overdue for that long, and whose transaction does not end, was stopped in the
// middle of it.
const Statement kEndOverdue{
    "end_overdue",
    "SELECT pg_terminate_backend(a.pid) FROM nodes n JOIN pg_stat_activity a "
    "ON a.pid = n.writer_pid AND a.backend_start = n.writer_since WHERE n.id <> $1::text "
    "AND n.expires_at <= clock_timestamp() - $2::bigint * interval '1 millisecond'"};
// Whoever removes us waits for this.
const Statement kStayToTake{"stay_to_take", "SELECT FROM nodes WHERE id = $1::text FOR KEY SHARE"};
// An owner that is no more may still stand there: one that took it while it was being removed. One
// that has joined since we look is not seen, and so looks like that: but then the epoch has grown.
const Statement kTake{
    "take_lanes",
    "WITH free AS MATERIALIZED (SELECT h.shard, h.epoch FROM lane_leases h WHERE h.owner IS NULL "
    "OR NOT EXISTS (SELECT FROM nodes o WHERE o.id = h.owner)) "
    "UPDATE lane_leases l SET owner = $1::text, epoch = l.epoch + 1 "
    "FROM (SELECT h.shard FROM lane_leases h JOIN free ON free.shard = h.shard "
    "AND free.epoch = h.epoch WHERE EXISTS (SELECT FROM nodes WHERE id = $1::text) "
    "ORDER BY h.shard LIMIT $2::bigint FOR UPDATE OF h SKIP LOCKED) f WHERE l.shard = f.shard "
    "RETURNING l.shard, l.epoch"};
const Statement kGiveBack{
    "give_lanes_back",
    "UPDATE lane_leases l SET owner = NULL FROM unnest($2::smallint[], $3::bigint[]) "
    "AS u (shard, epoch) WHERE l.shard = u.shard AND l.epoch = u.epoch AND l.owner = $1::text"};
const Statement kLeave{"leave_nodes",
                       "WITH gone AS (DELETE FROM nodes WHERE id = $1::text RETURNING id) "
                       "UPDATE lane_leases l SET owner = NULL FROM gone WHERE l.owner = gone.id"};

constexpr base::Millis kTryAgain{250};
// Those of the lanes, and that of the pipelines.
constexpr std::size_t kLeases = domain::kLaneShards + 1;

// Whoever waits for an answer does not see that his time is over.
ConnectionOptions quick(ConnectionOptions options, base::Millis lease) {
  constexpr base::Millis kQuickest{3'000};
  options.answer_timeout = std::min(options.answer_timeout, std::max(lease / 2, kQuickest));
  options.connect_timeout = std::min(options.connect_timeout, std::max(lease / 4, kQuickest));
  options.lock_timeout = std::min(options.lock_timeout, options.answer_timeout / 2);
  options.hurries = true;
  return options;
}

Params of(const std::string& node) {
  Params params;
  params.add(std::string_view(node));
  return params;
}

std::vector<std::string> words_in(const std::string& text) {
  std::istringstream stream(text);
  return {std::istream_iterator<std::string>(stream), {}};
}

void drop_from(std::vector<LaneHold>& holds, const std::set<LaneHold>& dropped) {
  std::erase_if(holds, [&](const LaneHold& hold) { return dropped.contains(hold); });
}

}  // namespace

LeaseKeeper::LeaseKeeper(LeaseOptions options, const ports::Clock& clock, ports::Random& random)
    : options_(std::move(options)),
      clock_(clock),
      random_(random),
      link_(quick(options_.connection, options_.lease), clock, random) {
  ORDO_ASSERT(::pipe2(wake_, O_CLOEXEC | O_NONBLOCK) == 0);
}

LeaseKeeper::~LeaseKeeper() {
  for (const int file : wake_) ::close(file);
}

void LeaseKeeper::poke() const {
  while (::write(wake_[1], "", 1) < 0 && errno == EINTR) {
  }
}

ports::LaneLeases::News LeaseKeeper::news() {
  const std::lock_guard lock(mutex_);
  return std::exchange(news_, {});
}

bool LeaseKeeper::is_taking() {
  const std::lock_guard lock(mutex_);
  return taking_ || !news_.gained.empty();
}

void LeaseKeeper::release(std::vector<LaneHold> holds) {
  {
    const std::lock_guard lock(mutex_);
    released_.insert(released_.end(), holds.begin(), holds.end());
  }
  poke();
}

void LeaseKeeper::drain() {
  {
    const std::lock_guard lock(mutex_);
    draining_ = true;
  }
  poke();
}

bool LeaseKeeper::is_draining() {
  const std::lock_guard lock(mutex_);
  return draining_;
}

base::Result<void> LeaseKeeper::beat() {
  const Answer<Connection*> connection = link_.get();
  Answer<void> beaten;
  if (!connection) {
    beaten = std::unexpected(connection.error());
  } else {
    if (introduced_ != link_.number()) beaten = introduce(**connection);
    if (beaten) beaten = beat_on(**connection);
  }
  if (!beaten) return base::fail(error_of(beaten.error(), "renew the leases of lanes"));
  note_standing();
  return {};
}

Standing LeaseKeeper::standing() {
  const std::lock_guard lock(mutex_);
  return standing_;
}

void LeaseKeeper::note_standing() {
  const auto pipelines =
      static_cast<std::size_t>(std::ranges::count(held_, ports::kPipelineShard, &LaneHold::shard));
  const Standing now{held_.size() - pipelines, pipelines > 0, node_.empty() ? 0 : sharing_,
                     good_until_};
  const std::lock_guard lock(mutex_);
  standing_ = now;
}

Answer<void> LeaseKeeper::introduce(Connection& connection) {
  if (auto listening = listen(connection); !listening) return listening;
  // Whatever was told meanwhile was missed.
  if (options_.on_tasks) options_.on_tasks();
  Answer<Timeline> now = timeline_of(connection);
  if (!now) return std::unexpected(std::move(now.error()));
  const std::string before = timeline_.value_or("");
  if (note_timeline(timeline_, std::move(*now))) {
    const Fault fault{Fault::Kind::failed,
                      fmt::format("a replica has taken over (timeline {}, before it {}), which may "
                                  "lack what was answered",
                                  *timeline_, before)};
    if (options_.on_replaced) options_.on_replaced(error_of(fault, "go on as before"));
    return std::unexpected(fault);
  }
  introduced_ = link_.number();
  return {};
}

void LeaseKeeper::run(const std::stop_token& stop) {
  const std::stop_callback on_stop(stop, [this] { poke(); });
  // Renewed four times in the time that it has.
  const base::Millis pause = options_.lease / 4;
  while (!stop.stop_requested()) {
    const base::Result<void> beaten = beat();
    if (!beaten) lose_overdue();
    if (std::exchange(failing_, !beaten) == beaten.has_value() && options_.on_trouble) {
      options_.on_trouble("leases", beaten ? nullptr : &beaten.error());
    }
    // Nobody is heard without a connection, which is tried again soon.
    const base::MonoTime next = clock_.mono() + (beaten ? pause : std::min(pause, kTryAgain));
    bool due = false;
    while (!due && !stop.stop_requested() && clock_.mono() < next) {
      const Answer<Connection*> connection = beaten ? link_.get() : Answer<Connection*>(nullptr);
      if (!connection) break;
      due = listen_until(*connection, next);
    }
  }
}

// True: to beat at once.
bool LeaseKeeper::listen_until(Connection* connection, base::MonoTime next) {
  const auto left = std::chrono::ceil<base::Millis>(next - clock_.mono());
  std::vector<std::string> heard;
  if (connection != nullptr) {
    Answer<std::vector<std::string>> told = connection->heard(wake_[0], left);
    if (!told) return true;
    heard = std::move(*told);
  } else {
    pollfd wake{wake_[0], POLLIN, 0};
    ::poll(&wake, 1, static_cast<int>(std::max<std::int64_t>(left.count(), 0)));
  }
  bool poked = false;
  std::array<char, 64> pokes{};
  while (::read(wake_[0], pokes.data(), pokes.size()) > 0) poked = true;
  return take_in(heard) || poked;
}

// True: lanes have moved.
bool LeaseKeeper::take_in(const std::vector<std::string>& heard) {
  bool lanes = false;
  bool tasks = false;
  ShardSet ours;
  for (const LaneHold& hold : held_) {
    if (hold.shard != ports::kPipelineShard) ours.set(hold.shard);
  }
  for (const std::string& text : heard) {
    const std::optional<Signal> signal = signal_in(text);
    if (!signal || signal->from == node_ || signal->post) continue;
    lanes |= !signal->tasks;
    tasks |= signal->tasks && (*signal->tasks & ours).any();
  }
  if (tasks && options_.on_tasks) options_.on_tasks();
  return lanes;
}

void LeaseKeeper::be(std::vector<std::string> others) {
  if (others == others_) return;
  others_ = std::move(others);
  if (options_.be) options_.be(node_, others_);
}

Answer<void> LeaseKeeper::beat_on(Connection& connection) {
  if (node_.empty()) {
    if (auto joined = join(connection); !joined) return joined;
  }
  if (auto given = give_back(connection); !given) return given;
  Answer<Census> census = renew(connection);
  if (!census) return std::unexpected(std::move(census.error()));
  if (!census->is_alive) {
    lose_all();
    if (auto joined = join(connection); !joined) return joined;
    census = renew(connection);
    if (!census) return std::unexpected(std::move(census.error()));
  }
  if (census->overdue > 0) {
    if (auto removed = remove_overdue(connection); !removed) return removed;
    census = renew(connection);
    if (!census) return std::unexpected(std::move(census.error()));
  }
  be(std::move(census->others));
  sharing_ = census->nodes;
  // Of what was missed, or told before we listened.
  if (std::exchange(last_place_, census->last_place) != census->last_place && !others_.empty() &&
      options_.on_tasks) {
    options_.on_tasks();
  }
  const bool draining = is_draining();
  const std::size_t share = draining ? 0 : (kLeases + census->nodes - 1) / census->nodes;
  if (held_.size() > share) {
    want_back(held_.size() - share);
  } else if (held_.size() < share && census->free > 0) {
    return take(connection, share - held_.size());
  }
  return {};
}

Answer<void> LeaseKeeper::join(Connection& connection) {
  const std::uint64_t high = random_.next();
  std::string node = base::uuid_v7(clock_.wall(), high, random_.next());
  Params params = of(node);
  params.add(std::string_view(options_.name)).add(std::int64_t{options_.lease.count()});
  Batch batch;
  batch.add(kJoin, std::move(params));
  add_signal(batch, {node});
  const base::MonoTime asked = clock_.mono();
  const auto joined = connection.run(batch);
  if (!joined) return std::unexpected(joined.error());
  good_until_ = asked + options_.lease;
  if (joined->front().changed() == 0) {
    const auto in_service = check_in_service(connection);
    return std::unexpected(Fault{Fault::Kind::failed,
                                 in_service ? "it was being copied" : in_service.error().message});
  }
  node_ = std::move(node);
  if (options_.be) options_.be(node_, others_);
  return {};
}

Answer<LeaseKeeper::Census> LeaseKeeper::renew(Connection& connection) {
  const base::MonoTime asked = clock_.mono();
  Params params = of(node_);
  params.add(std::int64_t{options_.lease.count()}).add(is_draining());
  const Answer<Rows> rows = connection.run(kRenew, std::move(params));
  if (!rows) return std::unexpected(rows.error());
  if (rows->empty()) return Census{};
  good_until_ = asked + options_.lease;
  return Census{true,
                1 + rows->number(0, 0),
                rows->number(0, 1),
                rows->number(0, 2),
                rows->number(0, 3),
                words_in(rows->optional_string(0, 4).value_or(""))};
}

Answer<void> LeaseKeeper::remove_overdue(Connection& connection) {
  if (auto removed = connection.run(kRemoveOverdue, of(node_)); !removed) {
    return std::unexpected(std::move(removed.error()));
  }
  Params params = of(node_);
  const Answer<Rows> ended =
      connection.run(kEndOverdue, std::move(params.add(std::int64_t{options_.lease.count()})));
  // A role may not be allowed to end what another one does.
  if (!ended && connection.is_lost()) return std::unexpected(ended.error());
  return {};
}

Answer<void> LeaseKeeper::take(Connection& connection, std::size_t most) {
  Params params = of(node_);
  params.add(static_cast<std::int64_t>(most));
  Batch batch;
  batch.add(kBegin);
  batch.add(kStayToTake, of(node_));
  const std::size_t slot = batch.add(kTake, std::move(params));
  batch.add(kCommit);
  note_taking(true);
  const Answer<std::vector<Rows>> answers = connection.run(batch);
  // Taken or not, nobody will ever know: under another name all is plain.
  if (!answers) {
    lose_all();
    note_taking(false);
    return std::unexpected(answers.error());
  }
  const Rows& taken = (*answers)[slot];
  std::optional<LaneHold> pipelines;
  {
    const std::lock_guard lock(mutex_);
    for (std::size_t i = 0; i < taken.size(); ++i) {
      const LaneHold hold{static_cast<std::uint16_t>(taken.integer(i, 0)), taken.number(i, 1)};
      held_.insert(hold);
      if (hold.shard == ports::kPipelineShard) {
        pipelines = hold;
      } else {
        news_.gained.push_back(hold);
      }
    }
    taking_ = false;
  }
  if (pipelines) note_pipelines(pipelines);
  if (!taken.empty() && options_.on_news) options_.on_news();
  return {};
}

void LeaseKeeper::note_taking(bool taking) {
  const std::lock_guard lock(mutex_);
  taking_ = taking;
}

std::optional<LaneHold> LeaseKeeper::pipelines() {
  const std::lock_guard lock(mutex_);
  return pipelines_;
}

void LeaseKeeper::note_pipelines(std::optional<LaneHold> hold) {
  {
    const std::lock_guard lock(mutex_);
    if (std::exchange(pipelines_, hold) == hold) return;
  }
  if (options_.on_pipelines) options_.on_pipelines();
}

void LeaseKeeper::lose_all() {
  node_.clear();
  note_pipelines(std::nullopt);
  if (options_.be) options_.be("", others_);
  if (held_.empty()) return note_standing();
  wanted_.clear();
  {
    const std::lock_guard lock(mutex_);
    // What nobody has heard of is not told any more.
    std::set<LaneHold> unheard(news_.gained.begin(), news_.gained.end());
    news_.gained.clear();
    news_.wanted.clear();
    for (const LaneHold& hold : held_) {
      const bool is_lane = hold.shard != ports::kPipelineShard;
      if (is_lane && !unheard.contains(hold)) news_.lost.push_back(hold);
    }
    released_.clear();
  }
  held_.clear();
  note_standing();
  if (options_.on_news) options_.on_news();
}

// Others may have its lanes by now: what runs in them here is to be ended. Where there was nobody
// else, it is more likely that the database is away, and has all as it was when it comes back.
void LeaseKeeper::lose_overdue() {
  if (!node_.empty() && !others_.empty() && clock_.mono() >= good_until_) lose_all();
}

// Pipelines stay where they are, unless nothing else may: to move them is much work.
void LeaseKeeper::want_back(std::size_t count) {
  std::vector<LaneHold> candidates;
  std::ranges::set_difference(held_, wanted_, std::back_inserter(candidates));
  const auto pipelines = std::ranges::find(candidates, ports::kPipelineShard, &LaneHold::shard);
  if (pipelines != candidates.end()) {
    if (count == held_.size()) {
      wanted_.insert(*pipelines);
      note_pipelines(std::nullopt);
    }
    candidates.erase(pipelines);
  }
  const std::size_t asked = wanted_.size();
  if (asked >= count || candidates.empty()) return;
  const std::size_t more = std::min(count - asked, candidates.size());
  {
    const std::lock_guard lock(mutex_);
    for (std::size_t i = 0; i < more; ++i) {
      // From the end: the next one takes from the beginning.
      const LaneHold& hold = candidates[candidates.size() - 1 - i];
      wanted_.insert(hold);
      news_.wanted.push_back(hold);
    }
  }
  if (options_.on_news) options_.on_news();
}

Answer<void> LeaseKeeper::give_back(Connection& connection) {
  std::vector<LaneHold> released;
  {
    const std::lock_guard lock(mutex_);
    released = released_;
  }
  if (released.empty()) return {};
  Column shards(Type::int2);
  Column epochs(Type::int8);
  for (const LaneHold& hold : released) {
    shards.add(std::int64_t{hold.shard});
    epochs.add(static_cast<std::int64_t>(hold.epoch));
  }
  Params params = of(node_);
  params.add(std::move(shards)).add(std::move(epochs));
  Batch batch;
  batch.add(kGiveBack, std::move(params));
  add_signal(batch, {node_});
  if (auto given = connection.run(batch); !given) return std::unexpected(std::move(given.error()));
  const std::set<LaneHold> gone(released.begin(), released.end());
  for (const LaneHold& hold : gone) {
    held_.erase(hold);
    wanted_.erase(hold);
  }
  const std::lock_guard lock(mutex_);
  drop_from(released_, gone);
  return {};
}

base::Result<void> LeaseKeeper::leave() {
  if (node_.empty()) return {};
  const Answer<Connection*> connection = link_.get();
  if (connection) {
    Batch batch;
    batch.add(kLeave, of(node_));
    add_signal(batch, {node_});
    const Answer<std::vector<Rows>> left = (*connection)->run(batch);
    if (left) {
      lose_all();
      return {};
    }
    return base::fail(error_of(left.error(), "give the lanes back"));
  }
  return base::fail(error_of(connection.error(), "give the lanes back"));
}

}  // namespace ordo::postgres
