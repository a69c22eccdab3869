#include "postgres/bare.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <initializer_list>
#include <random>
#include <set>
#include <stdexcept>
#include <string_view>
#include <utility>
#include <vector>

#include "domain/lane_shard.h"
#include "postgres/database.h"
#include "postgres/home.h"
#include "postgres/params.h"
#include "postgres/task_rows.h"
#include "system/clock.h"
#include "system/random.h"

namespace ordo::bench {
namespace {

using postgres::Column;
using postgres::Params;
using postgres::Type;
using Clock = std::chrono::steady_clock;

// As in src/postgres/task_flush.cc, task_unit.cc, fence.cc and turn.cc.
constexpr const char* kInsert =
    "WITH held AS MATERIALIZED (SELECT hold_places() AS before) "
    "INSERT INTO tasks (seq, id, queue, lane, shard, status, priority, attempts, max_attempts, "
    "version, created_at, updated_at, due_date, fingerprint, traceparent, title, description, "
    "payload) "
    "SELECT held.before + u.place, u.id, u.queue, u.lane, u.shard, 0, u.priority, 0, "
    "u.max_attempts, u.version, u.created_at, u.updated_at, u.due_date, u.fingerprint, "
    "u.traceparent, u.title, u.description, u.payload "
    "FROM held, unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::smallint[], "
    "$6::smallint[], $7::integer[], $8::bigint[], $9::timestamptz[], $10::timestamptz[], "
    "$11::timestamptz[], $12::bytea[], $13::text[], $14::text[], $15::text[], $16::text[]) "
    "AS u (place, id, queue, lane, shard, priority, max_attempts, version, created_at, updated_at, "
    "due_date, fingerprint, traceparent, title, description, payload)";
constexpr const char* kUpdate =
    "UPDATE tasks t SET status = u.status, attempts = u.attempts, version = u.version, "
    "updated_at = u.updated_at, started_at = u.started_at, finished_at = u.finished_at, "
    "last_error = u.last_error, result = u.result "
    "FROM unnest($1::bigint[], $2::smallint[], $3::integer[], $4::bigint[], $5::timestamptz[], "
    "$6::timestamptz[], $7::timestamptz[], $8::bytea[], $9::text[]) "
    "AS u (seq, status, attempts, version, updated_at, started_at, finished_at, last_error, "
    "result) "
    "WHERE t.seq = u.seq";
constexpr const char* kPutActive =
    "INSERT INTO active (seq, state, attempts, version, updated_at, started_at, next_attempt_at, "
    "lease_until, lease_ms, lease, last_error) "
    "SELECT * FROM unnest($1::bigint[], $2::smallint[], $3::integer[], $4::bigint[], "
    "$5::timestamptz[], $6::timestamptz[], $7::timestamptz[], $8::timestamptz[], $9::bigint[], "
    "$10::text[], $11::bytea[]) "
    "ON CONFLICT (seq) DO UPDATE SET state = excluded.state, attempts = excluded.attempts, "
    "version = excluded.version, updated_at = excluded.updated_at, "
    "started_at = excluded.started_at, next_attempt_at = excluded.next_attempt_at, "
    "lease_until = excluded.lease_until, lease_ms = excluded.lease_ms, lease = excluded.lease, "
    "last_error = excluded.last_error";
constexpr const char* kDeleteActive = "DELETE FROM active WHERE seq = ANY($1::bigint[])";
constexpr const char* kStay = "SELECT FROM nodes WHERE id = $1::text FOR KEY SHARE";
constexpr const char* kHeld =
    "SELECT l.shard, l.epoch FROM unnest($2::smallint[], $3::bigint[]) AS u (shard, epoch) "
    "JOIN lane_leases l ON l.shard = u.shard AND l.epoch = u.epoch "
    "JOIN nodes n ON n.id = l.owner WHERE l.owner = $1::text";
constexpr const char* kTally =
    "INSERT INTO tallies (store, turn, queue, queued, running, succeeded, dead, cancelled) "
    "SELECT $1::text, $2::bigint, u.* FROM unnest($3::text[], $4::bigint[], $5::bigint[], "
    "$6::bigint[], $7::bigint[], $8::bigint[]) AS u";
constexpr const char* kNoteCommit =
    "INSERT INTO commits (store, turn, done, tasks_before, executions_before) "
    "SELECT $1::text, $2::bigint, true, t.last_value, e.last_value "
    "FROM tasks_seq t, executions_seq e RETURNING tasks_before, executions_before";
constexpr const char* kTakePlaces =
    "SELECT setval('tasks_seq', last_value + $1::bigint) FROM tasks_seq";

constexpr std::string_view kUs = "bare";

// The tasks with these sequences: from the first, so many.
struct Range {
  std::int64_t first = 0;
  std::int64_t count = 0;
};

class Bare {
 public:
  Bare(const std::string& url, const BareLoad& load) : load_(load), database_(url) {
    // As the connections of a node are.
    database_.execute(
        "SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off; "
        "SET enable_hashjoin = off; SET enable_mergejoin = off; SET enable_bitmapscan = off; "
        "SET jit = off; "
        "INSERT INTO nodes (id, name, expires_at) VALUES ('bare', 'bare', 'infinity'); "
        "UPDATE lane_leases SET owner = 'bare', epoch = 1");
    // Of "lane-<number>", which shard it is.
    for (std::size_t i = 0; i < load.lanes; ++i) {
      lanes_.push_back(fmt::format("lane-{}", i));
      shards_.push_back(
          domain::shard_of(domain::QueueName("tasks"), domain::LaneKey(lanes_.back())));
    }
  }

