// Random lives on DynamoDB are those of the store in memory: on good days, on days on which calls
// fail, are lost or come late, and with indexes that are behind.
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <initializer_list>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "aws/dynamo_tables.h"
#include "aws/late_announcements.h"
#include "aws/unreliable_dynamo.h"
#include "contract/any_writes.h"
#include "support/memory_orders.h"
#include "support/memory_tasks.h"
#include "support/pick.h"

namespace ordo::testing {
namespace {

using Answers = std::vector<ports::WriteAnswer>;

// A home on a bad day, and a look at its tables past everything that goes wrong.
class BadDay {
 public:
  explicit BadDay(std::uint64_t seed) : between(aws_emulator().url(), seed) { restart(); }

  // As a process that begins.
  void restart() { process_ = std::make_unique<DynamoStores>(disturbed_, tables_.options()); }
  DynamoStores& process() { return *process_; }
  DynamoStores& looker() { return looker_; }

  // All is calm again when it returns.
  base::Result<Answers> apply(const std::vector<ports::Write>& writes) {
    base::Result<Answers> answers = process_->store.apply(writes);
    between.calm();
    RC_LOG() << between.take_story() << "-- "
             << (answers ? ::testing::PrintToString(told(answers)) : answers.error().message)
             << "\n";
    return answers;
  }

  UnreliableDynamo between;

 private:
  EmulatedAws disturbed_{between.url()};
  EmulatedAws clear_;
  const HomeTables tables_{clear_};
  std::unique_ptr<DynamoStores> process_;
  DynamoStores looker_{clear_, tables_.options()};
};

// How the next writes will go.
struct Weather {
  unsigned percent = *rc::gen::element(0U, 20U, 50U, 70U);
  void begin(UnreliableDynamo& between) const {
    if (percent > 0 && one_in(3)) {
      between.fail_after(pick(0U, 3U));
    } else {
      between.disturb(percent);
    }
  }
};

template <class Model>
ports::WriteAnswer apply_to(Model& model, const ports::Write& write) {
  return std::visit(
      [&](const auto& one) -> ports::WriteAnswer {
        if constexpr (requires { model.apply_one(one); }) {
          return model.apply_one(one);
        } else {
          return base::fail(base::ErrorCode::internal, "not of this model");
        }
      },
      write);
}

bool is_unclear(const ports::WriteAnswer& answer) {
  return !answer && answer.error().code == base::ErrorCode::unavailable;
}

// These ask an index first: if that fails nothing was done, and what stands behind them goes on.
bool asks_first(const ports::Write& write) {
  return std::holds_alternative<ports::RedriveDead>(write) ||
         std::holds_alternative<ports::PurgeDead>(write);
}

// Whether the model can become one that `is_there` by some of these writes: those up to one of
// them, but for such as ask first.
template <class Model, class IsThere>
bool find_done(Model& model, std::span<const ports::Write> unclear, IsThere is_there) {
  if (is_there(model)) return true;
  if (unclear.empty()) return false;
  Model done = model;
  static_cast<void>(apply_to(done, unclear.front()));
  if (find_done(done, unclear.subspan(1), is_there)) {
    model = std::move(done);
    return true;
  }
  return asks_first(unclear.front()) && find_done(model, unclear.subspan(1), is_there);
}

// Applies to the model what was answered, as `expect` finds it answered alike, and as much of the
// rest as was done after all.
template <class Model, class Expect, class IsThere>
void follow(Model& model, std::span<const ports::Write> writes, base::Result<Answers> answers,
            Expect expect, IsThere is_there) {
  if (!answers) {
    RC_ASSERT(answers.error().code == base::ErrorCode::unavailable);
    answers = Answers(writes.size(), base::fail(answers.error()));
  }
  RC_ASSERT(answers->size() == writes.size());
  std::size_t clear = writes.size();
  while (clear > 0 && is_unclear((*answers)[clear - 1])) --clear;
  for (std::size_t i = 0; i < clear; ++i) {
    if (is_unclear((*answers)[i])) {
      RC_ASSERT(asks_first(writes[i]));
    } else {
      expect((*answers)[i], apply_to(model, writes[i]));
    }
  }
  RC_ASSERT(find_done(model, writes.subspan(clear), is_there));
}

// ---- tasks

// DynamoDB leaves numbers out: which of its sequences is which of the model's.
class Sequences {
 public:
  void note(domain::Sequence model, domain::Sequence real) {
    real_[model.value()] = real.value();
    model_[real.value()] = model.value();
  }
  [[nodiscard]] domain::Sequence known(domain::Sequence model) const {
    return real_.contains(model.value()) ? model : domain::Sequence(kNobodys);
  }
  [[nodiscard]] domain::Sequence real(domain::Sequence model) const {
    const auto found = real_.find(model.value());
    return domain::Sequence(found == real_.end() ? kNobodys : found->second);
  }
  // The last one up to it.
  [[nodiscard]] domain::Sequence last_real(domain::Sequence model) const {
    const auto after = real_.upper_bound(model.value());
    return domain::Sequence(after == real_.begin() ? 0 : std::prev(after)->second);
  }
  [[nodiscard]] domain::Sequence model(domain::Sequence real) const {
    const auto found = model_.find(real.value());
    return domain::Sequence(found == model_.end() ? kNobodys : found->second);
  }

