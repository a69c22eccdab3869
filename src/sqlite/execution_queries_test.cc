#include "sqlite/execution_queries.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "contract/execution_writes.h"
#include "sqlite/home.h"
#include "support/temp_dir.h"

namespace ordo::sqlite {
namespace {

using states::Status;
using testing::begin;
using testing::ending;
using testing::step;

class ExecutionQueriesTest : public ::testing::Test {
 protected:
  ExecutionQueriesTest() {
    auto opened = Home::open({.path = directory.file("ordo.db"), .read_connections = 1});
    home = std::move(opened.value());
  }
  void apply(const std::vector<ports::Write>& writes) {
    ASSERT_TRUE(home->store().apply(writes).has_value());
  }
  ports::ExecutionPage list(const ports::ExecutionFilter& filter,
                            std::optional<domain::ExecutionNumber> before = std::nullopt,
                            std::size_t limit = 10) {
    return home->execution_reads().list(filter, before, limit).value();
  }

  const ports::ExecutionFilter needles{domain::PipelineName("needle"), std::nullopt};
  testing::TempDir directory = testing::TempDir::in_memory();
  std::unique_ptr<Home> home;
};

TEST_F(ExecutionQueriesTest, OneCallOfListLooksAtABoundedNumberOfExecutions) {
  std::vector<ports::Write> writes{begin("a", step(1), "needle")};
  for (std::size_t i = 0; i <= kMaxExaminedExecutions; ++i) {
    writes.push_back(begin(std::to_string(i), step(1, 0)));
  }
  apply(writes);
  for (const bool running : {false, true}) {
    ports::ExecutionFilter filter = needles;
    if (running) filter.status = Status::running;
    const ports::ExecutionPage first = list(filter);
    EXPECT_TRUE(first.items.empty());
    ASSERT_EQ(first.next_before, domain::ExecutionNumber(3));
    const ports::ExecutionPage second = list(filter, first.next_before);
    ASSERT_EQ(second.items.size(), 1U);
    EXPECT_EQ(second.next_before, std::nullopt);
  }
}

TEST_F(ExecutionQueriesTest, AFullPageWhoseSuccessorIsFarAwayGoesOnWhereItsLookEnded) {
  std::vector<ports::Write> writes{begin("a", step(1), "needle")};
  for (std::size_t i = 0; i <= kMaxExaminedExecutions; ++i) {
    writes.push_back(begin(std::to_string(i), step(1, 0)));
  }
  writes.push_back(begin("b", step(1), "needle"));
  apply(writes);
  const ports::ExecutionPage first = list(needles, std::nullopt, 1);
  ASSERT_EQ(first.items.size(), 1U);
  EXPECT_EQ(first.items.front().name, "b");
  ASSERT_TRUE(first.next_before.has_value());
  EXPECT_LT(first.next_before->value(), 10U);
  EXPECT_EQ(testing::walk(home->execution_reads(), needles, 1).size(), 2U);
}

TEST_F(ExecutionQueriesTest, FewThatRunOrFailedAmongManyAreFoundInOneCall) {
  std::vector<ports::Write> writes{begin("failed", ending(step(1), Status::failed), "needle"),
                                   begin("runs", step(1), "needle")};
  for (std::size_t i = 0; i <= kMaxExaminedExecutions; ++i) {
    writes.push_back(begin(std::to_string(i), ending(step(1, 0))));
  }
  apply(writes);
  const auto only = [&](Status status) {
    const ports::ExecutionPage page = list({std::nullopt, status});
    EXPECT_EQ(page.next_before, std::nullopt);
    return page.items.empty() ? "nothing" : page.items.front().name;
  };
  EXPECT_EQ(only(Status::failed), "failed");
  EXPECT_EQ(only(Status::running), "runs");
  EXPECT_EQ(only(Status::stopped), "nothing");
}

}  // namespace
}  // namespace ordo::sqlite
