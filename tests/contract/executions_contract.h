// What every home of executions must make of their writes. Holds tests: one file of a program
// includes it. What must be read of them is in
// execution_reads_contract.h, what retention does with them in execution_expiry_contract.h.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "contract/execution_writes.h"
#include "contract/store_under_test.h"

namespace ordo::testing {

class ExecutionsContract : public ::testing::TestWithParam<StoreFactory> {
 protected:
  using Told = std::vector<std::string>;
  using Status = states::Status;
  static constexpr Status kFailures[] = {Status::failed, Status::timed_out, Status::stopped};

  Told apply(const std::vector<ports::Write>& writes) {
    const auto answers = home->store().apply(writes);
    if (!answers) return {"failed: " + answers.error().message};
    Told all;
    for (const ports::WriteAnswer& answer : *answers) all.push_back(told_of_executions(answer));
    return all;
  }
  ports::ExecutionReads& reads() { return home->execution_reads(); }
  std::optional<ports::ExecutionRecord> find(const std::string& id) {
    return reads().find(domain::ExecutionId(id)).value();
  }
  std::optional<ports::StoredExecution> load(std::uint64_t number) {
    return reads().load(domain::ExecutionNumber(number)).value();
  }
  Told frames(std::uint64_t number) { return told_of_frames(load(number).value()); }
  Told history(std::uint64_t number) { return walk_history(reads(), number); }
  static Told ids(const std::vector<ports::ExecutionRecord>& records) {
    Told all;
    for (const ports::ExecutionRecord& one : records) all.push_back(one.id.value());
    return all;
  }
  Told listed(const ports::ExecutionFilter& filter = {}, std::size_t limit = 100) {
    return ids(walk(reads(), filter, limit));
  }
  std::vector<ports::OpenExecution> open(std::uint64_t after = 0, std::size_t limit = 100) {
    return reads().open(domain::ExecutionNumber(after), limit).value();
  }
  Told open_ids(std::uint64_t after = 0, std::size_t limit = 100) {
    Told all;
    for (const ports::OpenExecution& one : open(after, limit)) all.push_back(one.id.value());
    return all;
  }
  ports::Expired expire(base::WallTime ended_before, ports::ExpiryBite bite = {100, 1 << 20}) {
    return home->store().expire({ended_before, at_ms(-1'000'000), at_ms(-1'000'000)}, bite).value();
  }

