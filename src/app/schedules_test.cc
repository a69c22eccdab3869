#include "app/schedules.h"

#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/iso8601.h"
#include "support/time_zones.h"

namespace ordo::app {
namespace {

using base::Millis;
using base::WallTime;
using domain::MissedFirings;
using domain::PipelineName;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using testing::utc_time;

const WallTime kNoon = utc_time("2026-11-21T12:00:00Z");
const PipelineName kPipelineName("p");

class SchedulesTest : public ::testing::Test {
 protected:
  struct Rules {
    Millis jitter{0};
    MissedFirings missed = MissedFirings::skip;
  };
  void define(const std::string& schedule, Rules rules,
              const domain::TimeZone& zone = domain::utc(),
              const PipelineName& name = kPipelineName) {
    auto parsed = domain::Schedule::parse(schedule, zone, WallTime());
    ASSERT_TRUE(parsed) << parsed.error().message;
    pipelines_[name] = {name, nullptr, Timetable{std::move(*parsed), rules.jitter, rules.missed}};
  }
  void define(const std::string& schedule) { define(schedule, {}); }

  // A new process, at `clock_`: it knows what the one before noted.
  void boot() {
    schedules_.emplace(pipelines_);
    for (const ports::NoteFiring& note : schedules_->begin(noted_, clock_)) keep(note);
  }
  void boot(WallTime at) {
    clock_ = at;
    boot();
  }

  // What fires at this moment, with its pipeline when there are several, in the order told.
  std::vector<std::string> look() {
    std::vector<std::string> told;
    for (;;) {
      const auto firings = schedules_->due(clock_);
      if (firings.empty()) return told;
      for (const Schedules::Firing& firing : firings) {
        keep({firing.pipeline, firing.at, schedules_->schedule_of(firing.pipeline)});
        const std::string who = pipelines_.size() > 1 ? firing.pipeline.value() + " " : "";
        told.push_back(who + base::format_time(firing.at).substr(11, 8));
      }
    }
  }
  std::vector<std::string> look(WallTime at) {
    clock_ = at;
    return look();
  }
  // What fires until `end` while somebody looks whenever there is something to see.
  std::vector<std::string> pass(WallTime end) {
    std::vector<std::string> told;
    for (;;) {
      for (std::string& one : look()) told.push_back(std::move(one));
      const auto next = schedules_->next();
      if (!next || *next > end) break;
      EXPECT_GT(*next, clock_);
      clock_ = *next;
    }
    clock_ = end;
    return told;
  }

  void pause() { schedules_->pause(kPipelineName, true); }
  void resume() {
    if (const auto counts = schedules_->resuming(kPipelineName, clock_))
      keep({kPipelineName, *counts, schedules_->schedule_of(kPipelineName)});
    schedules_->pause(kPipelineName, false);
  }

  using Told = std::vector<std::string>;
  Pipelines pipelines_;
  void keep(const ports::NoteFiring& note) { noted_[note.pipeline] = {note.at, note.schedule}; }

