// Systems that move between SQLite and PostgreSQL, and what `ordo copy` does when it cannot.
#include "app/home_copy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <array>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "app/archive_rows.h"
#include "contract/executions_model.h"
#include "contract/orders_model.h"
#include "contract/task_store_model.h"
#include "domain/lane_shard.h"
#include "postgres/fillings.h"
#include "postgres/migrations.h"
#include "postgres/moving_home.h"

namespace ordo::testing {
namespace {

using ::testing::HasSubstr;

const auto kMoving =
    ::testing::Values(StoreFactory{"Moving", [] { return std::make_unique<MovingHome>(); }});
const auto kCalled = [](const auto& suite) { return suite.param.name; };

INSTANTIATE_TEST_SUITE_P(Homes, TaskStoreModel, kMoving, kCalled);
INSTANTIATE_TEST_SUITE_P(Homes, OrdersModel, kMoving, kCalled);
INSTANTIATE_TEST_SUITE_P(Homes, ExecutionsModel, kMoving, kCalled);

TEST(RowBytes, AreReadAsTheyWereWritten) {
  EXPECT_TRUE(rc::check([] {
    ports::ArchiveRow row;
    for (const int kind : *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 3))) {
      if (kind == 0) {
        row.emplace_back();
      } else if (kind == 1) {
        row.emplace_back(*rc::gen::arbitrary<std::int64_t>());
      } else {
        row.emplace_back(*rc::gen::arbitrary<std::string>());
      }
    }
    RC_ASSERT(app::row_in(app::row_bytes(row)) == row);
  }));
}

TEST(RowBytes, AnyOthersAreNone) {
  EXPECT_TRUE(rc::check([](const std::string& bytes) {
    const auto row = app::row_in(bytes);
    if (row) RC_ASSERT(app::row_bytes(*row) == bytes);
  }));
  EXPECT_EQ(app::row_in("n1234567"), std::nullopt);
  EXPECT_EQ(app::row_in(std::string("t\0\0\0\0\0\0\0\2a", 10)), std::nullopt);
}

void execute_on(const std::string& url, const std::string& sql) {
  postgres::Connection connection = postgres_connection(url);
  execute(connection, sql);
}

void submit(ports::Store& store, const std::vector<std::string>& ids) {
  std::vector<ports::Write> writes;
  for (const std::string& id : ids) writes.push_back(ports::AddTask{new_task(id, "lane")});
  ASSERT_TRUE(store.apply(writes).has_value());
}

// From the one to the other, and back.
class Copying : public ::testing::TestWithParam<bool> {
 protected:
  Copying() : from_(place(GetParam())), to_(place(!GetParam())) {
    from_->open();
    submit(from_->store(), {"one", "two", "three"});
    from_->close();
  }
  static std::unique_ptr<HomePlace> place(bool sqlite) {
    if (sqlite) return std::make_unique<SqlitePlace>();
    return std::make_unique<PostgresPlace>();
  }
  // Its error's text; empty: there is none.
  std::string copy() {
    const auto source = from_->source();
    const auto target = to_->target();
    const auto copied = copy_rows(*source, *target);
    return copied ? "" : copied.error().message;
  }
  // As copy(), of another system.
  std::string copy_another() {
    const auto other = place(GetParam());
    change(*other, {"else"});
    const auto source = other->source();
    const auto target = to_->target();
    NoObjects none;
    const auto copied =
        app::copy_home({"another", *source, none.shelf},
                       {"the target", *target, none.shelf, [](base::WallTime) {}}, {});
    return copied ? "" : copied.error().message;
  }
  // Copies so many pages.
  void break_off(std::size_t pages) {
    const auto source = from_->source();
    const auto target = to_->target();
    BreakingTarget breaking(*target, pages);
    ASSERT_FALSE(copy_rows(*source, breaking).has_value());
  }
  static void change(HomePlace& place, const std::vector<std::string>& ids) {
    place.open();
    submit(place.store(), ids);
    place.close();
  }

  std::unique_ptr<HomePlace> from_;
  std::unique_ptr<HomePlace> to_;
};

TEST_P(Copying, NobodyServesFromHalfOfIt) {
  break_off(0);
  EXPECT_THROW(to_->open(), std::runtime_error);
  break_off(1);
  EXPECT_THROW(to_->open(), std::runtime_error);
  EXPECT_EQ(copy(), "");
  to_->open();
  EXPECT_EQ(to_->reads().tasks.counts().value().of(domain::TaskStatus::queued), 3U);
}

TEST_P(Copying, ATargetThatWasUsedIsRefused) {
  change(*to_, {"there"});
  EXPECT_THAT(copy(), HasSubstr("used already"));
}

// The answer to the first may have been lost on the way to a person.
TEST_P(Copying, WhatWasCopiedIsNotCopiedAgain) {
  EXPECT_EQ(copy(), "");
  change(*to_, {"later"});
  const auto source = from_->source();
  const auto target = to_->target();
  const auto again = copy_rows(*source, *target);
  ASSERT_TRUE(again.has_value()) << again.error().message;
  EXPECT_TRUE(again->empty());
}

