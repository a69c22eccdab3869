#include "app/monitor.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <stop_token>
#include <string>
#include <thread>

#include "support/fake_clock.h"
#include "support/memory_store.h"
#include "support/task_writes.h"

namespace ordo::app {
namespace {

using testing::MemoryStore;

// Remembers what it was told; the front of `answers` says how the next notice is taken.
class Channel : public ports::Notifier {
 public:
  struct State {
    std::vector<std::uint64_t> heard;
    std::deque<std::optional<base::ErrorCode>> answers;
    std::function<void()> before = {};  // called first
  };
  explicit Channel(State& state) : state_(state) {}
  base::Result<void> notify(const ports::Notice& notice) override {
    if (state_.before) state_.before();
    std::optional<base::ErrorCode> error;
    if (!state_.answers.empty()) {
      error = state_.answers.front();
      state_.answers.pop_front();
    }
    if (error) return base::fail(*error, "no");
    state_.heard.push_back(notice.number);
    return {};
  }

 private:
  State& state_;
};

class Monitoring : public ::testing::Test {
 protected:
  Monitoring() {
    std::vector<ports::Write> writes;
    for (std::uint64_t i = 1; i <= 3; ++i) {
      writes.push_back(testing::add("t" + std::to_string(i)));
      writes.push_back(testing::start(i));
      writes.push_back(testing::die(i));
    }
    EXPECT_TRUE(store_.apply(writes));
  }
  ChannelTeller teller(Channel::State& state, std::vector<std::string> all = {"a"}) {
    return {
        {"a", std::make_unique<Channel>(state)},
        std::move(all),
        store_,
        committer_,
        [this](std::string_view, const ports::Notice&, const base::Error* error, bool given_up) {
          troubles_.emplace_back(error == nullptr ? "works" : given_up ? "given up" : "fails");
        }};
  }
  std::size_t kept() { return store_.notices(0, 100)->size(); }