  std::unique_ptr<StoreUnderTest> home = GetParam().make();
};

TEST_P(ExecutionsContract, AnExecutionIsReadBackAsItWasStarted) {
  ports::StartExecution sent = begin("Grüße 1", with_frames(step(1, 2), {{0, "root"}}), "p-1",
                                     R"({"a":"世界\n"})" + std::string(9000, ' '), "{\"D\":1}");
  sent.record.parent = "p/outer.3.c0ffee";
  EXPECT_EQ(apply({sent, begin("b")}), (Told{"execution 1", "execution 2"}));
  for (const bool again : {false, true}) {
    if (again) home->reopen();
    EXPECT_EQ(open()[0].parent, sent.record.parent);
    EXPECT_EQ(open()[1].parent, std::nullopt);
    ports::ExecutionRecord expected = sent.record;
    expected.number = domain::ExecutionNumber(1);
    EXPECT_EQ(find("p-1/Grüße 1"), expected);
    const auto stored = load(1);
    ASSERT_TRUE(stored.has_value());
    EXPECT_EQ(stored->record, expected);
    EXPECT_EQ(stored->definition, "{\"D\":1}");
    EXPECT_EQ(stored->next_event, 3U);
    EXPECT_EQ(stored->deadline, std::nullopt);
    EXPECT_EQ(frames(1), Told{"0:root"});
    EXPECT_EQ(history(1), events(1, 2));
    EXPECT_EQ(find("P-1/Grüße 1"), std::nullopt);
    EXPECT_FALSE(load(3).has_value());
  }
}

TEST_P(ExecutionsContract, TheSameNameAndInputIsTheOneThatIsThereAsItIsNow) {
  apply({begin("a", with_frames(step(1), {{0, "kept"}}))});
  const ports::StartExecution again = begin("a", with_frames(step(1, 5), {{0, "x"}, {1, "y"}}), "p",
                                            "{}", "{\"another\":\"definition\"}");
  const auto known = [&] {
    const auto answers = home->store().apply(std::vector<ports::Write>{again});
    return std::get<ports::ExecutionKnown>(answers->front().value()).record;
  };
  EXPECT_EQ(known(), find("p/a"));
  EXPECT_EQ(history(1), events(1, 1)) << "nothing of it was written";
  EXPECT_EQ(frames(1), Told{"0:kept"});
  EXPECT_EQ(load(1)->definition, "{\"StartAt\":\"A\"}");
  apply({advance(1, ending(step(2)))});
  home->reopen();
  EXPECT_EQ(known().status, Status::succeeded);
  EXPECT_EQ(known(), find("p/a"));
  EXPECT_EQ(apply({begin("b")}), Told{"execution 2"}) << "no number was lost";
}

TEST_P(ExecutionsContract, TheSameNameWithAnotherInputConflicts) {
  apply({begin("a")});
  const auto before = find("p/a");
  EXPECT_EQ(apply({begin("a", step(1, 3), "p", "[]")}), Told{kConflict});
  EXPECT_EQ(find("p/a"), before);
  EXPECT_EQ(history(1), events(1, 1));
  EXPECT_EQ(listed(), Told{"p/a"});
}

TEST_P(ExecutionsContract, ANameIsItsPipelinesOwn) {
  EXPECT_EQ(apply({begin("a", step(1), "p"), begin("a", step(1), "q", "[]"),
                   begin("A", step(1), "p", "[]"), begin("a", step(1), "P", "[]")}),
            (Told{"execution 1", "execution 2", "execution 3", "execution 4"}));
}

TEST_P(ExecutionsContract, AWriteSeesThoseBeforeIt) {
  EXPECT_EQ(
      apply({begin("a"), begin("a"), begin("a", step(1), "p", "[]"), add("task"),
             advance(1, ending(step(2))), advance(1, step(3)), advance(2, step(2)), begin("b")}),
      (Told{"execution 1", "known 1", kConflict, "added 1", "noted", kConflict, kNotFound,
            "execution 2"}));
  EXPECT_EQ(find("p/a")->status, Status::succeeded);
  EXPECT_EQ(history(1), events(1, 2));
  EXPECT_EQ(listed(), (Told{"p/b", "p/a"}));
}

TEST_P(ExecutionsContract, DefinitionsAreEachExecutionsOwnThoughManyShareThem) {
  const std::string large(50'000, 'd');
  apply({begin("a", step(1), "p", "{}", large), begin("b", step(1), "q", "{}", large),
         begin("c", step(1), "p", "{}", large + "2")});
  home->reopen();
  apply({begin("d", step(1), "p", "{}", large + "2"), begin("e", step(1), "p", "{}", large)});
  EXPECT_EQ(load(1)->definition, large);
  EXPECT_EQ(load(2)->definition, large);
  EXPECT_EQ(load(3)->definition, large + "2");
  EXPECT_EQ(load(4)->definition, large + "2");
  EXPECT_EQ(load(5)->definition, large);
}

TEST_P(ExecutionsContract, AStepPutsReplacesAndRemovesFrames) {
  apply({begin("a", with_frames(step(1), {{0, "root"}, {1, "one"}, {2, "two"}})),
         begin("b", with_frames(step(1), {{0, "other"}}))});
  EXPECT_EQ(apply({advance(1, with_frames(step(2), {{7, "seven"}, {1, "ONE"}}, {2, 99}))}),
            Told{"noted"});
  const Told expected{"0:root", "1:ONE", "7:seven"};
  EXPECT_EQ(frames(1), expected);
  home->reopen();
  EXPECT_EQ(frames(1), expected);
  apply({advance(1, with_frames(step(3, 0), {}, {0, 1}))});
  EXPECT_EQ(frames(1), Told{"7:seven"});
  EXPECT_EQ(frames(2), Told{"0:other"});
  EXPECT_EQ(history(1), events(1, 2)) << "the last one had no events";
}

TEST_P(ExecutionsContract, AStepSaysWhenItsExecutionGoesOn) {
  ports::ExecutionStep sleeping = step(1);
  sleeping.wake = at_ms(9000);
  sleeping.idle = true;
  sleeping.deadline = at_ms(99'000);
  apply({begin("a", sleeping), begin("b")});
  for (const bool again : {false, true}) {
    if (again) home->reopen();
    ASSERT_EQ(open_ids(), (Told{"p/a", "p/b"}));
    EXPECT_EQ(open()[0].number, domain::ExecutionNumber(1));
    EXPECT_EQ(open()[0].wake, at_ms(9000));
    EXPECT_TRUE(open()[0].idle);
    EXPECT_EQ(load(1)->deadline, at_ms(99'000));
    EXPECT_EQ(open()[1].wake, std::nullopt);
    EXPECT_FALSE(open()[1].idle);
    EXPECT_EQ(load(2)->deadline, std::nullopt);
  }
  apply({advance(1, step(2, 3)), advance(2, sleeping)});
  EXPECT_EQ(open()[0].wake, std::nullopt);
  EXPECT_FALSE(open()[0].idle);
  EXPECT_EQ(load(1)->deadline, std::nullopt);
  EXPECT_EQ(load(1)->next_event, 5U);
  EXPECT_EQ(open()[1].wake, at_ms(9000));
}

TEST_P(ExecutionsContract, AStepOfNoneIsNotFound) {
  EXPECT_EQ(
      apply({advance(1, step(1)), advance(7, ending(step(1))), advance(1, redriving(step(1)))}),
      (Told{kNotFound, kNotFound, kNotFound}));
  EXPECT_EQ(history(1), Told{});
  EXPECT_EQ(listed(), Told{});
}

TEST_P(ExecutionsContract, AnExecutionEndsWithWhatItsLastStepSays) {
  std::uint64_t number = 0;
  for (const Status status :
       {Status::succeeded, Status::failed, Status::timed_out, Status::stopped}) {
    ++number;
    ports::ExecutionStep first = with_frames(step(1), {{0, "root"}, {1, "one"}, {2, "two"}});
    first.deadline = at_ms(4000);
    ports::ExecutionStep last = with_frames(step(2, 2), {{0, "ROOT"}, {3, "three"}}, {2});
    last.end = ports::ExecutionStep::End{status, "\"out\"", "E.r", "why?", at_ms(600)};
    if (status != Status::succeeded) last.end->output.clear();
    const std::string name = std::to_string(number);
    apply({begin(name, first), begin("other " + name, with_frames(step(1), {{0, "theirs"}}))});
    EXPECT_EQ(apply({advance(number, last)}), Told{"noted"});
    for (const bool again : {false, true}) {
      if (again) home->reopen();
      ports::ExecutionRecord expected = begin(name).record;
      expected.number = domain::ExecutionNumber(number);
      expected.status = status;
      expected.stopped_at = at_ms(600);
      if (status == Status::succeeded) expected.output = "\"out\"";
      expected.error = "E.r";
      expected.cause = "why?";
      EXPECT_EQ(find("p/" + name), expected);
      EXPECT_EQ(load(number)->record, expected);
      EXPECT_EQ(load(number)->next_event, 4U);
      EXPECT_EQ(load(number)->deadline, std::nullopt) << "it does not go on";
      EXPECT_EQ(frames(number),
                status == Status::succeeded ? Told{} : (Told{"0:ROOT", "1:one", "3:three"}));
      EXPECT_EQ(history(number), events(1, 3));
      EXPECT_EQ(open_ids(number - 1, 1), Told{"p/other " + name});
    }
    ++number;
    EXPECT_EQ(frames(number), Told{"0:theirs"});
  }
}

TEST_P(ExecutionsContract, WhatAnEndDoesNotSayIsAbsent) {
  apply({begin("a"), begin("b")});
  ports::ExecutionStep last = step(2);
  last.end = ports::ExecutionStep::End{Status::failed, "", "", "", at_ms(1)};
  apply({advance(1, last)});
  EXPECT_EQ(find("p/a")->status, Status::failed);
  EXPECT_EQ(find("p/a")->output, std::nullopt);
  EXPECT_EQ(find("p/a")->error, std::nullopt);
  EXPECT_EQ(find("p/a")->cause, std::nullopt);
}

TEST_P(ExecutionsContract, AnExecutionMayEndWithItsFirstStep) {
  EXPECT_EQ(apply({begin("a", with_frames(ending(step(1, 3)), {{0, "root"}})),
                   begin("b", with_frames(ending(step(1, 2), Status::failed), {{0, "root"}}))}),
            (Told{"execution 1", "execution 2"}));
  home->reopen();
  EXPECT_EQ(find("p/a")->status, Status::succeeded);
  EXPECT_EQ(find("p/a")->output, "[1]");
  EXPECT_EQ(frames(1), Told{});
  EXPECT_EQ(find("p/b")->status, Status::failed);
  EXPECT_EQ(find("p/b")->error, "E");
  EXPECT_EQ(frames(2), Told{"0:root"});
  EXPECT_EQ(load(2)->next_event, 3U);
  EXPECT_EQ(open_ids(), Told{});
  EXPECT_EQ(history(1), events(1, 3));
}

TEST_P(ExecutionsContract, OneThatHasEndedGoesNoFurther) {
  std::uint64_t number = 0;
  for (const Status status :
       {Status::succeeded, Status::failed, Status::timed_out, Status::stopped}) {
    apply({begin(std::to_string(++number), with_frames(ending(step(1, 2), status), {{0, "r"}}))});
    const auto before = load(number);
    EXPECT_EQ(apply({advance(number, with_frames(step(3), {{5, "five"}}, {0})),
                     advance(number, ending(step(3), Status::stopped, at_ms(9999)))}),
              (Told{kConflict, kConflict}));
    EXPECT_EQ(load(number)->record, before->record);
    EXPECT_EQ(load(number)->next_event, 3U);
    EXPECT_EQ(frames(number), told_of_frames(*before));
    EXPECT_EQ(history(number), events(1, 2));
    EXPECT_EQ(open_ids(), Told{});
  }
}

TEST_P(ExecutionsContract, OneThatHasNotFailedIsNotRedriven) {
  apply({begin("runs"), begin("done", ending(step(1)))});
  EXPECT_EQ(apply({advance(1, redriving(step(2))), advance(2, redriving(step(2)))}),
            (Told{kConflict, kConflict}));
  EXPECT_EQ(find("p/runs")->redrives, 0U);
  EXPECT_EQ(find("p/done")->status, Status::succeeded);
  EXPECT_EQ(find("p/done")->redriven_at, std::nullopt);
  EXPECT_EQ(history(1), events(1, 1));
  EXPECT_EQ(history(2), events(1, 1));
}

TEST_P(ExecutionsContract, OneThatFailedIsRedrivenAndRunsAgain) {
  std::uint64_t number = 0;
  for (const Status status : kFailures) {
    const std::string name = std::to_string(++number);
    apply({begin(name, with_frames(step(1), {{0, "root"}, {1, "failed"}})),
           advance(number, ending(step(2), status))});
    ports::ExecutionStep again = with_frames(redriving(step(3, 2)), {{0, "ROOT"}}, {1});
    again.deadline = at_ms(50'000);
    again.wake = at_ms(8000);
    EXPECT_EQ(apply({advance(number, again)}), Told{"noted"});
    for (const bool reopened : {false, true}) {
      if (reopened) home->reopen();
      ports::ExecutionRecord expected = begin(name).record;
      expected.number = domain::ExecutionNumber(number);
      expected.redrives = 1;
      expected.redriven_at = at_ms(700);
      EXPECT_EQ(find("p/" + name), expected) << "running, and nothing of how it had ended";
      EXPECT_EQ(open_ids(number - 1), Told{"p/" + name});
      EXPECT_EQ(open(number - 1)[0].wake, at_ms(8000));
      EXPECT_EQ(load(number)->next_event, 5U);
      EXPECT_EQ(load(number)->deadline, at_ms(50'000));
      EXPECT_EQ(frames(number), Told{"0:ROOT"});
      EXPECT_EQ(history(number), events(1, 4));
    }
    EXPECT_EQ(apply({advance(number, redriving(step(5), 2))}), Told{kConflict});
    EXPECT_EQ(apply({advance(number, ending(step(5), status)),
                     advance(number, redriving(step(6), 2, at_ms(900))),
                     advance(number, ending(step(7)))}),
              (Told{"noted", "noted", "noted"}));
    EXPECT_EQ(find("p/" + name)->redrives, 2U);
    EXPECT_EQ(find("p/" + name)->redriven_at, at_ms(900));
    EXPECT_EQ(find("p/" + name)->status, Status::succeeded);
    EXPECT_EQ(find("p/" + name)->error, std::nullopt);
    EXPECT_EQ(frames(number), Told{});
    EXPECT_EQ(history(number), events(1, 7));
    EXPECT_EQ(load(number)->next_event, 8U);
  }
}

TEST_P(ExecutionsContract, ARedriveMayFailWithItsFirstStep) {
  apply({begin("a", ending(step(1), Status::stopped, at_ms(10)))});
  EXPECT_EQ(apply({advance(1, ending(redriving(step(2)), Status::timed_out, at_ms(20)))}),
            Told{"noted"});
  home->reopen();
  EXPECT_EQ(find("p/a")->status, Status::timed_out);
  EXPECT_EQ(find("p/a")->stopped_at, at_ms(20));
  EXPECT_EQ(find("p/a")->redrives, 1U);
  EXPECT_EQ(open_ids(), Told{});
  EXPECT_EQ(history(1), events(1, 2));
}

TEST_P(ExecutionsContract, AStepThatIsWrittenAgainChangesNothing) {
  const ports::ExecutionStep second = with_frames(step(2, 3), {{0, "ROOT"}, {4, "four"}}, {1});
  apply({begin("a", with_frames(step(1), {{0, "root"}, {1, "one"}}))});
  EXPECT_EQ(apply({advance(1, second), advance(1, second)}), (Told{"noted", "noted"}));
  home->reopen();
  EXPECT_EQ(apply({advance(1, second)}), Told{"noted"});
  EXPECT_EQ(history(1), events(1, 4));
  EXPECT_EQ(frames(1), (Told{"0:ROOT", "4:four"}));
  EXPECT_EQ(load(1)->next_event, 5U);
  EXPECT_EQ(apply({advance(1, step(5))}), Told{"noted"});
  EXPECT_EQ(history(1), events(1, 5)) << "the next one follows";

  const ports::Write last = advance(1, ending(step(6), Status::failed));
  EXPECT_EQ(apply({last, last}), (Told{"noted", kConflict}));
  const ports::Write redrive = advance(1, redriving(step(7)));
  EXPECT_EQ(apply({redrive, redrive}), (Told{"noted", kConflict}));
  EXPECT_EQ(find("p/a")->redrives, 1U);
  EXPECT_EQ(history(1), events(1, 7));
}

TEST_P(ExecutionsContract, FiringsAreKeptOnePerPipelineTheLatestNoted) {
  using Firings = ports::NotedFirings;
  const domain::PipelineName p("p");
  const domain::PipelineName q("q é");
  EXPECT_EQ(reads().firings().value(), Firings{});
  EXPECT_EQ(apply({ports::NoteFiring{p, at_ms(10)}, ports::NoteFiring{q, at_ms(5)},
                   ports::NoteFiring{p, at_ms(30), "rate(1 hour)"}}),
            (Told{"noted", "noted", "noted"}));
  EXPECT_EQ(reads().firings().value(),
            (Firings{{p, {at_ms(30), "rate(1 hour)"}}, {q, {at_ms(5)}}}));
  home->reopen();
  apply({ports::NoteFiring{p, at_ms(20)}});
  EXPECT_EQ(reads().firings().value(), (Firings{{p, {at_ms(20)}}, {q, {at_ms(5)}}}))
      << "a clock may have been set back";
}

TEST_P(ExecutionsContract, PausesAreKeptUntilTheyAreTakenBack) {
  const auto paused = [&] {
    Told names;
    const auto kept = reads().paused_pipelines().value();
    for (const domain::PipelineName& name : kept) names.push_back(name.value());
    std::ranges::sort(names);
    return names;
  };
  const auto pause = [](const std::string& name, bool on) {
    return ports::PausePipeline{domain::PipelineName(name), on};
  };
  EXPECT_EQ(apply({pause("q", true), pause("p", true), pause("p", true), pause("r", false)}),
            (Told{"noted", "noted", "noted", "noted"}));
  EXPECT_EQ(paused(), (Told{"p", "q"}));
  home->reopen();
  EXPECT_EQ(paused(), (Told{"p", "q"}));
  apply({pause("p", false)});
  home->reopen();
  EXPECT_EQ(paused(), Told{"q"});
}

}  // namespace ordo::testing