TEST_P(Copying, NobodyServesFromTheOldHome) {
  EXPECT_EQ(copy(), "");
  try {
    from_->open();
    FAIL() << "it was opened";
  } catch (const std::runtime_error& error) {
    EXPECT_THAT(error.what(), HasSubstr("has been moved to the target"));
  }
}

// Killed before the target was told that all of it is there.
TEST_P(Copying, TheLastStepIsDoneAgain) {
  ASSERT_TRUE(from_->source()->note_moved("the target").has_value());
  EXPECT_EQ(copy(), "");
  to_->open();
  EXPECT_EQ(to_->reads().tasks.counts().value().of(domain::TaskStatus::queued), 3U);
}

TEST_P(Copying, WhatWasMovedIsNotCopiedToAnotherPlace) {
  ASSERT_TRUE(from_->source()->note_moved("elsewhere").has_value());
  EXPECT_THAT(copy(), HasSubstr("the source has been moved to elsewhere"));
}

TEST_P(Copying, WhatIsTakenBackIsServedAndCopiedAsBefore) {
  EXPECT_EQ(copy(), "");
  EXPECT_EQ(from_->source()->moved_to().value(), "the target");
  ASSERT_TRUE(from_->source()->take_back().has_value());
  EXPECT_EQ(from_->source()->moved_to().value(), std::nullopt);
  change(*from_, {"later"});
  // What was copied then is not what is there now.
  EXPECT_THAT(copy(), HasSubstr("it was taken back since then"));
  to_ = place(!GetParam());
  EXPECT_EQ(copy(), "");
  to_->open();
  EXPECT_EQ(to_->reads().tasks.counts().value().of(domain::TaskStatus::queued), 4U);
}

TEST_P(Copying, WhatWasCopiedIsNoTargetOfAnother) {
  EXPECT_EQ(copy(), "");
  EXPECT_THAT(copy_another(), HasSubstr("used already, it has tasks"));
}

TEST_P(Copying, HalfOfASystemIsNoSource) {
  break_off(1);
  EXPECT_THROW(to_->source(), std::runtime_error);
}

TEST_P(Copying, ATargetWithObjectsIsRefused) {
  const auto source = from_->source();
  const auto target = to_->target();
  NoObjects none;
  MemoryObjects there(real_clock());
  ASSERT_TRUE(there.put("results", "k", "body", "text/plain").has_value());
  const auto copied = app::copy_home({"the source", *source, none.shelf},
                                     {"the target",
                                      *target,
                                      {there, [] { return std::vector<std::string>{"results"}; }},
                                      [](base::WallTime) {}},
                                     {});
  ASSERT_FALSE(copied.has_value());
  EXPECT_THAT(copied.error().message, HasSubstr("it has objects in results"));
}

// As one that was suspended while the copy began, and knows nothing of it.
TEST(CopyFromPostgres, AServerThatComesBackChangesNothing) {
  PostgresPlace from;
  system::SystemRandom random;
  const auto home = value_of(postgres::Home::open(
      {.url = from.url(), .statement_timeout = base::Millis(200)}, real_clock(), random));
  submit(home->store(), {"one"});
  {
    const auto source = from.source();
    std::vector<ports::Write> writes{add("two")};
    EXPECT_FALSE(home->store().apply(writes).has_value());
    EXPECT_FALSE(home->objects().put("results", "k", "body", "text/plain").has_value());
  }
  submit(home->store(), {"three"});
}

// As one that was suspended until all was over.
TEST(CopyFromPostgres, AServerThatComesBackAfterItChangesNothing) {
  PostgresPlace from;
  system::SystemRandom random;
  const auto home = value_of(postgres::Home::open({.url = from.url()}, real_clock(), random));
  submit(home->store(), {"one"});
  SqlitePlace to;
  value_of(copy_rows(*from.source(), *to.target()));
  std::vector<ports::Write> writes{add("two")};
  const auto written = home->store().apply(writes);
  ASSERT_FALSE(written.has_value());
  EXPECT_EQ(written.error().code, base::ErrorCode::unavailable);
  EXPECT_THAT(written.error().message, HasSubstr("the_system_was_moved"));
  const auto put = home->objects().put("results", "k", "body", "text/plain");
  ASSERT_FALSE(put.has_value());
  EXPECT_EQ(put.error().code, base::ErrorCode::unavailable);
  EXPECT_FALSE(home->store().probe().has_value());
  ASSERT_TRUE(from.source()->take_back().has_value());
  submit(home->store(), {"three"});
}

TEST(CopyFromPostgres, WhoeverEndsItsGuardIsFoundOut) {
  PostgresPlace from;
  from.open();
  submit(from.store(), {"one"});
  from.close();
  const auto source = from.source();
  ASSERT_TRUE(source->check_alone().has_value());
  // Another test may have a guard, too: one that ends has it found out, and nothing else.
  execute_on(from.url(),
             "SELECT pg_terminate_backend(l.pid) FROM pg_locks l WHERE l.relation = "
             "'nodes'::regclass AND l.mode = 'ShareLock'");
  const auto alone = source->check_alone();
  ASSERT_FALSE(alone.has_value());
  EXPECT_THAT(alone.error().message, HasSubstr("somebody may have changed something"));
}

