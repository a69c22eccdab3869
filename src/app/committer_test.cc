#include "app/committer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "support/eventually.h"
#include "support/fake_clock.h"
#include "support/memory_store.h"

namespace ordo::app {
namespace {

using base::ErrorCode;
using testing::FakeClock;
using testing::MemoryStore;

// A store that remembers how it was called and can be told to fail.
class WatchedStore : public ports::Store {
 public:
  using Store::apply;
  base::Result<std::vector<ports::WriteAnswer>> apply(std::span<const ports::Write> writes,
                                                      const ports::Follow& follow) override {
    applied.push_back(writes.size());
    if (waits && work) work();
    if (meanwhile) std::exchange(meanwhile, nullptr)();
    if (failure) return base::fail(*failure);
    auto answers = inner.apply(writes, follow);
    committed = true;
    return answers;
  }
  base::Result<ports::Expired> expire(const ports::Expiry& asked,
                                      const ports::ExpiryBite& bite) override {
    expiries.push_back(asked);
    bites.push_back(bite);
    if (clock != nullptr) clock->advance(expiry_takes);
    if (failure) return base::fail(*failure);
    const std::size_t rows = std::min(bite.rows, expirable);
    expirable -= rows;
    return ports::Expired{rows, rows == bite.rows};
  }
  base::Result<void> probe() override {
    ++probes;
    if (failure) return base::fail(*failure);
    return {};
  }

  bool work_while_waiting(const std::function<void()>& given) override {
    work = given;
    return has_others;
  }

  MemoryStore inner;
  std::vector<std::size_t> applied;  // writes in each call
  bool has_others = false;           // for whom it waits
  bool waits = true;
  std::function<void()> work;
  std::vector<ports::Expiry> expiries;
  std::vector<ports::ExpiryBite> bites;
  FakeClock* clock = nullptr;
  base::Millis expiry_takes{0};
  std::optional<base::Error> failure;
  std::function<void()> meanwhile;  // done in the middle of the next apply
  std::size_t expirable = 0;
  int probes = 0;
  bool committed = false;
};

std::vector<ports::Write> adding(std::initializer_list<const char*> ids) {
  std::vector<ports::Write> writes;
  for (const char* id : ids) {
    domain::NewTask task;
    task.id = domain::TaskId(id);
    task.queue = domain::QueueName("tasks");
    task.lane = domain::LaneKey("main");
    task.content.title = id;
    writes.emplace_back(ports::AddTask{std::move(task)});
  }
  return writes;
}

std::uint64_t sequence_of(const ports::WriteAnswer& answer) {
  return std::get<ports::Added>(*answer).sequence.value();
}

class CommitterTest : public ::testing::Test {
 protected:
  Committer make(CommitterOptions options = {}) {
    return Committer(store, clock, std::move(options),
                     [this](const base::Error& error) { stopped_with = error.message; });
  }