  void turn(Range added, Range begun, Range ended) {
    PQenterPipelineMode(database_.get());
    now_ = clock_.wall();
    send("begin", "BEGIN");
    if (load_.work == BareWork::lives) read(begun, ended);
    if (ended.count > 0) {
      if (load_.work == BareWork::lives) send("delete_active", kDeleteActive, one_column(ended));
      send_update(ended);
    }
    if (begun.count > 0 && load_.work == BareWork::lives) send_begun(begun);
    if (load_.work != BareWork::writes) send_tally(added, ended);
    if (added.count > 0) send_added(added);
    if (load_.work != BareWork::writes) {
      Params params;
      send("note_commit", kNoteCommit, params.add(kUs).add(++turns_));
    }
    if (added.count > 0) {
      Params params;
      send("take_places", kTakePlaces, params.add(added.count));
    }
    send("commit", "COMMIT");
    finish();
  }

 private:
  void read(Range begun, Range ended) {
    if (begun.count + ended.count == 0) return;
    std::set<std::uint16_t> touched;
    for (const Range& range : {begun, ended}) {
      for (std::int64_t i = 0; i < range.count; ++i) touched.insert(shard_of(range.first + i));
    }
    Column shards(Type::int2);
    Column epochs(Type::int8);
    for (const std::uint16_t shard : touched) {
      shards.add(std::int64_t{shard});
      epochs.add(std::int64_t{1});
    }
    Params us;
    send("stay", kStay, us.add(kUs));
    send("held", kHeld, us.add(std::move(shards)).add(std::move(epochs)));
    static const std::string tasks =
        fmt::format("SELECT {} FROM tasks t WHERE t.seq = ANY($1::bigint[]) FOR UPDATE",
                    postgres::kTaskColumns);
    static const std::string bare_tasks =
        fmt::format("SELECT {} FROM tasks t WHERE t.seq = ANY($1::bigint[]) FOR UPDATE",
                    postgres::kBareTaskColumns);
    static const std::string active = fmt::format(
        "SELECT {} FROM active a WHERE a.seq = ANY($1::bigint[])", postgres::kActiveColumns);
    if (ended.count > 0) {
      send("bare_tasks", bare_tasks.c_str(), one_column(ended));
      send("active", active.c_str(), one_column(ended));
    }
    if (begun.count > 0) {
      send("tasks", tasks.c_str(), one_column(begun));
      send("active", active.c_str(), one_column(begun));
    }
  }

  void send_added(Range added) {
    std::vector<Column> of;
    for (const Type type : {Type::int8, Type::text, Type::text, Type::text, Type::int2, Type::int2,
                            Type::int4, Type::int8, Type::time, Type::time, Type::time, Type::bytes,
                            Type::text, Type::text, Type::text, Type::text}) {
      of.emplace_back(type);
    }
    for (std::int64_t i = 0; i < added.count; ++i) {
      const std::int64_t sequence = added.first + i;
      of[0].add(i + 1);
      of[1].add(std::string_view(
          fmt::format("{:08x}-0000-7000-8000-{:016x}", 0x01920000 + sequence, random_())));
      of[2].add(std::string_view("tasks"));
      of[3].add(std::string_view(lanes_[lane_of(sequence)]));
      of[4].add(std::int64_t{shard_of(sequence)});
      of[5].add(std::int64_t{1});
      of[6].add(std::int64_t{3});
      of[7].add(std::int64_t{1});
      of[8].add(now_);
      of[9].add(now_);
      of[10].add_null();
      of[11].add_null();
      of[12].add(std::string_view());
      of[13].add(std::string_view("Send invoice"));
      of[14].add(std::string_view());
      of[15].add(std::string_view(R"({"invoice":123456,"amount":19.990})"));
    }
    send("insert", kInsert, all_of(std::move(of)));
  }

  void send_begun(Range begun) {
    std::vector<Column> of;
    for (const Type type : {Type::int8, Type::int2, Type::int4, Type::int8, Type::time, Type::time,
                            Type::time, Type::time, Type::int8, Type::text, Type::bytes}) {
      of.emplace_back(type);
    }
    for (std::int64_t i = 0; i < begun.count; ++i) {
      of[0].add(begun.first + i);
      of[1].add(std::int64_t{1});
      of[2].add(std::int64_t{1});
      of[3].add(std::int64_t{2});
      of[4].add(now_);
      of[5].add(now_);
      for (std::size_t j = 6; j < of.size(); ++j) of[j].add_null();
    }
    send("put_active", kPutActive, all_of(std::move(of)));
  }

