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
#include "postgres/life_statements.h"
#include "postgres/params.h"
#include "system/clock.h"
#include "system/random.h"

namespace ordo::bench {
namespace {

using postgres::Column;
using postgres::Params;
using postgres::Type;
using Clock = std::chrono::steady_clock;

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
    send(postgres::kBegin);
    if (load_.work == BareWork::lives) read(begun, ended);
    if (ended.count > 0) {
      if (load_.work == BareWork::lives) send(postgres::kDeleteActive, one_column(ended));
      send_update(ended);
    }
    if (begun.count > 0 && load_.work == BareWork::lives) send_begun(begun);
    if (load_.work != BareWork::writes) send_tally(added, ended);
    if (added.count > 0) send_added(added);
    if (load_.work != BareWork::writes) {
      Params params;
      send(postgres::kNoteCommit, params.add(kUs).add(++turns_));
    }
    if (added.count > 0) {
      Params params;
      send(postgres::kTakePlaces, params.add(added.count));
    }
    send(postgres::kCommit);
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
    send(postgres::kStay, us.add(kUs));
    send(postgres::kHeld, us.add(std::move(shards)).add(std::move(epochs)));
    if (ended.count > 0) {
      send(postgres::kBareBySequence, one_column(ended));
      send(postgres::kActiveBySequence, one_column(ended));
    }
    if (begun.count > 0) {
      send(postgres::kTasksBySequence, one_column(begun));
      send(postgres::kActiveBySequence, one_column(begun));
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
    send(postgres::kInsertTasks, all_of(std::move(of)));
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
    send(postgres::kPutActive, all_of(std::move(of)));
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
    send(postgres::kUpdateState, all_of(std::move(of)));
  }

  void send_tally(Range added, Range ended) {
    Params params;
    params.add(kUs).add(turns_ + 1).add(Column(Type::text).add(std::string_view("tasks")));
    for (const std::int64_t change :
         std::initializer_list<std::int64_t>{added.count - ended.count, 0, ended.count, 0, 0}) {
      params.add(Column(Type::int8).add(change));
    }
    send(postgres::kTally, params);
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

  void send(const postgres::Statement& statement, const Params& params = {}) {
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
    if (prepared_.insert(&statement).second) {
      PQsendPrepare(database_.get(), statement.name, statement.sql.c_str(), count, types.data());
      ++asked_;
    }
    PQsendQueryPrepared(database_.get(), statement.name, count, values.data(), lengths.data(),
                        formats.data(), 1);
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
  std::set<const postgres::Statement*> prepared_;
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
