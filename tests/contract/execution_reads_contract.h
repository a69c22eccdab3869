// What every home of executions must show of them: lists and histories, page by page. Holds tests:
// one file of a program includes it.
#pragma once

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "contract/executions_contract.h"
#include "ports/page_bytes.h"

namespace ordo::testing {

class ExecutionReadsContract : public ExecutionsContract {
 protected:
  ports::HistoryPage page(std::uint64_t number, std::uint64_t from, std::size_t limit) {
    return reads().history(domain::ExecutionNumber(number), from, limit).value();
  }
  static ports::ExecutionFilter of(const std::string& pipeline,
                                   std::optional<Status> status = std::nullopt) {
    return {domain::PipelineName(pipeline), status};
  }
  static ports::ExecutionFilter with(Status status) { return {std::nullopt, status}; }
};

TEST_P(ExecutionReadsContract, AHistoryIsReadFromAnywhereInPagesOfAnySize) {
  apply({begin("a", step(1, 3)), advance(1, step(4, 1)), advance(1, step(5, 0)),
         advance(1, step(5, 4))});
  for (std::uint64_t from = 1; from <= 8; ++from) {
    for (std::size_t limit = 1; limit <= 9; ++limit) {
      const ports::HistoryPage got = page(1, from, limit);
      const std::uint64_t end = std::min<std::uint64_t>(from + limit, 9);
      EXPECT_EQ(got.events, events(from, end - from)) << from << ", " << limit;
      EXPECT_EQ(got.next, end < 9 ? std::optional(end) : std::nullopt) << from << ", " << limit;
    }
  }
  EXPECT_EQ(page(1, 0, 2).events, events(1, 2));
}

TEST_P(ExecutionReadsContract, AHistoryHasNothingBehindItsEnd) {
  apply({begin("a", step(1, 3)), begin("b", step(1, 3))});
  constexpr auto kMost = std::numeric_limits<std::uint64_t>::max();
  for (const std::uint64_t from : {std::uint64_t{4}, std::uint64_t{5}, std::uint64_t{1} << 24,
                                   (std::uint64_t{1} << 24) + 1, std::uint64_t{1} << 63, kMost}) {
    for (const std::uint64_t number : {1U, 2U, 3U}) {
      EXPECT_EQ(page(number, from, 10).events, Told{}) << from;
      EXPECT_EQ(page(number, from, 10).next, std::nullopt) << from;
    }
  }
  EXPECT_EQ(page(3, 1, 10).events, Told{}) << "there is none of this number";
}

TEST_P(ExecutionReadsContract, HistoriesThatAreWrittenSideBySideDoNotMix) {
  apply({begin("a", step(1, 2, "a")), begin("b", step(1, 1, "b")), begin("c", step(1, 3, "c"))});
  apply({advance(2, step(2, 4, "b")), advance(1, step(3, 1, "a"))});
  apply({advance(3, step(4, 2, "c")), advance(2, step(6, 1, "b")), advance(1, step(4, 2, "a"))});
  home->reopen();
  for (const std::size_t limit : {1U, 2U, 5U, 100U}) {
    EXPECT_EQ(walk_history(reads(), 1, 1, limit), events(1, 5, "a"));
    EXPECT_EQ(walk_history(reads(), 2, 1, limit), events(1, 6, "b"));
    EXPECT_EQ(walk_history(reads(), 3, 1, limit), events(1, 5, "c"));
    EXPECT_EQ(walk_history(reads(), 2, 3, limit), events(3, 4, "b"));
  }
}

TEST_P(ExecutionReadsContract, APageOfLargeEventsIsShort) {
  constexpr std::size_t kThird = ports::kFullPageBytes / 3;
  apply({begin("a", step(1, 5, "", kThird)), advance(1, step(6, 1, "", kThird)),
         advance(1, step(7, 4, "", kThird))});
  for (const std::uint64_t from : {1U, 2U, 5U}) {
    const ports::HistoryPage got = page(1, from, 100);
    EXPECT_EQ(got.events.size(), 3U) << "the first that hold kFullPageBytes";
    EXPECT_EQ(got.next, from + 3);
  }
  EXPECT_EQ(page(1, 8, 100).next, std::nullopt) << "full, and there are no more";
  EXPECT_EQ(history(1), events(1, 10, "", kThird));
  apply({begin("b", step(1, 2, "", 2 * ports::kFullPageBytes))});
  EXPECT_EQ(page(2, 1, 100).events.size(), 1U) << "one is always there";
  EXPECT_EQ(page(2, 1, 100).next, 2U);
}

TEST_P(ExecutionReadsContract, AWalkThroughAHistoryHasNoGapsWhateverTheSteps) {
  std::uint64_t number = 0;
  EXPECT_TRUE(rc::check([&] {
    const auto sizes =
        *rc::gen::container<std::vector<std::size_t>>(rc::gen::inRange<std::size_t>(0, 7));
    const std::string name = std::to_string(++number);
    std::uint64_t next = 1;
    std::vector<ports::Write> writes{begin(name, step(1, 0))};
    for (const std::size_t size : sizes) {
      writes.push_back(advance(number, step(next, size, name)));
      next += size;
    }
    RC_ASSERT(home->store().apply(writes).has_value());
    const auto from = *rc::gen::inRange<std::uint64_t>(0, next + 3);
    const auto limit = *rc::gen::inRange<std::size_t>(1, next + 2);
    const std::uint64_t first = std::clamp<std::uint64_t>(from, 1, next);
    RC_ASSERT(walk_history(reads(), number, from, limit) == events(first, next - first, name));
    const ports::HistoryPage one = page(number, from, limit);
    RC_ASSERT(one.events.size() == std::min<std::size_t>(limit, next - first));
    RC_ASSERT(one.next.has_value() == (first + limit < next));
  }));
}

TEST_P(ExecutionReadsContract, OpenOnesComeInOrderAndInPages) {
  apply({begin("a"), begin("b"), begin("c"), begin("d"), begin("e"), advance(2, ending(step(2))),
         advance(4, ending(step(2), Status::failed))});
  EXPECT_EQ(open_ids(), (Told{"p/a", "p/c", "p/e"}));
  EXPECT_EQ(open_ids(0, 2), (Told{"p/a", "p/c"}));
  EXPECT_EQ(open_ids(3, 2), Told{"p/e"});
  EXPECT_EQ(open_ids(5), Told{});
  apply({advance(4, redriving(step(3)))});
  home->reopen();
  EXPECT_EQ(open_ids(1), (Told{"p/c", "p/d", "p/e"}));
}

TEST_P(ExecutionReadsContract, ListsGoNewestFirstUnderTheirFilters) {
  apply({begin("1"), begin("2", step(1), "q"), begin("3"), begin("4", step(1), "q"), begin("5"),
         begin("6"), begin("7"), begin("8", step(1), "q")});
  apply({advance(1, ending(step(2), Status::failed)), advance(2, ending(step(2), Status::failed)),
         advance(3, ending(step(2))), advance(5, ending(step(2), Status::timed_out)),
         advance(6, ending(step(2), Status::stopped)), advance(8, ending(step(2)))});
  for (const bool again : {false, true}) {
    if (again) home->reopen();
    for (const std::size_t limit : {1U, 2U, 3U, 8U, 100U}) {
      EXPECT_EQ(listed({}, limit), (Told{"q/8", "p/7", "p/6", "p/5", "q/4", "p/3", "q/2", "p/1"}));
      EXPECT_EQ(listed(of("p"), limit), (Told{"p/7", "p/6", "p/5", "p/3", "p/1"}));
      EXPECT_EQ(listed(of("P"), limit), Told{});
      EXPECT_EQ(listed(with(Status::running), limit), (Told{"p/7", "q/4"}));
      EXPECT_EQ(listed(with(Status::succeeded), limit), (Told{"q/8", "p/3"}));
      EXPECT_EQ(listed(with(Status::failed), limit), (Told{"q/2", "p/1"}));
      EXPECT_EQ(listed(with(Status::timed_out), limit), Told{"p/5"});
      EXPECT_EQ(listed(with(Status::stopped), limit), Told{"p/6"});
      EXPECT_EQ(listed(of("q", Status::running), limit), Told{"q/4"});
      EXPECT_EQ(listed(of("q", Status::failed), limit), Told{"q/2"});
      EXPECT_EQ(listed(of("q", Status::stopped), limit), Told{});
    }
  }
  apply({advance(1, redriving(step(3))), advance(7, ending(step(2), Status::failed))});
  EXPECT_EQ(listed(with(Status::failed)), (Told{"p/7", "q/2"}));
  EXPECT_EQ(listed(with(Status::running)), (Told{"q/4", "p/1"}));
}

TEST_P(ExecutionReadsContract, ListedOnesAreAsTheyAreFound) {
  apply({begin("a", with_frames(step(1), {{0, "r"}})), begin("b", ending(step(1)), "q", "[7]"),
         begin("c", ending(step(1), Status::timed_out)), begin("d")});
  apply({advance(3, redriving(step(2)))});
  const auto all = walk(reads());
  ASSERT_EQ(all.size(), 4U);
  for (const ports::ExecutionRecord& one : all) EXPECT_EQ(one, find(one.id.value()));
}

TEST_P(ExecutionReadsContract, AListSaysThatItEnds) {
  EXPECT_EQ(reads().list({}, std::nullopt, 5)->next_before, std::nullopt);
  apply({begin("a"), begin("b"), begin("c", ending(step(1), Status::failed)), begin("d")});
  const auto next = [&](const ports::ExecutionFilter& filter, std::size_t limit) {
    return reads().list(filter, std::nullopt, limit)->next_before;
  };
  EXPECT_TRUE(next({}, 3).has_value());
  EXPECT_EQ(next({}, 4), std::nullopt) << "full, and there are no more";
  EXPECT_EQ(next({}, 5), std::nullopt);
  EXPECT_EQ(next(with(Status::running), 3), std::nullopt);
  EXPECT_EQ(next(with(Status::failed), 1), std::nullopt);
  EXPECT_EQ(next(of("p", Status::failed), 1), std::nullopt);
  EXPECT_TRUE(next(with(Status::running), 1).has_value());
}

TEST_P(ExecutionReadsContract, AWalkIsStableWhileExecutionsComeAndEnd) {
  apply({begin("a"), begin("b"), begin("c"), begin("d")});
  const ports::ExecutionPage first = reads().list({}, std::nullopt, 2).value();
  EXPECT_EQ(ids(first.items), (Told{"p/d", "p/c"}));
  ASSERT_TRUE(first.next_before.has_value());
  apply({begin("e"), advance(2, ending(step(2)))});
  const ports::ExecutionPage rest = reads().list({}, first.next_before, 2).value();
  EXPECT_EQ(ids(rest.items), (Told{"p/b", "p/a"}));
  EXPECT_EQ(rest.items.front().status, Status::succeeded);
}

TEST_P(ExecutionReadsContract, APageOfLargeExecutionsIsShort) {
  constexpr std::size_t kQuarter = ports::kFullPageBytes / 4;
  const std::string input = "\"" + std::string(kQuarter, 'i') + "\"";
  ports::ExecutionStep last = ending(step(2));
  last.end->output = input;
  ports::ExecutionStep failed = ending(step(2), Status::failed);
  failed.end->cause.assign(kQuarter, 'c');
  std::vector<ports::Write> writes;
  for (std::uint64_t number = 1; number <= 12; ++number) {
    writes.push_back(begin(std::to_string(number), step(1), "p", input));
    if (number % 4 == 3) writes.push_back(advance(number, last));
    if (number % 4 == 0) writes.push_back(advance(number, failed));
  }
  apply(writes);
  const ports::ExecutionPage newest = reads().list({}, std::nullopt, 100).value();
  EXPECT_EQ(ids(newest.items), (Told{"p/12", "p/11"})) << "what came of them counts, too";
  EXPECT_TRUE(newest.next_before.has_value());
  const ports::ExecutionPage running = reads().list(with(Status::running), std::nullopt, 5).value();
  EXPECT_EQ(running.items.size(), 4U);
  EXPECT_TRUE(running.next_before.has_value());
  EXPECT_EQ(listed().size(), 12U);
  EXPECT_EQ(listed(with(Status::running)).size(), 6U);
}

}  // namespace ordo::testing