  MemoryStore store_;
  testing::FakeClock clock_;
  Committer committer_{store_, clock_, {}, [](const base::Error&) {}};
  std::jthread committing_{[this](std::stop_token stop) { committer_.run(std::move(stop)); }};
  std::vector<std::string> troubles_;
};

using Numbers = std::vector<std::uint64_t>;

TEST_F(Monitoring, EachNoticeIsToldOnceAndInOrder) {
  Channel::State state;
  ChannelTeller one = teller(state);
  EXPECT_EQ(one.tell(), std::nullopt);
  EXPECT_EQ(one.tell(), std::nullopt);
  EXPECT_EQ(state.heard, (Numbers{1, 2, 3}));
  EXPECT_EQ(kept(), 0U);
}

TEST_F(Monitoring, AChannelThatIsAwayIsTriedAgainWithGrowingPauses) {
  Channel::State state;
  state.answers = {std::nullopt, base::ErrorCode::unavailable, base::ErrorCode::unavailable};
  ChannelTeller one = teller(state);
  EXPECT_EQ(one.tell(), ChannelTeller::kFirstPause);
  EXPECT_EQ(one.tell(), ChannelTeller::kFirstPause * 2);
  EXPECT_EQ(one.tell(), std::nullopt);
  EXPECT_EQ(state.heard, (Numbers{1, 2, 3}));
  EXPECT_EQ(troubles_, (std::vector<std::string>{"fails", "works"}));
}

TEST_F(Monitoring, ANoticeThatIsRefusedForGoodHoldsUpNoOther) {
  Channel::State state;
  state.answers = {base::ErrorCode::invalid};
  ChannelTeller one = teller(state);
  EXPECT_EQ(one.tell(), std::nullopt);
  EXPECT_EQ(state.heard, (Numbers{2, 3}));
  EXPECT_EQ(troubles_, std::vector<std::string>{"given up"});
}

TEST_F(Monitoring, AfterARestartItGoesOnWhereItWas) {
  Channel::State state;
  state.answers = {std::nullopt, base::ErrorCode::unavailable};
  ChannelTeller before = teller(state);
  EXPECT_TRUE(before.tell());
  ChannelTeller after = teller(state);
  EXPECT_EQ(after.tell(), std::nullopt);
  EXPECT_EQ(state.heard, (Numbers{1, 2, 3}));
}

// Of the same channel, at another node.
TEST_F(Monitoring, WhatAnotherTellerHasToldIsNotToldAgain) {
  Channel::State state;
  ChannelTeller one = teller(state, {"a", "away"});
  ChannelTeller other = teller(state, {"a", "away"});
  EXPECT_EQ(one.tell(), std::nullopt);
  std::vector<ports::Write> writes{testing::add("t4"), testing::start(4), testing::die(4)};
  ASSERT_TRUE(store_.apply(writes));
  EXPECT_EQ(other.tell(), std::nullopt);
  EXPECT_EQ(one.tell(), std::nullopt);
  EXPECT_EQ(state.heard, (Numbers{1, 2, 3, 4}));
}

TEST_F(Monitoring, WhatAnotherChannelHasNotHeardIsKept) {
  Channel::State state;
  ChannelTeller one = teller(state, {"a", "b"});
  EXPECT_EQ(one.tell(), std::nullopt);
  EXPECT_EQ(kept(), 3U);
}

TEST_F(Monitoring, WhatIsReadAtOnceIsNotedInOneCommit) {
  Channel::State state;
  ChannelTeller one = teller(state);
  const std::uint64_t before = committer_.stats().commits;
  EXPECT_EQ(one.tell(), std::nullopt);
  EXPECT_EQ(committer_.stats().commits - before, 1U);
}

TEST_F(Monitoring, WhatWasToldBeforeAFailureIsNoted) {
  Channel::State state;
  state.answers = {std::nullopt, std::nullopt, base::ErrorCode::unavailable};
  ChannelTeller one = teller(state);
  EXPECT_EQ(one.tell(), ChannelTeller::kFirstPause);
  EXPECT_EQ(store_.told()->at("a"), 2U);
  EXPECT_EQ(kept(), 1U);
}

TEST_F(Monitoring, ADiskThatIsFullMeansThatItIsNotedLater) {
  Channel::State state;
  ChannelTeller one = teller(state);
  store_.fail_next({base::ErrorCode::unavailable, "full", {}});
  EXPECT_EQ(one.tell(), ChannelTeller::kFirstPause);
  EXPECT_EQ(kept(), 3U);
  EXPECT_EQ(one.tell(), std::nullopt);
  EXPECT_EQ(state.heard, (Numbers{1, 2, 3}));
  EXPECT_EQ(kept(), 0U);
  EXPECT_EQ(troubles_, std::vector<std::string>{});
}

TEST_F(Monitoring, ADeliveryThatAStopEndsIsNoFailureOfTheChannel) {
  Channel::State state;
  std::stop_source stop;
  state.before = [&] { stop.request_stop(); };
  state.answers = {base::ErrorCode::unavailable};
  ChannelTeller one = teller(state);
  one.tell(stop.get_token());
  EXPECT_EQ(troubles_, std::vector<std::string>{});
  EXPECT_EQ(kept(), 3U);
}

TEST_F(Monitoring, AStopIsHeardBetweenTwoNotices) {
  Channel::State state;
  std::stop_source stop;
  state.before = [&] { stop.request_stop(); };
  ChannelTeller one = teller(state);
  one.tell(stop.get_token());
  EXPECT_EQ(state.heard, Numbers{1});
  EXPECT_EQ(store_.told()->at("a"), 1U);
}

TEST_F(Monitoring, SaysHowManyNoticesWaitForEachChannel) {
  Channel::State well;
  Channel::State away;
  away.answers.assign(100, base::ErrorCode::unavailable);
  std::vector<MonitoredChannel> channels;
  channels.push_back({"a", std::make_unique<Channel>(well)});
  channels.push_back({"b", std::make_unique<Channel>(away)});
  Monitor monitor(std::move(channels), store_, committer_,
                  [](std::string_view, const ports::Notice&, const base::Error*, bool) {});
  while (monitor.waiting().value().at(0).notices > 0) std::this_thread::yield();
  const auto waiting = monitor.waiting().value();
  ASSERT_EQ(waiting.size(), 2U);
  EXPECT_EQ(waiting[0].channel, "a");
  EXPECT_EQ(waiting[1].channel, "b");
  EXPECT_EQ(waiting[1].notices, 3U);
}

// What another node had to tell, and never did.
TEST_F(Monitoring, ItsThreadsLookForWhatNobodyHasToldThemOf) {
  Channel::State state;
  std::vector<MonitoredChannel> channels;
  channels.push_back({"a", std::make_unique<Channel>(state)});
  {
    Monitor monitor(
        std::move(channels), store_, committer_,
        [](std::string_view, const ports::Notice&, const base::Error*, bool) {}, base::Millis(1));
    while (kept() > 0) std::this_thread::yield();
    std::vector<ports::Write> writes{testing::add("t4"), testing::start(4), testing::die(4)};
    ASSERT_TRUE(store_.apply(writes));
    while (kept() > 0) std::this_thread::yield();
  }
  EXPECT_EQ(state.heard, (Numbers{1, 2, 3, 4}));
}

TEST_F(Monitoring, ItsThreadsHearOfNewsAndEnd) {
  Channel::State state;
  std::vector<MonitoredChannel> channels;
  channels.push_back({"a", std::make_unique<Channel>(state)});
  {
    Monitor monitor(std::move(channels), store_, committer_,
                    [](std::string_view, const ports::Notice&, const base::Error*, bool) {});
    while (kept() > 0) std::this_thread::yield();
    std::vector<ports::Write> writes{testing::add("t4"), testing::start(4), testing::die(4)};
    ASSERT_TRUE(store_.apply(writes));
    monitor.wake();
    while (kept() > 0) std::this_thread::yield();
  }
  EXPECT_EQ(state.heard, (Numbers{1, 2, 3, 4}));
}

}  // namespace
}  // namespace ordo::app
