// Random lives of executions: a store and the one in memory give the same answers to the same
// writes and the same pages to the same questions, across restarts.
#pragma once

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "contract/execution_writes.h"
#include "contract/store_under_test.h"
#include "support/memory_store.h"
#include "support/pick.h"

namespace ordo::testing {

// Small pools, so that names and numbers meet again and again.
inline std::string any_execution_name() {
  return std::string(1, pick('a', 'e'));
}
inline std::string any_pipeline() {
  return one_in(3) ? "q" : "p";
}
inline std::uint64_t any_execution_number() {
  return pick<std::uint64_t>(1, 9);
}
inline states::Status any_ending() {
  return static_cast<states::Status>(pick(1, static_cast<int>(states::kStatuses)));
}

// What comes next in a history is known by whoever writes it: asked of the model.
inline ports::ExecutionStep any_execution_step(std::uint64_t next, const std::string& of,
                                               base::WallTime now) {
  ports::ExecutionStep one = step(next, pick<std::size_t>(0, 4), of, pick<std::size_t>(0, 3));
  for (int i = pick(0, 4); i > 0; --i) {
    const auto id = pick<states::FrameId>(0, 4);
    if (one_in(3)) {
      one.removed.push_back(id);
    } else {
      one.frames.push_back({id, of + std::to_string(next)});
    }
  }
  one.idle = one_in(2);
  if (one_in(2)) one.wake = now + base::Millis(pick(0, 100));
  if (one_in(2)) one.deadline = now + base::Millis(pick(0, 100));
  return one_in(3) ? ending(one, any_ending(), now) : one;
}

inline ports::Write any_execution_write(ports::ExecutionReads& model, base::WallTime now) {
  if (one_in(12)) return ports::PausePipeline{domain::PipelineName(any_pipeline()), one_in(2)};
  if (one_in(12)) return ports::NoteFiring{domain::PipelineName(any_pipeline()), now};
  if (one_in(3)) {
    const std::string name = any_execution_name();
    return begin(name, any_execution_step(1, name, now), any_pipeline(), one_in(4) ? "[]" : "{}",
                 "definition " + any_execution_name());
  }
  const std::uint64_t number = any_execution_number();
  const auto stored = model.load(domain::ExecutionNumber(number)).value();
  ports::ExecutionStep one =
      any_execution_step(stored ? stored->next_event : 1, "a" + std::to_string(number), now);
  return advance(number, one_in(3) ? redriving(one, pick(1U, 4U), now) : one);
}

inline void expect_same_executions_page(const ports::ExecutionPage& real,
                                        const ports::ExecutionPage& model) {
  RC_ASSERT(real.items == model.items);
  RC_ASSERT(real.next_before == model.next_before);
}

inline void expect_same_execution(ports::ExecutionReads& real, ports::ExecutionReads& model,
                                  std::uint64_t value) {
  const domain::ExecutionNumber number(value);
  const auto from = pick<std::uint64_t>(0, 12);
  const auto limit = pick<std::size_t>(1, 5);
  const auto page = real.history(number, from, limit).value();
  const auto expected_page = model.history(number, from, limit).value();
  RC_ASSERT(page.events == expected_page.events);
  RC_ASSERT(page.next == expected_page.next);
  RC_ASSERT(walk_history(real, value) == walk_history(model, value));
  const auto stored = real.load(number).value();
  const auto expected = model.load(number).value();
  RC_ASSERT(stored.has_value() == expected.has_value());
  if (!stored) return;
  RC_ASSERT(stored->record == expected->record);
  RC_ASSERT(stored->definition == expected->definition);
  RC_ASSERT(stored->next_event == expected->next_event);
  RC_ASSERT(stored->deadline == expected->deadline);
  RC_ASSERT(told_of_frames(*stored) == told_of_frames(*expected));
  RC_ASSERT(real.find(stored->record.id).value() == expected->record);
}

inline void expect_same_executions(ports::ExecutionReads& real, ports::ExecutionReads& model) {
  ports::ExecutionFilter filter;
  if (one_in(2)) filter.pipeline = domain::PipelineName(any_pipeline());
  if (one_in(2))
    filter.status = static_cast<states::Status>(pick(0, static_cast<int>(states::kStatuses)));
  const auto limit = pick<std::size_t>(1, 5);
  RC_ASSERT(walk(real) == walk(model));
  RC_ASSERT(walk(real, filter, limit) == walk(model, filter, limit));
  expect_same_executions_page(real.list(filter, std::nullopt, limit).value(),
                              model.list(filter, std::nullopt, limit).value());
  expect_same_execution(real, model, any_execution_number());
  const domain::ExecutionNumber after(any_execution_number() - 1);
  const auto open = real.open(after, limit).value();
  const auto expected = model.open(after, limit).value();
  RC_ASSERT(open.size() == expected.size());
  for (std::size_t i = 0; i < open.size(); ++i) {
    RC_ASSERT(open[i].number == expected[i].number);
    RC_ASSERT(open[i].id == expected[i].id);
    RC_ASSERT(open[i].wake == expected[i].wake);
    RC_ASSERT(open[i].idle == expected[i].idle);
  }
  RC_ASSERT(real.firings().value() == model.firings().value());
  RC_ASSERT(real.paused_pipelines().value() == model.paused_pipelines().value());
}

// One store takes more bites than the other: all of them are taken.
inline void expire_all_of(ports::Store& store, base::WallTime now, const ports::ExpiryBite& bite) {
  const ports::Expiry expiry{now, at_ms(-1), at_ms(-1)};
  for (ports::Expired expired{0, true, {}}; expired.more;) {
    expired = store.expire(expiry, bite).value();
    RC_ASSERT(expired.rows <= bite.rows);
    RC_ASSERT(!expired.more || expired.rows > 0);
  }
}

// Real transactions hold one write, all of them, or some that follow what came of the others.
inline std::vector<ports::WriteAnswer> write_somehow(ports::Store& store,
                                                     std::span<const ports::Write> writes) {
  std::vector<ports::WriteAnswer> answers;
  while (!writes.empty()) {
    const bool alone = one_in(3);
    const std::size_t size = alone ? 1 : writes.size();
    const std::size_t first = pick<std::size_t>(0, size + 1);
    std::span<const ports::Write> following = writes.subspan(first, size - first);
    auto written = store.apply(writes.first(first), [&](std::span<const ports::WriteAnswer>) {
      return std::exchange(following, {});
    });
    for (ports::WriteAnswer& answer : written.value()) answers.push_back(std::move(answer));
    writes = writes.subspan(size);
  }
  return answers;
}

inline void write_some_executions(ports::Store& real, MemoryStore& model, base::WallTime now) {
  std::vector<ports::Write> writes;
  std::vector<ports::WriteAnswer> expected;
  // The model is asked one after the other: each depends on what came of those before it.
  for (int i = pick(0, 7); i > 0; --i) {
    writes.push_back(any_execution_write(model.execution_reads(), now));
    expected.push_back(model.apply({&writes.back(), 1}).value().front());
  }
  const std::vector<ports::WriteAnswer> answers = write_somehow(real, writes);
  RC_ASSERT(answers.size() == expected.size());
  for (std::size_t i = 0; i < answers.size(); ++i) {
    RC_ASSERT(told_of_executions(answers[i]) == told_of_executions(expected[i]));
    const auto* known = answers[i] ? std::get_if<ports::ExecutionKnown>(&*answers[i]) : nullptr;
    if (known != nullptr) {
      RC_ASSERT(known->record == std::get<ports::ExecutionKnown>(*expected[i]).record);
    }
  }
}

// One life, of any.
inline void live_as_the_executions_model(const StoreFactory& factory) {
  const std::unique_ptr<StoreUnderTest> real = factory.make();
  MemoryStore model;
  base::WallTime now = at_ms(0);
  const int turns = *rc::gen::inRange(1, 16);
  for (int turn = 0; turn < turns; ++turn) {
    now = now + base::Millis(pick(0, 4));
    if (one_in(8)) {
      real->reopen();
    } else if (one_in(7)) {
      const ports::ExpiryBite bite{pick<std::size_t>(1, 5), pick<std::size_t>(1, 60)};
      expire_all_of(real->store(), now, bite);
      expire_all_of(model, now, bite);
    } else {
      write_some_executions(real->store(), model, now);
    }
    expect_same_executions(real->execution_reads(), model.execution_reads());
  }
}

class ExecutionsModel : public ::testing::TestWithParam<StoreFactory> {};

TEST_P(ExecutionsModel, RandomLivesAreTheSameInBothStores) {
  EXPECT_TRUE(rc::check([] { live_as_the_executions_model(GetParam()); }));
}

}  // namespace ordo::testing