  FakeClock clock;
  WatchedStore store;
  std::string stopped_with;
};

TEST_F(CommitterTest, AnswersOnlyAfterTheCommit) {
  Committer committer = make();
  bool answered = false;
  committer.submit(adding({"a"}), [&](base::Result<Committed> committed) {
    EXPECT_TRUE(store.committed);
    EXPECT_TRUE(committed.has_value());
    answered = true;
  });
  EXPECT_FALSE(answered);
  EXPECT_TRUE(committer.turn());
  EXPECT_TRUE(answered);
  EXPECT_FALSE(committer.turn());
}

TEST_F(CommitterTest, TakesAllThatWaitInOneCommitAndInOrder) {
  Committer committer = make();
  std::vector<std::uint64_t> sequences;
  const auto remember = [&](base::Result<Committed> committed) {
    for (const auto& answer : committed->answers) sequences.push_back(sequence_of(answer));
  };
  committer.submit(adding({"a"}), remember);
  committer.submit(adding({"b", "c"}), remember);
  committer.submit(adding({"d"}), remember);
  committer.turn();
  EXPECT_EQ(store.applied, std::vector<std::size_t>{4});
  EXPECT_EQ(sequences, (std::vector<std::uint64_t>{1, 2, 3, 4}));
}

TEST_F(CommitterTest, GivesEachCallerItsOwnWritesAndAnswers) {
  Committer committer = make();
  std::map<std::string, std::string> seen;
  const auto remember = [&](std::string caller) {
    return [&seen, caller](base::Result<Committed> committed) {
      ASSERT_EQ(committed->writes.size(), committed->answers.size());
      for (const auto& write : committed->writes) {
        seen[caller] += std::get<ports::AddTask>(write).task.id.value();
      }
    };
  };
  committer.submit(adding({"a", "b"}), remember("first"));
  committer.submit(adding({"c"}), remember("second"));
  committer.turn();
  EXPECT_EQ(seen, (std::map<std::string, std::string>{{"first", "ab"}, {"second", "c"}}));
}

TEST_F(CommitterTest, WhoComesWhileACommitIsStuckIsToldToComeAgain) {
  Committer committer = make({.patience = std::chrono::seconds(2)});
  std::map<std::string, std::string> answers;
  const auto submit = [&](const char* id) {
    committer.submit(adding({id}), [&answers, id](const base::Result<Committed>& committed) {
      const bool later = !committed && committed.error().code == ErrorCode::unavailable;
      answers[id] = committed ? "done" : later ? "later" : "?";
    });
  };
  submit("first");
  store.meanwhile = [&] {
    clock.advance(std::chrono::seconds(2));
    submit("waits");
    clock.advance(std::chrono::milliseconds(1));
    submit("refused");
  };
  committer.turn();
  EXPECT_EQ(answers, (std::map<std::string, std::string>{{"first", "done"}, {"refused", "later"}}));
  submit("after");
  committer.turn();
  EXPECT_EQ(answers["waits"], "done");
  EXPECT_EQ(answers["after"], "done");
}

TEST_F(CommitterTest, WhoWaitsBehindAStuckCommitIsToldToComeAgain) {
  Committer committer = make({.patience = std::chrono::milliseconds(4)});
  std::atomic<bool> refused = false;
  std::promise<void> first;
  committer.submit(adding({"first"}), [&](const base::Result<Committed>& committed) {
    EXPECT_TRUE(committed);
    first.set_value();
  });
  store.meanwhile = [&] {
    committer.submit(adding({"waits"}), [&](const base::Result<Committed>& committed) {
      ASSERT_FALSE(committed);
      EXPECT_EQ(committed.error().code, ErrorCode::unavailable);
      refused = true;
    });
    clock.advance(std::chrono::milliseconds(5));
    EXPECT_TRUE(testing::eventually([&] { return refused.load(); }));
  };
  std::jthread running([&](std::stop_token stop) { committer.run(std::move(stop)); });
  first.get_future().wait();
  running.request_stop();
  running.join();
  EXPECT_FALSE(store.inner.find(domain::TaskId("waits")).value());
}

TEST_F(CommitterTest, SaysBusyWhenTooManyWritesWait) {
  Committer committer = make({.max_waiting_writes = 2});
  int done = 0;
  committer.submit(adding({"a", "b"}), [&](base::Result<Committed>) { ++done; });
  std::optional<ErrorCode> refusal;
  committer.submit(adding({"c"}), [&](base::Result<Committed> r) { refusal = r.error().code; });
  EXPECT_EQ(refusal, ErrorCode::busy);
  committer.turn();
  EXPECT_EQ(done, 1);
  EXPECT_EQ(store.applied, std::vector<std::size_t>{2});
  EXPECT_EQ(committer.stats().refused_busy, 1U);
}

TEST_F(CommitterTest, SaysBusyWhenTooManyBytesWait) {
  Committer committer = make({.max_waiting_bytes = 4000});
  auto large = adding({"a"});
  std::get<ports::AddTask>(large[0]).task.content.description = std::string(3500, 'x');
  committer.submit(std::move(large), [](base::Result<Committed>) {});
  std::optional<ErrorCode> refusal;
  committer.submit(adding({"b"}), [&](base::Result<Committed> r) { refusal = r.error().code; });
  EXPECT_EQ(refusal, ErrorCode::busy);
}

// One of each kind that holds texts without a small bound, with so many bytes of them.
std::vector<ports::Write> large_writes(std::size_t bytes) {
  const std::string text(bytes, 'x');
  ports::AddTask add;
  add.task.content.payload = text;
  domain::TaskPatch patch;
  patch.payload_patch = text;
  ports::EndAttempt end;
  end.verdict = domain::Succeeded{text};
  ports::SettleOrders settle;
  for (std::size_t left = bytes; left > 0; left -= std::min<std::size_t>(left, 100)) {
    settle.orders.push_back({domain::RecordId(std::string(100, 'x'))});
  }
  ports::ExecutionStep ended;
  ended.end = ports::ExecutionStep::End();
  ended.end->cause = text;
  const auto step = std::make_shared<const ports::ExecutionStep>(std::move(ended));
  ports::StartExecution start;
  start.record.input = text;
  start.step = std::make_shared<const ports::ExecutionStep>();
  std::vector<ports::Write> all;
  all.emplace_back(std::move(add));
  all.emplace_back(ports::ChangeTask{domain::TaskId("a"), std::move(patch), {}, {}});
  all.emplace_back(std::move(end));
  all.emplace_back(ports::AddOrders{{{domain::RecordId("a"), text, "1"}}, {}, {}});
  all.emplace_back(std::move(settle));
  all.emplace_back(std::move(start));
  all.emplace_back(ports::AdvanceExecution{{}, step});
  all.emplace_back(ports::AddNotice{"message", text, {}});
  return all;
}

TEST_F(CommitterTest, WhateverHoldsTextsCountsWithThem) {
  for (ports::Write& large : large_writes(60'000)) {
    const std::size_t kind = large.index();
    Committer committer = make({.max_waiting_bytes = 50'000});
    std::vector<ErrorCode> refused;
    const auto remember = [&](const base::Result<Committed>& r) {
      refused.push_back(r.error().code);
    };
    std::vector<ports::Write> writes;
    writes.push_back(std::move(large));
    committer.submit(adding({"first"}), [](const base::Result<Committed>&) {});
    committer.submit(std::move(writes), remember);
    EXPECT_EQ(refused, std::vector{ErrorCode::busy}) << "of write " << kind;
  }
}

TEST_F(CommitterTest, AnEmptyMailboxTakesOneSubmissionOfAnySize) {
  Committer committer = make({.max_waiting_writes = 1});
  bool ok = false;
  committer.submit(adding({"a", "b", "c"}), [&](base::Result<Committed> r) { ok = r.has_value(); });
  committer.turn();
  EXPECT_TRUE(ok);
}

TEST_F(CommitterTest, AFailedCommitIsToldToAllAndTheNextOneWorks) {
  Committer committer = make();
  store.failure = base::Error{ErrorCode::unavailable, "disk full", {}};
  std::vector<ErrorCode> errors;
  for (const char* id : {"a", "b"}) {
    committer.submit(adding({id}),
                     [&](base::Result<Committed> r) { errors.push_back(r.error().code); });
  }
  committer.turn();
  EXPECT_EQ(errors, (std::vector{ErrorCode::unavailable, ErrorCode::unavailable}));
  store.failure.reset();
  std::uint64_t sequence = 0;
  committer.submit(adding({"c"}),
                   [&](base::Result<Committed> r) { sequence = sequence_of(r->answers[0]); });
  committer.turn();
  EXPECT_EQ(sequence, 1U);
  EXPECT_EQ(committer.stats().failed_commits, 1U);
  EXPECT_EQ(committer.stats().commits, 1U);
}

class OverlappingCommits : public CommitterTest {
 protected:
  Committer overlapping() {
    store.has_others = true;
    return make();
  }
  void submit(Committer& to, const std::string& id) {
    to.submit(adding({id.c_str()}), [this, id](const base::Result<Committed>& done) {
      said.push_back(id + (done ? " done" : " failed"));
    });
  }

  Committer committer = overlapping();
  std::vector<std::string> said;
};

TEST_F(OverlappingCommits, WhoWasWaitedForIsAnsweredWhileTheStoreWaitsForTheNext) {
  bool told_meanwhile = false;
  store.meanwhile = [&] {
    submit(committer, "second");
    store.meanwhile = [&] { told_meanwhile = said == std::vector<std::string>{"first done"}; };
  };
  submit(committer, "first");
  committer.turn();
  EXPECT_TRUE(said.empty());
  committer.turn();
  EXPECT_TRUE(told_meanwhile);
  EXPECT_EQ(said, (std::vector<std::string>{"first done", "second done"}));
}

TEST_F(OverlappingCommits, WhoIsFollowedByNobodyIsAnsweredAtOnce) {
  submit(committer, "alone");
  committer.turn();
  EXPECT_EQ(said, std::vector<std::string>{"alone done"});
}

TEST_F(OverlappingCommits, AStoreThatWaitsForNobodyIsNotWaitedFor) {
  store.waits = false;
  store.meanwhile = [&] { submit(committer, "second"); };
  submit(committer, "first");
  committer.turn();
  committer.turn();
  EXPECT_EQ(said, (std::vector<std::string>{"first done", "second done"}));
}

TEST_F(OverlappingCommits, WhatFailsAfterItDoesNotConcernIt) {
  store.waits = false;
  store.meanwhile = [this] {
    submit(committer, "second");
    store.meanwhile = [this] { store.failure = base::Error{ErrorCode::fatal, "lost", {}}; };
  };
  submit(committer, "first");
  committer.turn();
  committer.turn();
  EXPECT_EQ(said, std::vector<std::string>{"first done"});
  EXPECT_EQ(stopped_with, "lost");
}

TEST_F(OverlappingCommits, ACommitterThatIsNoMoreIsNotCalled) {
  {
    Committer other = make();
    submit(other, "one");
    other.turn();
  }
  EXPECT_FALSE(store.work);
}

// Another node has been faster, and the same may well succeed.
TEST_F(CommitterTest, ARaceIsRunAgainAndToldWhenItIsAlwaysLost) {
  Committer committer = make();
  std::optional<ErrorCode> code;
  const auto submit = [&] {
    committer.submit(adding({"one"}), [&](const base::Result<Committed>& done) {
      code = done ? std::nullopt : std::optional(done.error().code);
    });
  };
  int times = 0;
  store.failure = base::Error{ErrorCode::conflict, "too late", {}};
  const std::function<void()> twice = [&] {
    if (++times == 2) store.failure.reset();
    if (times < 3) store.meanwhile = twice;
  };
  store.meanwhile = twice;
  submit();
  committer.turn();
  EXPECT_EQ(code, std::nullopt);
  EXPECT_EQ(store.applied.size(), 2U);

  store.failure = base::Error{ErrorCode::conflict, "too late", {}};
  submit();
  committer.turn();
  EXPECT_EQ(code, ErrorCode::unavailable);
  EXPECT_EQ(store.applied.size(), 7U);
}

TEST_F(CommitterTest, UnknownDurabilityAnswersNobodyAndStops) {
  Committer committer = make();
  store.failure = base::Error{ErrorCode::fatal, "fsync failed", {}};
  bool answered = false;
  committer.submit(adding({"a"}), [&](base::Result<Committed>) { answered = true; });
  committer.turn();
  EXPECT_FALSE(answered);
  EXPECT_EQ(stopped_with, "fsync failed");

  std::optional<ErrorCode> later;
  committer.submit(adding({"b"}), [&](base::Result<Committed> r) { later = r.error().code; });
  EXPECT_EQ(later, ErrorCode::unavailable);
  committer.run({});  // returns at once: there is nothing more to be trusted
  EXPECT_EQ(store.applied.size(), 1U);
}

TEST_F(CommitterTest, OneProbeServesAllWhoAskInATurn) {
  Committer committer = make();
  int ready = 0;
  for (int i = 0; i < 3; ++i) {
    committer.probe([&](base::Result<void> probed) { ready += probed.has_value() ? 1 : 0; });
  }
  committer.turn();
  EXPECT_EQ(ready, 3);
  EXPECT_EQ(store.probes, 1);
}

TEST_F(CommitterTest, ProbesAreBounded) {
  Committer committer = make();
  int busy = 0;
  for (int i = 0; i < 100; ++i) {
    committer.probe([&](base::Result<void> probed) {
      busy += !probed && probed.error().code == ErrorCode::busy ? 1 : 0;
    });
  }
  EXPECT_EQ(busy, 100 - 64);
}

TEST_F(CommitterTest, RetentionWorksInBitesWithRoomBetween) {
  Committer committer = make({.retention = std::chrono::hours(1)});
  store.expirable = 300;
  committer.turn();
  EXPECT_TRUE(store.expiries.empty());
  clock.advance(std::chrono::seconds(10));
  committer.turn();
  committer.turn();  // the second bite is not due yet
  ASSERT_EQ(store.expiries.size(), 1U);
  EXPECT_EQ(store.expiries[0].finished_before, clock.wall() - std::chrono::hours(1));
  EXPECT_EQ(store.expiries[0].keys_before, clock.wall() - std::chrono::hours(24));
  clock.advance(std::chrono::milliseconds(20));
  committer.turn();
  EXPECT_EQ(store.expiries.size(), 2U);
  EXPECT_EQ(committer.stats().expired, 300U);
  clock.advance(std::chrono::milliseconds(20));
  committer.turn();  // all done: the next look is ten seconds away
  EXPECT_EQ(store.expiries.size(), 2U);
}

TEST_F(CommitterTest, ABiteOfRetentionIsFollowedByAPauseInProportion) {
  Committer committer = make();
  store.clock = &clock;
  store.expiry_takes = base::Millis(50);
  store.expirable = 10'000;
  clock.advance(std::chrono::seconds(10));
  committer.turn();
  ASSERT_EQ(store.bites.size(), 1U);
  clock.advance(std::chrono::milliseconds(199));
  committer.turn();
  EXPECT_EQ(store.bites.size(), 1U);
  clock.advance(std::chrono::milliseconds(1));
  committer.turn();
  EXPECT_EQ(store.bites.size(), 2U);
}

TEST_F(CommitterTest, BitesOfRetentionShrinkWhileTheyTakeLongAndGrowAgain) {
  Committer committer = make();
  store.clock = &clock;
  store.expirable = 100'000;
  const auto bite = [&](int ms) {
    store.expiry_takes = base::Millis(ms);
    clock.advance(std::chrono::seconds(10));
    committer.turn();
    return store.bites.back();
  };
  const ports::ExpiryBite whole = bite(50);
  EXPECT_EQ(bite(50).bytes, whole.bytes / 2);
  EXPECT_EQ(bite(50).rows, whole.rows / 4);
  for (int i = 0; i < 40; ++i) bite(50);
  EXPECT_EQ(bite(0).rows, 1U) << "never nothing";
  for (int i = 0; i < 40; ++i) bite(0);
  EXPECT_EQ(bite(0).rows, whole.rows);
  EXPECT_EQ(bite(0).bytes, whole.bytes);
}

TEST_F(CommitterTest, TellsOnceWhatFailsAndOnceThatItWorksAgain) {
  std::vector<std::string> told;
  Committer committer = make({.on_trouble = [&](std::string_view what, const base::Error* error) {
    told.push_back(std::string(what) + ": " + (error == nullptr ? "works" : error->message));
  }});
  const auto commit = [&] {
    committer.submit(adding({"a"}), [](base::Result<Committed>) {});
    committer.turn();
  };
  commit();
  EXPECT_TRUE(told.empty());
  store.failure = base::Error{ErrorCode::unavailable, "disk full", {}};
  commit();
  commit();
  committer.probe([](base::Result<void>) {});
  committer.turn();
  EXPECT_EQ(std::exchange(told, {}), std::vector<std::string>{"commit: disk full"});
  for (int i = 0; i < 2; ++i) {
    clock.advance(std::chrono::seconds(10));
    committer.turn();
  }
  EXPECT_EQ(std::exchange(told, {}), std::vector<std::string>{"retention: disk full"});
  store.failure.reset();
  commit();
  commit();
  EXPECT_EQ(std::exchange(told, {}), std::vector<std::string>{"commit: works"});
  clock.advance(std::chrono::seconds(10));
  committer.turn();
  EXPECT_EQ(told, std::vector<std::string>{"retention: works"});
}

TEST_F(CommitterTest, AFatalErrorInAProbeOrInRetentionStopsToo) {
  store.failure = base::Error{ErrorCode::fatal, "fsync failed", {}};
  {
    Committer committer = make();
    committer.probe([](base::Result<void>) { FAIL() << "must not be answered"; });
    committer.turn();
    EXPECT_EQ(std::exchange(stopped_with, ""), "fsync failed");
  }
  Committer committer = make();
  clock.advance(std::chrono::seconds(11));
  committer.turn();
  EXPECT_EQ(stopped_with, "fsync failed");
}

TEST_F(CommitterTest, CommitsWhatWaitsBeforeItEnds) {
  Committer committer = make();
  bool answered = false;
  committer.submit(adding({"a"}), [&](base::Result<Committed> r) { answered = r.has_value(); });
  std::stop_source stop;
  stop.request_stop();
  committer.run(stop.get_token());
  EXPECT_TRUE(answered);
  std::optional<ErrorCode> later;
  committer.submit(adding({"b"}), [&](base::Result<Committed> r) { later = r.error().code; });
  EXPECT_EQ(later, ErrorCode::unavailable);
}

// Many producers, each sending its next write only after the last was answered: each sees its own
// writes in its own order, none is lost, and commits are shared.
TEST_F(CommitterTest, ManyProducersKeepEachTheirOrder) {
  constexpr int kProducers = 8;
  constexpr int kWritesEach = 200;
  Committer committer = make();
  std::atomic<int> wrong = 0;
  {
    const std::jthread thread([&](std::stop_token stop) { committer.run(std::move(stop)); });
    std::vector<std::jthread> producers;
    for (int p = 0; p < kProducers; ++p) {
      producers.emplace_back([&, p] {
        std::uint64_t last = 0;
        for (int i = 0; i < kWritesEach; ++i) {
          const std::string id = std::to_string(p) + "-" + std::to_string(i);
          std::promise<std::uint64_t> promised;
          committer.submit(adding({id.c_str()}), [&](base::Result<Committed> committed) {
            promised.set_value(sequence_of(committed->answers[0]));
          });
          const std::uint64_t sequence = promised.get_future().get();
          if (sequence <= last) ++wrong;
          last = sequence;
        }
      });
    }
  }
  EXPECT_EQ(wrong, 0);
  EXPECT_EQ(committer.stats().accepted, static_cast<std::uint64_t>(kProducers * kWritesEach));
  EXPECT_LE(store.applied.size(), static_cast<std::size_t>(kProducers * kWritesEach));
}

}  // namespace
}  // namespace ordo::app
