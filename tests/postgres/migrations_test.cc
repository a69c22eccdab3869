// A filled database of each earlier schema is brought up to date, while older nodes go on.
#include "postgres/migrations.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <future>
#include <iterator>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "contract/execution_writes.h"
#include "postgres/fillings.h"
#include "postgres/home.h"
#include "postgres/two_nodes.h"
#include "support/eventually.h"
#include "support/order_writes.h"
#include "support/postgres_schema.h"
#include "support/task_writes.h"
#include "system/random.h"

namespace ordo::testing {
namespace {

namespace fs = std::filesystem;
using postgres::newest_schema;
using postgres::Statement;

std::string names_of(const std::vector<fs::path>& files) {
  std::string names;
  for (const fs::path& file : files) names += file.filename().string() + "\n";
  return names;
}

class Database {
 public:
  explicit Database(int version) {
    if (auto done = postgres::migrate(connection_, {}, version); !done) {
      throw std::runtime_error(done.error().message);
    }
  }
  [[nodiscard]] std::string url() const { return schema_.url(); }
  void execute(const std::string& sql) { testing::execute(connection_, sql); }
  std::set<std::string> lines(const std::string& sql) {
    const Statement statement{"lines", sql};
    // The next one has the same name.
    auto own = postgres_connection(url());
    const auto rows = own.run(statement);
    if (!rows) throw std::runtime_error(rows.error().message);
    std::set<std::string> lines;
    for (std::size_t i = 0; i < rows->size(); ++i) lines.insert(rows->string(i, 0));
    return lines;
  }
  void fill(int version, const std::string& run) { testing::fill(connection_, version, run); }
  std::unique_ptr<postgres::Home> open() {
    auto home = postgres::Home::open({.url = url(), .read_connections = 1}, real_clock(), random_);
    if (!home) throw std::runtime_error(home.error().message);
    return std::move(*home);
  }
  postgres::Connection& connection() { return connection_; }

 private:
  PostgresSchema schema_;
  system::SystemRandom random_;
  postgres::Connection connection_ = postgres_connection(schema_.url());
};

// What is there now, to be found again later, whatever columns have been added by then.
class Kept {
 public:
  explicit Kept(Database& database) : database_(database) {
    tables_ =
        database.lines("SELECT tablename::text FROM pg_tables WHERE schemaname = current_schema()");
    database.execute("CREATE TABLE kept (name text, was jsonb)");
    for (const std::string& table : tables_) {
      database.execute("INSERT INTO kept SELECT '" + table + "', to_jsonb(t) FROM " + table + " t");
    }
  }
  // Rows of which something is missing or was changed.
  std::set<std::string> lost() {
    std::string sql;
    for (const std::string& table : tables_) {
      sql += (sql.empty() ? "" : " UNION ALL ");
      sql += "SELECT name || was::text FROM kept WHERE name = '" + table +
             "' AND NOT EXISTS (SELECT FROM " + table + " t WHERE to_jsonb(t) @> was)";
    }
    return database_.lines(sql);
  }