 private:
  static constexpr std::uint64_t kNobodys = 1'000'000;
  std::map<std::uint64_t, std::uint64_t> real_;
  std::map<std::uint64_t, std::uint64_t> model_;
};

class TaskLife {
 public:
  explicit TaskLife(DynamoStores& looker) : looker_(looker) {}

  // Nobody can know the number of what is only about to be added.
  [[nodiscard]] std::vector<ports::Write> knowable(std::vector<ports::Write> writes) const {
    for (ports::Write& write : writes) {
      std::visit(
          [this](auto& one) {
            if constexpr (requires { one.sequence; }) one.sequence = numbers_.known(one.sequence);
          },
          write);
    }
    return writes;
  }

  // With DynamoDB's numbers.
  [[nodiscard]] std::vector<ports::Write> in_dynamo(std::vector<ports::Write> writes) const {
    for (ports::Write& write : writes) {
      std::visit(
          [this](auto& one) {
            if constexpr (requires { one.sequence; }) one.sequence = numbers_.real(one.sequence);
            if constexpr (requires { one.up_to = domain::Sequence(0); }) {
              one.up_to = numbers_.last_real(one.up_to);
            }
          },
          write);
    }
    return writes;
  }

  void follow(const std::vector<ports::Write>& writes, base::Result<Answers> answers) {
    ordo::testing::follow(
        model_, writes, std::move(answers),
        [this](ports::WriteAnswer real, ports::WriteAnswer model) {
          note_new(real, model);
          rename(real);
          expect_alike(std::move(real), std::move(model));
        },
        [this, all = kept()](const MemoryTasks& model) { return is_there(model, all); });
  }

  // The whole list is the model's.
  void expect_listed(ports::TaskReads& reads) {
    std::vector<domain::Task> all = walk(reads);
    RC_ASSERT(all.size() == model_.rows().size());
    auto real = all.rbegin();
    for (const auto& [sequence, row] : model_.rows()) {
      real->sequence = numbers_.model(real->sequence);
      RC_ASSERT(*real++ == row.task);
    }
  }

  [[nodiscard]] const MemoryTasks& model() const { return model_; }

 private:
  void note_new(const ports::WriteAnswer& real, const ports::WriteAnswer& model) {
    if (!real || !model || real->index() != model->index()) return;
    if (const auto* added = std::get_if<ports::Added>(&*real)) {
      numbers_.note(std::get<ports::Added>(*model).sequence, added->sequence);
    }
    if (const auto* requeued = std::get_if<ports::Requeued>(&*real)) {
      numbers_.note(std::get<ports::Requeued>(*model).task.sequence, requeued->task.sequence);
    }
    if (const auto* redriven = std::get_if<ports::Redriven>(&*real)) {
      const auto& others = std::get<ports::Redriven>(*model).tasks;
      for (std::size_t i = 0; i < std::min(redriven->tasks.size(), others.size()); ++i) {
        numbers_.note(others[i].place.sequence, redriven->tasks[i].place.sequence);
      }
    }
  }
  void rename(ports::WriteAnswer& real) const {
    if (!real) return;
    std::visit(
        [this](auto& one) {
          if constexpr (requires { one.sequence; }) one.sequence = numbers_.model(one.sequence);
          if constexpr (requires { one.task; }) {
            one.task.sequence = numbers_.model(one.task.sequence);
          }
          if constexpr (requires { one.tasks; }) {
            for (auto& [id, place] : one.tasks) place.sequence = numbers_.model(place.sequence);
          }
        },
        *real);
  }
  // More dead letters may be said to be there than there are.
  static void expect_alike(ports::WriteAnswer real, ports::WriteAnswer model) {
    const auto settle_more = [](ports::WriteAnswer& of, bool is_real) {
      if (!of) return true;
      bool more = is_real;
      std::visit(
          [&](auto& one) {
            if constexpr (requires { one.more; }) more = std::exchange(one.more, false);
          },
          *of);
      return more;
    };
    const bool real_more = settle_more(real, true);
    RC_ASSERT(!settle_more(model, false) || real_more);
    expect_same(real, model);
  }