  ports::NotedFirings noted_;
  WallTime clock_ = kNoon;
  std::optional<Schedules> schedules_;
};

TEST_F(SchedulesTest, ARateFiresInOrderAndOnceEach) {
  define("rate(20 seconds)");
  boot(kNoon + seconds(1));
  EXPECT_EQ(schedules_->next(), kNoon + seconds(20));
  EXPECT_EQ(look(kNoon + seconds(20) - Millis(1)), Told{});
  EXPECT_EQ(look(kNoon + seconds(20)), Told{"12:00:20"});
  EXPECT_EQ(look(), Told{});
  EXPECT_EQ(pass(kNoon + minutes(1)), (Told{"12:00:40", "12:01:00"}));
}

TEST_F(SchedulesTest, ACronFiresWhenItsFieldsSay) {
  define("cron(15,45 12-13 * * ? *)");
  boot();
  EXPECT_EQ(pass(kNoon + hours(24)), (Told{"12:15:00", "12:45:00", "13:15:00", "13:45:00"}));
  EXPECT_EQ(pass(kNoon + hours(25)), (Told{"12:15:00", "12:45:00"}));
}

TEST_F(SchedulesTest, AnAtFiresOnceAndNeverAgain) {
  for (const MissedFirings missed : {MissedFirings::skip, MissedFirings::once}) {
    noted_.clear();
    define("at(2026-11-21T12:30:00)", {.missed = missed});
    boot(kNoon);
    EXPECT_EQ(pass(kNoon + hours(1)), Told{"12:30:00"});
    EXPECT_EQ(schedules_->next(), std::nullopt);
    boot();
    EXPECT_EQ(schedules_->next(kPipelineName), std::nullopt);
    EXPECT_EQ(pass(kNoon + hours(9000)), Told{});
  }
}

TEST_F(SchedulesTest, AnAtThatIsOverWhenItIsFirstSeenNeverFires) {
  define("at(2026-11-21T11:30:00)", {.missed = MissedFirings::once});
  boot();
  EXPECT_EQ(pass(kNoon + hours(1)), Told{});
}

TEST_F(SchedulesTest, ANewScheduleCountsFromItsFirstStart) {
  define("rate(1 hour)", {.missed = MissedFirings::once});
  schedules_.emplace(pipelines_);
  const auto fresh = schedules_->begin({}, kNoon);
  ASSERT_EQ(fresh.size(), 1U);
  EXPECT_EQ(fresh[0].pipeline, kPipelineName);
  EXPECT_EQ(fresh[0].at, kNoon);
  EXPECT_EQ(fresh[0].schedule, "rate(1 hour) UTC");
  EXPECT_EQ(look(), Told{});
  // One that was noted before schedules were, as well.
  for (const char* schedule : {"rate(1 hour) UTC", ""}) {
    schedules_.emplace(pipelines_);
    EXPECT_TRUE(
        schedules_->begin({{kPipelineName, {kNoon, schedule}}}, kNoon + minutes(90)).empty());
    EXPECT_EQ(look(kNoon + minutes(90)), Told{"13:00:00"});
  }
}

TEST_F(SchedulesTest, AnotherScheduleHasMissedNothing) {
  define("rate(1 hour)", {.missed = MissedFirings::once});
  boot();
  define("rate(10 minutes)", {.missed = MissedFirings::once});
  boot(kNoon + minutes(90));
  EXPECT_EQ(look(), Told{});
  EXPECT_EQ(pass(kNoon + minutes(100)), Told{"13:40:00"});
}

TEST_F(SchedulesTest, OneThatComesBackHasMissedNothing) {
  define("rate(1 hour)", {.missed = MissedFirings::once});
  boot();
  pipelines_.clear();
  boot(kNoon + minutes(30));
  define("rate(1 hour)", {.missed = MissedFirings::once});
  boot(kNoon + minutes(150));
  EXPECT_EQ(look(), Told{});
  EXPECT_EQ(pass(kNoon + hours(3)), Told{"15:00:00"});
}

TEST_F(SchedulesTest, SkipForgetsWhatCameDueWhileNobodyWasThere) {
  define("rate(1 hour)");
  boot();
  EXPECT_EQ(pass(kNoon + hours(1)), Told{"13:00:00"});
  boot(kNoon + hours(4) + Millis(1));
  EXPECT_EQ(look(), Told{});
  EXPECT_EQ(pass(kNoon + hours(5)), Told{"17:00:00"});
}

TEST_F(SchedulesTest, OnceMakesUpForTheLatestAndGoesOn) {
  define("rate(1 hour)", {.missed = MissedFirings::once});
  boot();
  EXPECT_EQ(pass(kNoon + hours(1)), Told{"13:00:00"});
  boot(kNoon + hours(4) + minutes(10));
  EXPECT_EQ(look(), Told{"16:00:00"});
  boot();
  EXPECT_EQ(look(), Told{});
  EXPECT_EQ(pass(kNoon + hours(6)), (Told{"17:00:00", "18:00:00"}));
}

TEST_F(SchedulesTest, OnceMakesUpForNothingThatHasFired) {
  define("rate(1 hour)", {.missed = MissedFirings::once});
  boot();
  EXPECT_EQ(pass(kNoon + hours(1)), Told{"13:00:00"});
  boot(kNoon + hours(1) + minutes(59));
  EXPECT_EQ(look(), Told{});
}

TEST_F(SchedulesTest, AFiringThatIsDueAtTheVeryStartIsNotMissed) {
  define("rate(1 hour)");
  boot(kNoon + minutes(1));
  boot(kNoon + hours(1));
  EXPECT_EQ(look(), Told{"13:00:00"});
}

TEST_F(SchedulesTest, AShortDelayLosesNoFiring) {
  define("rate(1 second)");
  boot();
  EXPECT_EQ(look(kNoon + Millis(1999)), Told{"12:00:01"});
  EXPECT_EQ(look(kNoon + Millis(3000)), (Told{"12:00:02", "12:00:03"}));
}

// Of skip it is the one that was awaited, as it would have been without the delay.
TEST_F(SchedulesTest, AProcessThatStoodStillStartsOneOfWhatItMissed) {
  define("rate(1 hour)");
  boot();
  EXPECT_EQ(look(kNoon + hours(4) + minutes(10)), Told{"13:00:00"});
  EXPECT_EQ(pass(kNoon + hours(5)), Told{"17:00:00"});
  noted_.clear();
  define("rate(1 hour)", {.missed = MissedFirings::once});
  boot(kNoon);
  EXPECT_EQ(look(kNoon + hours(4) + minutes(10)), Told{"16:00:00"});
  EXPECT_EQ(pass(kNoon + hours(5)), Told{"17:00:00"});
}

TEST_F(SchedulesTest, AClockThatIsSetBackFiresNothingTwice) {
  for (const MissedFirings missed : {MissedFirings::skip, MissedFirings::once}) {
    noted_.clear();
    define("rate(1 hour)", {.missed = missed});
    boot(kNoon);
    EXPECT_EQ(pass(kNoon + hours(3)), (Told{"13:00:00", "14:00:00", "15:00:00"}));
    clock_ = kNoon;
    EXPECT_EQ(pass(kNoon + hours(3)), Told{});
    boot(kNoon);
    EXPECT_EQ(pass(kNoon + hours(4)), Told{"16:00:00"});
    clock_ = kNoon;
    pause();
    resume();
    boot();
    EXPECT_EQ(pass(kNoon + hours(5)), Told{"17:00:00"});
  }
}

TEST_F(SchedulesTest, WhatFallsIntoAPauseIsGone) {
  for (const MissedFirings missed : {MissedFirings::skip, MissedFirings::once}) {
    noted_.clear();
    define("rate(1 hour)", {.missed = missed});
    boot(kNoon);
    pause();
    EXPECT_EQ(schedules_->next(), std::nullopt);
    EXPECT_EQ(schedules_->next(kPipelineName), std::nullopt);
    EXPECT_EQ(pass(kNoon + hours(3) + minutes(5)), Told{});
    resume();
    EXPECT_EQ(look(), Told{});
    EXPECT_EQ(schedules_->next(kPipelineName), kNoon + hours(4));
    EXPECT_EQ(pass(kNoon + hours(4)), Told{"16:00:00"});
  }
}

TEST_F(SchedulesTest, WhatFellIntoAPauseIsGoneAfterARestartToo) {
  define("rate(1 hour)", {.missed = MissedFirings::once});
  boot();
  pause();
  clock_ = kNoon + minutes(90);
  resume();
  boot(kNoon + minutes(100));
  EXPECT_EQ(look(), Told{});
  boot(kNoon + minutes(130));
  EXPECT_EQ(look(), Told{"14:00:00"});
}

TEST_F(SchedulesTest, AFiringOfThePauseIsGoneWhenARestartWasPartOfIt) {
  define("rate(1 hour)", {.missed = MissedFirings::once});
  boot();
  boot(kNoon + minutes(70));
  pause();
  EXPECT_EQ(look(kNoon + minutes(80)), Told{});
  resume();
  EXPECT_EQ(look(), Told{});
  EXPECT_EQ(pass(kNoon + hours(2)), Told{"14:00:00"});
}

TEST_F(SchedulesTest, WhatComesDueWhileAPauseEndsCounts) {
  define("rate(1 hour)");
  boot();
  pause();
  EXPECT_EQ(schedules_->resuming(kPipelineName, kNoon + minutes(59)), kNoon + minutes(59));
  EXPECT_EQ(look(kNoon + hours(1)), Told{});
  schedules_->pause(kPipelineName, false);
  EXPECT_EQ(look(), Told{"13:00:00"});
}

TEST_F(SchedulesTest, TheEndOfNoPauseChangesNothing) {
  define("rate(1 hour)");
  boot();
  clock_ = kNoon + hours(1);
  EXPECT_EQ(schedules_->resuming(kPipelineName, clock_), std::nullopt);
  EXPECT_EQ(look(), Told{"13:00:00"});
  EXPECT_EQ(schedules_->resuming(PipelineName("other"), clock_), std::nullopt);
}

TEST_F(SchedulesTest, PipelinesFireByThemselvesAndInTheOrderOfTime) {
  define("rate(2 hours)", {}, domain::utc(), PipelineName("a"));
  define("rate(1 hour)", {}, domain::utc(), PipelineName("b"));
  pipelines_[PipelineName("c")] = {PipelineName("c"), nullptr, {}};
  boot();
  EXPECT_EQ(look(kNoon + hours(2)), (Told{"b 13:00:00", "a 14:00:00", "b 14:00:00"}));
  schedules_->pause(PipelineName("a"), true);
  EXPECT_EQ(pass(kNoon + hours(4)), (Told{"b 15:00:00", "b 16:00:00"}));
  EXPECT_EQ(schedules_->next(PipelineName("c")), std::nullopt);
  schedules_->end();
  EXPECT_EQ(schedules_->next(), std::nullopt);
  EXPECT_EQ(look(kNoon + hours(9)), Told{});
}

TEST_F(SchedulesTest, JitterStaysInItsWindowAndOutlivesARestart) {
  define("rate(1 hour)", {.jitter = minutes(20)});
  boot();
  std::vector<WallTime> due;
  for (int i = 1; i <= 20; ++i) {
    const WallTime firing = kNoon + hours(i);
    due.push_back(*schedules_->next());
    EXPECT_GE(due.back(), firing);
    EXPECT_LT(due.back(), firing + minutes(20));
    EXPECT_EQ(pass(firing + minutes(30)).size(), 1U);
  }
  EXPECT_NE(due[0] - kNoon, due[1] - kNoon - hours(1));
  noted_.clear();
  boot(kNoon);
  for (const WallTime moment : due) {
    // Both before and after the firing's own time.
    boot(moment - minutes(20));
    boot(moment - Millis(1));
    EXPECT_EQ(schedules_->next(), moment);
    EXPECT_EQ(look(), Told{});
    EXPECT_EQ(look(moment).size(), 1U);
    boot();
    EXPECT_EQ(look(), Told{});
  }
}

TEST_F(SchedulesTest, AFiringIsMissedByItsMomentNotByItsTime) {
  define("rate(1 hour)", {.jitter = minutes(20)});
  boot();
  const WallTime moment = *schedules_->next();
  boot(moment + Millis(1));
  EXPECT_EQ(look(), Told{});
  define("rate(1 hour)", {minutes(20), MissedFirings::once});
  boot(moment - Millis(1));
  EXPECT_EQ(look(), Told{});
  boot(moment + Millis(1));
  EXPECT_EQ(look(), Told{"13:00:00"});
}

TEST_F(SchedulesTest, JitterThatIsLongerThanTheRateLosesAndRepeatsNothing) {
  define("rate(1 minute)", {.jitter = minutes(10)});
  boot();
  Told told = pass(kNoon + hours(1));
  const std::size_t before = told.size();
  boot();
  for (std::string& one : pass(kNoon + hours(2))) told.push_back(std::move(one));
  ASSERT_GE(told.size(), 110U);
  EXPECT_GE(before, 50U);
  for (std::size_t i = 0; i < told.size(); ++i) {
    const WallTime firing = kNoon + minutes(i + 1);
    EXPECT_EQ(told[i], base::format_time(firing).substr(11, 8));
  }
}

TEST_F(SchedulesTest, APauseTakesWhatComesDueInItByItsMoment) {
  define("rate(1 hour)", {minutes(20), MissedFirings::once});
  boot();
  const WallTime moment = *schedules_->next();
  ASSERT_GT(moment, kNoon + hours(1));
  pause();
  clock_ = moment - Millis(1);
  resume();
  boot();
  EXPECT_EQ(look(moment), Told{"13:00:00"});
}

TEST_F(SchedulesTest, InSpringASkippedTimeDoesNotFireAndInAutumnARepeatedOneFiresOnce) {
  const domain::TransitionZone zone = testing::berlin();
  define("cron(30 2 * * ? *)", {.missed = MissedFirings::once}, zone);
  boot(utc_time("2026-03-28T00:00:00Z"));
  EXPECT_EQ(pass(utc_time("2026-03-28T23:00:00Z")), Told{"01:30:00"});
  EXPECT_EQ(pass(utc_time("2026-03-29T23:00:00Z")), Told{});
  EXPECT_EQ(pass(utc_time("2026-03-30T23:00:00Z")), Told{"00:30:00"});
  boot(utc_time("2026-10-24T23:00:00Z"));
  EXPECT_EQ(look(), Told{"00:30:00"});
  EXPECT_EQ(pass(utc_time("2026-10-25T00:30:00Z")), Told{"00:30:00"});
  boot(utc_time("2026-10-25T01:30:00Z"));
  EXPECT_EQ(pass(utc_time("2026-10-25T23:00:00Z")), Told{});
  EXPECT_EQ(pass(utc_time("2026-10-26T23:00:00Z")), Told{"01:30:00"});
}

}  // namespace
}  // namespace ordo::app