TEST_P(Copying, ASourceThatChangesIsFoundOut) {
  break_off(1);
  from_->open();
  std::vector<ports::Write> writes{ports::CancelTask{domain::TaskId("two"), at_ms(5)}};
  ASSERT_TRUE(from_->store().apply(writes).has_value());
  from_->close();
  EXPECT_THAT(copy(), HasSubstr("is not the same"));
  EXPECT_THROW(to_->open(), std::runtime_error);
}

TEST_P(Copying, ATargetIsFilledFromOneSource) {
  break_off(1);
  EXPECT_THAT(copy_another(), HasSubstr("a copy of the source has begun there"));
}

TEST_P(Copying, BothEndsAreTaken) {
  const auto source = from_->source();
  const auto target = to_->target();
  EXPECT_THROW(to_->target(), std::runtime_error);
}

TEST_P(Copying, TellsHowFarItIs) {
  const auto source = from_->source();
  const auto target = to_->target();
  NoObjects none;
  std::uint64_t last = 0;
  std::uint64_t total = 0;
  const auto copied = app::copy_home({"the source", *source, none.shelf},
                                     {"the target", *target, none.shelf, [](base::WallTime) {}},
                                     [&](const app::CopyStep& step) {
                                       EXPECT_GE(step.done, last);
                                       last = step.done;
                                       total = step.total;
                                     });
  ASSERT_TRUE(copied.has_value());
  EXPECT_EQ(last, total);
  // Three tasks and the four last numbers, each copied and compared.
  EXPECT_EQ(total, 14U);
}

INSTANTIATE_TEST_SUITE_P(Homes, Copying, ::testing::Bool(), [](const auto& suite) {
  return std::string(suite.param ? "FromSqlite" : "FromPostgres");
});

// All that the programs of each schema write (see fillings.h), and what these leave out.
void fill_all(PostgresPlace& place) {
  place.open();
  place.close();
  postgres::Connection connection = postgres_connection(place.url());
  fill(connection, postgres::newest_schema(), "run");
  // Their nodes have died. The key that comes first in the alphabet is the younger one.
  execute(
      connection,
      "UPDATE nodes SET expires_at = '2020-01-01'; INSERT INTO forgotten VALUES (7);"
      "INSERT INTO idempotency_keys VALUES ('a', 'run-waits', '\\x00', '2026-01-03 03:04:05+00')");
}

TEST(CopyOfEverything, IsTheSameThereAndBack) {
  PostgresPlace first;
  fill_all(first);
  SqlitePlace second;
  PostgresPlace third;
  const auto there = value_of(copy_rows(*first.source(), *second.target()));
  const auto back = value_of(copy_rows(*second.source(), *third.target()));
  ASSERT_EQ(there.size(), back.size());
  for (std::size_t i = 0; i < there.size(); ++i) {
    EXPECT_EQ(there[i].count, back[i].count) << there[i].name;
    EXPECT_EQ(there[i].checksum, back[i].checksum) << there[i].name;
    EXPECT_TRUE(there[i].count > 0 || there[i].name == "objects") << there[i].name;
  }
  // How many tasks each queue has is counted anew, in the right order.
  third.open();
  const domain::TaskCounts counts = third.reads().tasks.counts().value();
  using enum domain::TaskStatus;
  EXPECT_EQ(counts.by_status, (std::array<std::uint64_t, 5>{3, 1, 1, 1, 1}));
  EXPECT_EQ(third.backlog().dead_by_queue().value(),
            (std::map<domain::QueueName, std::uint64_t>{{domain::QueueName("tasks"), 1}}));
}

TEST(CopyOfEverything, KeysExpireByTheirAge) {
  PostgresPlace from;
  fill_all(from);
  SqlitePlace to;
  value_of(copy_rows(*from.source(), *to.target()));
  to.open();
  const base::WallTime between = base::WallTime::from_ms(1'767'400'000'000);
  const auto expired = to.store().expire({{}, between}, {10, 1'000'000});
  ASSERT_TRUE(expired.has_value());
  EXPECT_EQ(expired->rows, 1U);
}

// Whoever has the lease of a lane's shard finds its tasks there.
TEST(CopyOfEverything, TasksAreInTheirLanesShards) {
  SqlitePlace from;
  from.open();
  submit(from.store(), {"one", "two"});
  from.close();
  PostgresPlace to;
  value_of(copy_rows(*from.source(), *to.target()));
  system::SystemRandom random;
  const auto home = value_of(postgres::Home::open({.url = to.url()}, real_clock(), random));
  const domain::NewTask task = new_task("one", "lane");
  const ports::LaneBacklog::Stretch stretch{{domain::shard_of(task.queue, task.lane)}, {}};
  const auto fresh = value_of(home->lane_backlog().fresh(std::span(&stretch, 1), 10));
  EXPECT_EQ(fresh.places.at(0).size(), 2U);
}

}  // namespace
}  // namespace ordo::testing