  struct Kept {
    domain::Task task;
    std::vector<domain::Attempt> attempts;
    friend bool operator==(const Kept&, const Kept&) = default;
  };
  // All that any_id() names, in their order.
  std::map<std::uint64_t, Kept> kept() {
    std::map<std::uint64_t, Kept> all;
    for (int i = 0; i < 8; ++i) {
      const domain::TaskId id("id" + std::to_string(i));
      const auto task = looker_.tasks.find(id).value();
      if (!task) continue;
      std::vector<domain::Attempt> attempts;
      if (task->attempts > 0) attempts = looker_.tasks.attempts(id).value().value();
      all.emplace(task->sequence.value(), Kept{*task, std::move(attempts)});
    }
    return all;
  }

  // Learns the numbers of what is there.
  bool is_there(const MemoryTasks& model, const std::map<std::uint64_t, Kept>& all) {
    if (all.size() != model.rows().size()) return false;
    auto real = all.begin();
    for (const auto& [sequence, row] : model.rows()) {
      Kept one = (real++)->second;
      one.task.sequence = row.task.sequence;
      Kept expected{row.task, row.attempts};
      if (auto own = domain::own_attempt(row.task)) expected.attempts.push_back(std::move(*own));
      if (one != expected) return false;
    }
    real = all.begin();
    for (const auto& [sequence, row] : model.rows()) {
      numbers_.note(row.task.sequence, (real++)->second.task.sequence);
    }
    return true;
  }

  DynamoStores& looker_;
  MemoryTasks model_;
  Sequences numbers_;
};

bool is_kept_here(const ports::Write& write) {
  return !std::holds_alternative<ports::PauseQueue>(write) &&
         !std::holds_alternative<ports::NoticesTold>(write) &&
         !std::holds_alternative<ports::ForgetNotices>(write);
}

// What the state of some task allows, so that lives go through all of them.
ports::Write any_next_write(const MemoryTasks& model, base::WallTime now) {
  if (model.rows().empty() || one_in(4)) return add(any_task(now));
  const auto at = pick<std::size_t>(0, model.rows().size());
  const domain::Task& task =
      std::next(model.rows().begin(), static_cast<std::ptrdiff_t>(at))->second.task;
  switch (task.status) {
    case domain::TaskStatus::queued:
      if (one_in(4)) return ports::CancelTask{task.id, now};
      return ports::StartAttempt{task.sequence, now, std::nullopt};
    case domain::TaskStatus::running:
      return ports::EndAttempt{task.sequence, task.attempts, any_verdict(now), now};
    default:
      if (one_in(4)) return ports::RemoveTask{task.id, std::nullopt};
      return ports::RequeueTask{task.id, now};
  }
}

std::vector<ports::Write> any_writes(const MemoryTasks& model, base::WallTime now) {
  std::vector<ports::Write> writes;
  const int count = pick(0, 6);
  for (int i = 0; i < count; ++i) {
    ports::Write write = one_in(2) ? any_write(now) : any_next_write(model, now);
    if (is_kept_here(write)) writes.push_back(std::move(write));
  }
  return writes;
}

// Whoever was not told of a task in time is told late.
void expect_announced(BadDay& day, const MemoryTasks& model) {
  aws::LateAnnouncements late(day.looker().dynamo, day.looker().options, day.looker().tasks,
                              day.looker().announcer, real_clock());
  while (late.step().value().more) {
  }
  std::set<std::string> told;
  for (const auto& one : day.looker().announcer.told()) told.insert(one.task.id.value());
  for (const auto& [sequence, row] : model.rows()) {
    if (row.task.status != domain::TaskStatus::queued || row.task.attempts > 0) continue;
    RC_ASSERT(told.contains(row.task.id.value()));
  }
}

TEST(DynamoModel, RandomLivesOfTasksAreThoseInMemory) {
  EXPECT_TRUE(rc::check([] {
    BadDay day(*rc::gen::noShrink(rc::gen::arbitrary<std::uint64_t>()));
    const Weather weather;
    TaskLife life(day.looker());
    base::WallTime now = at_ms(0);
    const int turns = pick(4, 10);
    for (int turn = 0; turn < turns; ++turn) {
      now = now + base::Millis(pick(0, 3));
      if (one_in(6)) day.restart();
      const std::vector<ports::Write> writes = life.knowable(any_writes(life.model(), now));
      weather.begin(day.between);
      life.follow(writes, day.apply(life.in_dynamo(writes)));
    }
    day.between.shorten_pages();
    life.expect_listed(day.process().tasks);
    expect_announced(day, life.model());
  }));
}

// The others rely on it: everything that can go wrong does.
TEST(DynamoModel, ABadDayHasEverything) {
  BadDay day(1);
  std::size_t turns = 0;
  const auto all_of = [&](std::initializer_list<const char*> faults, const auto& go_on) {
    const auto missing = [&] {
      const auto happened = day.between.happened();
      return std::ranges::any_of(faults, [&](const char* one) { return !happened.contains(one); });
    };
    for (turns = 0; missing() && turns < 500; ++turns) go_on("t" + std::to_string(turns));
    EXPECT_FALSE(missing()) << day.between.take_story();
  };
  all_of({"throttled", "failed", "answer lost", "late", "contended", "in part", "short page"},
         [&](const std::string& id) {
           day.between.disturb(50);
           static_cast<void>(day.process().orders.list({}, std::nullopt, 10, at_ms(0)));
           static_cast<void>(day.apply({orders({order(id), order(id + "b")})}));
         });
  all_of({"not there yet", "still there"}, [&](const std::string& id) {
    ASSERT_TRUE(day.apply({orders({order(id)})}));
    day.between.lag();
    EXPECT_TRUE(day.process().orders.pending(domain::OrderNumber(0), 1000, at_ms(0)));
    ASSERT_TRUE(day.apply({settle({accepted(id)})}));
    day.between.lag();
    EXPECT_TRUE(day.process().orders.pending(domain::OrderNumber(0), 1000, at_ms(0)));
  });
}

// ---- orders

class OrderLife {
 public:
  explicit OrderLife(DynamoStores& looker) : looker_(looker) {}