  void send_update(Range ended) {
    std::vector<Column> of;
    for (const Type type : {Type::int8, Type::int2, Type::int4, Type::int8, Type::time, Type::time,
                            Type::time, Type::bytes, Type::text}) {
      of.emplace_back(type);
    }
    for (std::int64_t i = 0; i < ended.count; ++i) {
      of[0].add(ended.first + i);
      of[1].add(std::int64_t{2});
      of[2].add(std::int64_t{1});
      of[3].add(std::int64_t{3});
      for (std::size_t j = 4; j < 7; ++j) of[j].add(now_);
      of[7].add_null();
      of[8].add_null();
    }
    send("update", kUpdate, all_of(std::move(of)));
  }

  void send_tally(Range added, Range ended) {
    Params params;
    params.add(kUs).add(turns_ + 1).add(Column(Type::text).add(std::string_view("tasks")));
    for (const std::int64_t change :
         std::initializer_list<std::int64_t>{added.count - ended.count, 0, ended.count, 0, 0}) {
      params.add(Column(Type::int8).add(change));
    }
    send("tally", kTally, params);
  }

  static Params one_column(Range range) {
    Column column(Type::int8);
    for (std::int64_t i = 0; i < range.count; ++i) column.add(range.first + i);
    Params params;
    params.add(std::move(column));
    return params;
  }
  static Params all_of(std::vector<Column> columns) {
    Params params;
    for (Column& column : columns) params.add(std::move(column));
    return params;
  }

  void send(const char* name, const char* sql, const Params& params = {}) {
    std::vector<Oid> types;
    std::vector<const char*> values;
    std::vector<int> lengths;
    for (const Params::One& one : params.all()) {
      types.push_back(one.type);
      values.push_back(one.bytes ? one.bytes->data() : nullptr);
      lengths.push_back(one.bytes ? static_cast<int>(one.bytes->size()) : 0);
    }
    const std::vector<int> formats(types.size(), 1);
    const int count = static_cast<int>(types.size());
    if (prepared_.insert(name).second) {
      PQsendPrepare(database_.get(), name, sql, count, types.data());
      ++asked_;
    }
    PQsendQueryPrepared(database_.get(), name, count, values.data(), lengths.data(), formats.data(),
                        1);
    ++asked_;
  }

  void finish() {
    PQpipelineSync(database_.get());
    for (; asked_ > 0; --asked_) {
      while (PGresult* const result = PQgetResult(database_.get())) {
        const ExecStatusType status = PQresultStatus(result);
        PQclear(result);
        if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) {
          throw std::runtime_error(PQerrorMessage(database_.get()));
        }
      }
    }
    PQclear(PQgetResult(database_.get()));  // of the sync
    PQexitPipelineMode(database_.get());
  }

  [[nodiscard]] std::size_t lane_of(std::int64_t sequence) const {
    return static_cast<std::size_t>(sequence) % lanes_.size();
  }
  [[nodiscard]] std::uint16_t shard_of(std::int64_t sequence) const {
    return shards_[lane_of(sequence)];
  }

  const BareLoad load_;
  Database database_;
  std::vector<std::string> lanes_;
  std::vector<std::uint16_t> shards_;
  system::SystemClock clock_;
  base::WallTime now_{};
  std::mt19937_64 random_{1};
  std::int64_t turns_ = 0;
  std::set<std::string_view> prepared_;
  std::size_t asked_ = 0;
};

void make_tables(const std::string& url) {
  const system::SystemClock clock;
  if (auto made = postgres::migrate({.url = url}, clock); !made) {
    throw std::runtime_error(made.error().message);
  }
}

}  // namespace

Rate measure_bare(const std::string& url, const BareLoad& load) {
  make_tables(url);
  Bare bare(url, load);
  const auto all = static_cast<std::int64_t>(load.tasks);
  const auto most = static_cast<std::int64_t>(std::max<std::size_t>(load.a_commit, 1));
  const std::int64_t warm_up = all / 20;
  Clock::time_point began;
  double cpu = 0;
  std::int64_t last = 0;
  std::int64_t before = 0;
  Range begun;
  Range ended;
  while (true) {
    if (last <= warm_up) {
      cpu = cpu_seconds();
      began = Clock::now();
      before = last;
    }
    const Range added{last + 1, std::min(most, warm_up + all - last)};
    if (added.count + begun.count + ended.count == 0) break;
    bare.turn(added, begun, ended);
    last += added.count;
    ended = begun;
    begun = added;
    if (load.work == BareWork::accepts) begun = ended = {};
  }
  const double took = std::chrono::duration<double>(Clock::now() - began).count();
  const auto tasks = static_cast<double>(last - before);
  return {tasks / took, static_cast<double>(most), 1e6 * (cpu_seconds() - cpu) / tasks};
}

}  // namespace ordo::bench