 private:
  Database& database_;
  std::set<std::string> tables_;
};

void expect_same_tasks(postgres::Home& one, postgres::Home& other) {
  const std::vector<domain::Task> tasks = walk(one.task_reads());
  EXPECT_EQ(tasks, walk(other.task_reads()));
  for (const domain::Task& task : tasks) {
    EXPECT_EQ(one.task_reads().find(task.id).value(), task);
    EXPECT_EQ(one.task_reads().attempts(task.id).value(),
              other.task_reads().attempts(task.id).value());
  }
  EXPECT_EQ(one.task_reads().counts().value(), other.task_reads().counts().value());
  const auto pending = [](postgres::Home& home) {
    std::vector<domain::Sequence> places;
    const auto found = home.backlog().pending(domain::Sequence(0), 1000).value();
    for (const ports::Place& place : found) places.push_back(place.sequence);
    return places;
  };
  EXPECT_EQ(pending(one), pending(other));
  const auto open = [](postgres::Home& home) {
    std::vector<std::string> found;
    const auto there = home.backlog().open_tasks().value();
    for (const ports::OpenTask& task : there) {
      found.push_back(task.id.value() + (task.running ? " runs" : " waits") +
                      (task.lease ? task.lease->token : ""));
    }
    return found;
  };
  EXPECT_EQ(open(one), open(other));
  const auto notices = [](postgres::Home& home) {
    std::vector<std::string> found;
    const auto there = home.backlog().notices(0, 1000).value();
    for (const ports::Notice& notice : there) {
      found.push_back(std::to_string(notice.number) + notice.kind + notice.data);
    }
    return found;
  };
  EXPECT_EQ(notices(one), notices(other));
  EXPECT_EQ(one.backlog().told().value(), other.backlog().told().value());
  EXPECT_EQ(one.backlog().dead_by_queue().value(), other.backlog().dead_by_queue().value());
  EXPECT_EQ(one.backlog().paused_queues().value(), other.backlog().paused_queues().value());
}

void expect_same_executions(postgres::Home& one, postgres::Home& other) {
  ports::ExecutionReads& reads = one.execution_reads();
  ports::ExecutionReads& expected = other.execution_reads();
  const std::vector<ports::ExecutionRecord> executions = walk(reads);
  EXPECT_EQ(executions, walk(expected));
  for (const ports::ExecutionRecord& record : executions) {
    EXPECT_EQ(walk_history(reads, record.number.value()),
              walk_history(expected, record.number.value()));
    const auto stored = reads.load(record.number).value().value();
    EXPECT_EQ(told_of_frames(stored), told_of_frames(expected.load(record.number)->value()));
    EXPECT_EQ(stored.definition, expected.load(record.number)->value().definition);
  }
  EXPECT_EQ(reads.open(domain::ExecutionNumber(0), 1000)->size(),
            expected.open(domain::ExecutionNumber(0), 1000)->size());
  EXPECT_EQ(reads.firings().value(), expected.firings().value());
  EXPECT_EQ(reads.paused_pipelines().value(), expected.paused_pipelines().value());
}

std::vector<std::string> told_of_objects(postgres::Home& home) {
  std::vector<std::string> all;
  const auto page = home.objects().list("results", "", "", 1000).value();
  if (!page) return all;
  for (const ports::ObjectInfo& info : page->items) {
    const ports::Object object = home.objects().get("results", info.key).value().value();
    all.push_back(info.key + info.etag + info.content_type + object.body);
  }
  return all;
}

// This program answers the same of both.
void expect_same(postgres::Home& one, postgres::Home& other) {
  expect_same_tasks(one, other);
  EXPECT_EQ(walk(one.order_reads(), at_ms(0)), walk(other.order_reads(), at_ms(0)));
  expect_same_executions(one, other);
  EXPECT_EQ(told_of_objects(one), told_of_objects(other));
}

// This program goes on from what is there.
void expect_to_go_on(postgres::Home& home) {
  const std::vector<domain::Task> before = walk(home.task_reads());
  const std::vector<ports::Write> writes{add("new"), begin("new")};
  const auto answers = home.store().apply(writes);
  ASSERT_TRUE(answers.has_value()) << answers.error().message;
  for (const ports::WriteAnswer& answer : *answers) ASSERT_TRUE(answer.has_value());
  const domain::Sequence place = std::get<ports::Added>(*answers->front()).sequence;
  for (const domain::Task& task : before) EXPECT_LT(task.sequence, place);
  // One that an older program had begun is ended by this one.
  for (const domain::Task& task : before) {
    if (task.id.value() != "old-runs") continue;
    const std::vector<ports::Write> end{succeed(task.sequence.value(), task.attempts)};
    const auto ended = home.store().apply(end);
    ASSERT_TRUE(ended.has_value() && ended->front().has_value());
    EXPECT_EQ(home.task_reads().find(task.id).value()->status, domain::TaskStatus::succeeded);
  }
  EXPECT_TRUE(home.objects().put("results", "new", "body", "text/plain").has_value());
}

TEST(Migrations, EachHasWhatAProgramOfItsSchemaWrites) {
  // Whoever adds one writes beside it what its programs keep; the others see to the rest.
  EXPECT_EQ(names_of(fillings()), names_of(files_in("src/postgres/migrations")));
  EXPECT_EQ(fillings().size(), static_cast<std::size_t>(newest_schema()));
}

// What statements of older programs rely on: each line must be there in all later schemas. What no
// program of the version before needs any more may go; then it says so here, by the line's schema.
constexpr std::string_view kPromises =
    "SELECT format('%s.%s: %s%s', c.relname, a.attname, format_type(a.atttypid, a.atttypmod), "
    "CASE WHEN a.attnotnull THEN ' not null' ELSE '' END) "
    "FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid "
    "WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'v') "
    "AND a.attnum > 0 AND NOT a.attisdropped "
    "UNION ALL SELECT format('sequence %s', relname) FROM pg_class "
    "WHERE relnamespace = current_schema()::regnamespace AND relkind = 'S' "
    "UNION ALL SELECT format('%s(%s): %s', proname, pg_get_function_identity_arguments(oid), "
    "pg_get_function_result(oid)) FROM pg_proc WHERE pronamespace = current_schema()::regnamespace "
    "UNION ALL SELECT pg_get_indexdef(indexrelid) FROM pg_index JOIN pg_class c ON c.oid = "
    "indrelid "
    "WHERE c.relnamespace = current_schema()::regnamespace AND indisunique";
const std::map<int, std::set<std::string>> kTakenAway{};

// What a table demands of who writes to it: none of it may come to a table that is there.
constexpr std::string_view kDemands =
    "SELECT format('%s.%s must be given', c.relname, a.attname) "
    "FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid "
    "WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r' AND a.attnum > 0 "
    "AND a.attnotnull AND NOT a.atthasdef AND a.attidentity = '' "
    "UNION ALL SELECT format('%s.%s %s', c.relname, conname, pg_get_constraintdef(x.oid)) "
    "FROM pg_constraint x JOIN pg_class c ON c.oid = conrelid "
    "WHERE c.relnamespace = current_schema()::regnamespace "
    "UNION ALL SELECT format('%s.%s', c.relname, pg_get_indexdef(indexrelid)) FROM pg_index "
    "JOIN pg_class c ON c.oid = indrelid "
    "WHERE c.relnamespace = current_schema()::regnamespace AND indisunique "
    "UNION ALL SELECT format('%s.%s', c.relname, tgname) FROM pg_trigger "
    "JOIN pg_class c ON c.oid = tgrelid WHERE c.relnamespace = current_schema()::regnamespace "
    "UNION ALL SELECT format('%s.%s', c.relname, rulename) FROM pg_rewrite "
    "JOIN pg_class c ON c.oid = ev_class "
    "WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r'";

TEST(Migrations, EachOnlyAddsToWhatOlderProgramsKnow) {
  Database database(1);
  for (int version = 2; version <= newest_schema(); ++version) {
    const auto tables = database.lines(
        "SELECT relname::text FROM pg_class WHERE relkind = 'r' "
        "AND relnamespace = current_schema()::regnamespace");
    const auto promises = database.lines(std::string(kPromises));
    const auto demands = database.lines(std::string(kDemands));
    ASSERT_TRUE(postgres::migrate(database.connection(), {}, version).has_value());
    std::set<std::string> missing;
    std::ranges::set_difference(promises, database.lines(std::string(kPromises)),
                                std::inserter(missing, missing.end()));
    const auto taken = kTakenAway.find(version);
    EXPECT_EQ(missing, taken == kTakenAway.end() ? std::set<std::string>() : taken->second)
        << "schema " << version;
    for (const std::string& demand : database.lines(std::string(kDemands))) {
      const bool is_new = !demands.contains(demand);
      EXPECT_FALSE(is_new && tables.contains(demand.substr(0, demand.find('.'))))
          << "schema " << version << ": " << demand;
    }
  }
}

class Upgrade : public ::testing::TestWithParam<int> {};
const auto kEarlier = ::testing::Range(1, newest_schema() + 1);
const auto kItsSchema = [](const auto& suite) { return "Schema" + std::to_string(suite.param); };

TEST_P(Upgrade, AllThatWasThereIsThereAndReadAsIfWrittenToday) {
  Database old(GetParam());
  old.fill(GetParam(), "old");
  Kept kept(old);
  const auto home = old.open();
  EXPECT_EQ(kept.lost(), std::set<std::string>());
  EXPECT_EQ(postgres::check_schema(old.connection()).value(), newest_schema());
  Database fresh(newest_schema());
  fresh.fill(GetParam(), "old");
  const auto expected = fresh.open();
  EXPECT_EQ(walk(home->task_reads()).size(), 7U);
  EXPECT_EQ(walk(home->order_reads(), at_ms(0)).size(), GetParam() >= 2 ? 3U : 0U);
  EXPECT_EQ(walk(home->execution_reads()).size(), GetParam() >= 4 ? 2U : 0U);
  expect_same(*home, *expected);
  // Nodes of the older version that still run, and then this one's.
  for (const char* run : {"late", "later"}) {
    old.fill(GetParam(), run);
    fresh.fill(GetParam(), run);
  }
  expect_same(*home, *expected);
  EXPECT_EQ(walk(home->task_reads()).size(), 21U);
  expect_to_go_on(*home);
}

TEST_P(Upgrade, OlderNodesGoOnMeanwhile) {
  Database old(GetParam());
  old.fill(GetParam(), "old");
  std::atomic<bool> migrated = false;
  std::atomic<int> runs = 0;
  std::jthread older([&] {
    postgres::Connection connection = postgres_connection(old.url());
    for (int after = 0; after < 3; after += migrated ? 1 : 0) {
      EXPECT_NO_THROW(fill(connection, GetParam(), "run" + std::to_string(runs)));
      ++runs;
    }
  });
  EXPECT_TRUE(eventually([&] { return runs > 0; }));
  const auto home = old.open();
  migrated = true;
  older.join();
  EXPECT_EQ(walk(home->task_reads()).size(), static_cast<std::size_t>(7 * (runs + 1)));
  std::uint64_t counted = 0;
  const domain::TaskCounts counts = home->task_reads().counts().value();
  for (const std::uint64_t count : counts.by_status) counted += count;
  EXPECT_EQ(counted, static_cast<std::uint64_t>(7 * (runs + 1)));
  expect_to_go_on(*home);
}

INSTANTIATE_TEST_SUITE_P(From, Upgrade, kEarlier, kItsSchema);

// As a dump does, that reads all tables and takes hours over it.
TEST(Migrations, WhoHoldsATableForLongKeepsOlderNodesFromNothing) {
  Database old(3);
  Holder dump(old.url());
  dump.hold("LOCK TABLE tasks, commits, nodes, orders, tallies IN ACCESS SHARE MODE");
  auto home = std::async(std::launch::async, [&] { return old.open(); });
  for (int run = 0; run < 200; ++run) {
    ASSERT_NO_THROW(old.fill(3, "run" + std::to_string(run)));
    breathe();
  }
  dump.let_go();
  EXPECT_EQ(walk(home.get()->task_reads()).size(), 1400U);
}

TEST(Migrations, OfSeveralThatDoThemAtOnceOnlyWhoDidOneTellsOfIt) {
  Database database(0);
  const std::string name = unique_name("migrating");
  Holder holder(database.url());
  holder.hold(
      "SELECT pg_advisory_xact_lock(x'6f72646f'::integer, "
      "(quote_ident(current_schema())::regnamespace::oid::bigint & 2147483647)::integer)");
  std::mutex mutex;
  std::map<int, int> told;
  const auto migrate = [&] {
    postgres::HomeOptions options{.url = database.url() + "&application_name=" + name};
    options.on_migrated = [&](int version, std::string_view) {
      const std::lock_guard lock(mutex);
      ++told[version];
    };
    return postgres::migrate(options, real_clock());
  };
  auto one = std::async(std::launch::async, migrate);
  auto other = std::async(std::launch::async, migrate);
  EXPECT_TRUE(eventually([&] { return holder.keeps(name) == 2; }));
  holder.let_go();
  EXPECT_TRUE(one.get().has_value());
  EXPECT_TRUE(other.get().has_value());
  std::map<int, int> once;
  for (int version = 1; version <= newest_schema(); ++version) once[version] = 1;
  EXPECT_EQ(told, once);
}

}  // namespace
}  // namespace ordo::testing