  void follow(const std::vector<ports::Write>& writes, base::Result<Answers> answers,
              base::WallTime now) {
    ordo::testing::follow(
        model_, writes, std::move(answers),
        [](const ports::WriteAnswer& real, const ports::WriteAnswer& model) {
          RC_ASSERT(told_of_orders(real) == told_of_orders(model));
          const auto* const accepted = real ? std::get_if<ports::OrdersAccepted>(&*real) : nullptr;
          if (accepted != nullptr) RC_ASSERT(*accepted == std::get<ports::OrdersAccepted>(*model));
        },
        [&](const MemoryOrders& model) { return is_there(model, now); });
  }

 private:
  // Without their numbers, which DynamoDB leaves out some of; in their order.
  static std::vector<domain::Order> unnumbered(std::vector<domain::Order> orders) {
    for (domain::Order& one : orders) one.number = domain::OrderNumber(0);
    return orders;
  }
  bool is_there(const MemoryOrders& model, base::WallTime now) {
    const domain::OrderNumber first(0);
    const auto all = model.list({}, std::nullopt, 1000, now).items;
    if (unnumbered(walk(looker_.orders, now)) != unnumbered(all)) return false;
    if (unnumbered(looker_.orders.pending(first, 1000, now).value()) !=
        unnumbered(model.pending(first, 1000, now))) {
      return false;
    }
    for (const char* const name : {"one", "two"}) {
      if (unnumbered(looker_.orders.settled_by(name, now).value()) !=
          unnumbered(model.settled_by(name, now))) {
        return false;
      }
    }
    return true;
  }

