// What stores leave behind that are no more, and who looks after it.
#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "postgres/home.h"
#include "support/postgres_schema.h"
#include "support/real_clock.h"
#include "support/task_writes.h"
#include "system/random.h"

namespace ordo::testing {
namespace {

class LeftBehind : public ::testing::Test {
 protected:
  std::unique_ptr<postgres::Home> open() {
    auto made = postgres::Home::open({.url = schema_.url()}, real_clock(), random_);
    if (!made) throw std::runtime_error(made.error().message);
    return std::move(*made);
  }
  static void submit(postgres::Home& home, const std::vector<std::string>& ids) {
    for (const std::string& id : ids) {
      ASSERT_TRUE(home.store().apply(std::vector<ports::Write>{add(id)}).has_value());
    }
  }
  void execute(const std::string& sql) {
    ASSERT_TRUE(postgres_connection(schema_.url()).execute(sql).has_value());
  }
  std::int64_t count(const std::string& rows) {
    const postgres::Statement count{"count", "SELECT count(*) FROM " + rows};
    return postgres_connection(schema_.url()).run(count)->integer(0, 0);
  }
  static void look_after(postgres::Home& home) {
    ASSERT_TRUE(home.store().expire({}, {10, 1'000}).has_value());
  }

  PostgresSchema schema_;
  system::SystemRandom random_;
};

TEST_F(LeftBehind, WhatTheDeadHaveCountedIsAddedUpAndTheirCommitsAreForgotten) {
  submit(*open(), {"one", "two", "three"});
  execute("UPDATE commits SET at = now() - interval '2 hours'");
  const auto home = open();
  submit(*home, {"four"});
  EXPECT_EQ(count("commits"), 4);
  look_after(*home);
  EXPECT_EQ(count("commits"), 1) << "its own last one";
  EXPECT_EQ(count("tallies"), 1);
  EXPECT_EQ(home->task_reads().counts()->of(domain::TaskStatus::queued), 4U);
}

TEST_F(LeftBehind, WhoeverHasWrittenWithinTheHourKeepsHisOwn) {
  const auto other = open();
  submit(*other, {"one", "two"});
  const auto home = open();
  look_after(*home);
  EXPECT_EQ(count("tallies"), 2);
  EXPECT_EQ(count("commits"), 3) << "two, and one of who has looked";
  submit(*other, {"three"});
  look_after(*other);
  EXPECT_EQ(home->task_reads().counts()->of(domain::TaskStatus::queued), 3U);
}

}  // namespace
}  // namespace ordo::testing