  DynamoStores& looker_;
  MemoryOrders model_;
};

TEST(DynamoModel, RandomLivesOfOrdersAreThoseInMemory) {
  EXPECT_TRUE(rc::check([] {
    BadDay day(*rc::gen::noShrink(rc::gen::arbitrary<std::uint64_t>()));
    const Weather weather;
    OrderLife life(day.looker());
    base::WallTime now = at_ms(0);
    const int turns = pick(4, 10);
    for (int turn = 0; turn < turns; ++turn) {
      now = now + base::Millis(pick(0, 4));
      if (one_in(6)) day.restart();
      std::vector<ports::Write> writes;
      const int count = pick(0, 4);
      for (int i = 0; i < count; ++i) {
        ports::Write write = any_order_write(now);
        if (auto* settle = std::get_if<ports::SettleOrders>(&write)) {
          settle->by = *rc::gen::element<std::string>("", "one", "two");
        }
        writes.push_back(std::move(write));
      }
      weather.begin(day.between);
      life.follow(writes, day.apply(writes), now);
    }
  }));
}

// More than a transaction takes, cut off after each of its writes, and handed in again, as clients
// do.
TEST(DynamoModel, ALargeBatchIsThereOnceOrNotAtAll) {
  constexpr unsigned kOrders = 120;
  std::vector<domain::OrderRecord> records;
  for (unsigned i = 0; i < kOrders; ++i) records.push_back(order("r" + std::to_string(i)));
  const std::vector<ports::Write> writes{orders(records)};
  bool whole = false;
  for (unsigned passing = 0; !whole; ++passing) {
    ASSERT_LT(passing, 20U);
    BadDay day(passing + 1);
    day.between.fail_after(passing);
    const auto cut_off = day.apply(writes);
    whole = cut_off && cut_off->front();
    const auto there = [&] { return walk(day.looker().orders, at_ms(0), {}, 1000).size(); };
    EXPECT_EQ(there(), whole ? kOrders : 0U) << "after " << passing << " writes";
    EXPECT_EQ(day.looker().orders.find(records.front().id, at_ms(0)).value().has_value(), whole);

    const auto again = day.apply(writes);
    ASSERT_TRUE(again && again->front()) << "after " << passing << " writes";
    EXPECT_EQ(std::get<ports::OrdersAccepted>(*again->front()).added, whole ? 0U : kOrders);
    EXPECT_EQ(there(), kOrders);
    EXPECT_EQ(day.looker().orders.pending(domain::OrderNumber(0), 1000, at_ms(0)).value().size(),
              kOrders);
  }
}

TEST(DynamoModel, ShortPagesAreFollowedToTheirEnd) {
  constexpr std::size_t kMany = 40;
  BadDay day(1);
  std::vector<ports::Write> writes;
  std::vector<domain::OrderRecord> records;
  for (std::size_t i = 0; i < kMany; ++i) {
    writes.push_back(add("t" + std::to_string(i)));
    records.push_back(order("r" + std::to_string(i)));
  }
  writes.emplace_back(orders(records));
  ASSERT_TRUE(day.apply(writes));
  day.between.shorten_pages();
  for (const std::size_t limit : {std::size_t{7}, std::size_t{100}}) {
    EXPECT_EQ(walk(day.process().tasks, {}, limit).size(), kMany);
    EXPECT_EQ(walk(day.process().orders, at_ms(0), {}, limit).size(), kMany);
  }
  EXPECT_EQ(day.process().orders.pending(domain::OrderNumber(0), kMany, at_ms(0)).value().size(),
            kMany);
}

// ---- indexes that are behind

// What lists show while their index is behind is never wrong, only not all.
void expect_no_lies(const std::vector<domain::Task>& listed,
                    const std::vector<domain::Task>& truth) {
  std::set<domain::Sequence> seen;
  for (const domain::Task& task : listed) {
    RC_ASSERT(seen.empty() || task.sequence < *seen.begin());
    seen.insert(task.sequence);
    RC_ASSERT(std::ranges::find(truth, task) != truth.end());
  }
}

TEST(DynamoModel, AnIndexThatIsBehindMakesNothingWrong) {
  EXPECT_TRUE(rc::check([] {
    BadDay day(*rc::gen::noShrink(rc::gen::arbitrary<std::uint64_t>()));
    TaskLife life(day.looker());
    base::WallTime now = at_ms(0);
    const int turns = pick(4, 10);
    for (int turn = 0; turn < turns; ++turn) {
      now = now + base::Millis(pick(0, 3));
      std::vector<ports::Write> writes = life.knowable(any_writes(life.model(), now));
      // What takes whatever an index knows is looked at below.
      std::erase_if(writes, asks_first);
      // Whoever runs a task has its id and reads it first.
      for (const auto& [sequence, row] : life.model().rows()) {
        RC_ASSERT(day.process().tasks.find(row.task.id).value().has_value());
      }
      day.between.lag();
      life.follow(writes, day.apply(life.in_dynamo(writes)));

      day.between.lag();
      const std::vector<domain::Task> truth = walk(day.looker().tasks);
      const auto limit = *rc::gen::element<std::size_t>(1, 3, 100);
      expect_no_lies(walk(day.process().tasks, {}, limit), truth);

      const auto answers = day.apply(
          {ports::RedriveDead{domain::QueueName("tasks"), domain::Sequence(1'000), 10, now}});
      std::vector<ports::Write> put_back;
      Answers told;
      for (const auto& [id, place] : std::get<ports::Redriven>(answers->front().value()).tasks) {
        const auto* const before = life.model().find(id);
        RC_ASSERT(before != nullptr && before->task.status == domain::TaskStatus::dead);
        put_back.emplace_back(ports::RequeueTask{id, now});
        told.emplace_back(
            ports::Requeued{day.looker().tasks.find(id).value().value(), domain::TaskStatus::dead});
      }
      life.follow(put_back, told);
    }
  }));
}

}  // namespace
}  // namespace ordo::testing
