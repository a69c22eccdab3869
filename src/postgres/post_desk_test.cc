#include "postgres/post_desk.h"

#include <gtest/gtest.h>
#include <poll.h>

#include <chrono>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "support/fake_clock.h"

namespace ordo::postgres {
namespace {

using base::ErrorCode;
using ports::Peers;
using testing::FakeClock;

class PostDesks : public ::testing::Test {
 protected:
  std::shared_ptr<PostDesk> desk(PostLimits limits = {}) {
    auto made = std::make_shared<PostDesk>(
        ports::PeerEars{.on_question =
                            [this](const std::string& question, Peers::Answer answer) {
                              told.push_back("? " + question);
                              answers.push_back(std::move(answer));
                            },
                        .on_news = [this](const std::string& /*from*/,
                                          const std::string& news) { told.push_back(news); },
                        .on_missed = [this] { told.emplace_back("missed"); }},
        limits, clock);
    made->be("me");
    made->tell();
    told.clear();
    made->see_wake();
    return made;
  }
  void ask(PostDesk& of, const std::string& whom, const std::string& question,
           base::Millis bound = base::Millis(100)) {
    of.ask(Peers::Node{whom}, question, bound, [this, question](base::Result<std::string> said) {
      told.push_back(question + (said
                                     ? " " + *said
                                     : " !" + std::to_string(static_cast<int>(said.error().code))));
    });
  }
  static std::string refused(const std::string& question, ErrorCode code) {
    return question + " !" + std::to_string(static_cast<int>(code));
  }
  static bool is_woken(PostDesk& desk) {
    pollfd wake{desk.wake(), POLLIN, 0};
    return ::poll(&wake, 1, 0) == 1;
  }
  std::vector<std::string> tell(PostDesk& desk) {
    told.clear();
    desk.tell();
    return told;
  }
  static Received answer(std::uint64_t question, const std::string& said) {
    return {2, "you", question, 0, said};
  }

  using Told = std::vector<std::string>;
  FakeClock clock;
  Told told;
  std::vector<Peers::Answer> answers;
};

TEST_F(PostDesks, AQuestionIsAnsweredOnceAndOnlyWithinItsTime) {
  const auto me = desk();
  ask(*me, "you", "a");
  ask(*me, "you", "b");
  EXPECT_TRUE(is_woken(*me));
  Parcel parcel = me->collect();
  ASSERT_EQ(parcel.letters.size(), 2U);
  const std::uint64_t a = parcel.letters[0].question;
  const std::uint64_t b = parcel.letters[1].question;
  me->note_sent(std::move(parcel), {"you", "you"});
  EXPECT_EQ(tell(*me), Told{});
  me->hand_over("me", {answer(b, "yes"), answer(b, "again"), answer(b + 1, "never asked")});
  EXPECT_EQ(tell(*me), Told{"b yes"});
  clock.advance(std::chrono::milliseconds(99));
  EXPECT_EQ(me->tell(), clock.mono() + base::Millis(1));
  clock.advance(std::chrono::milliseconds(1));
  EXPECT_EQ(tell(*me), Told{refused("a", ErrorCode::unavailable)});
  me->hand_over("me", {answer(a, "too late")});
  EXPECT_EQ(tell(*me), Told{});
}

TEST_F(PostDesks, WhatWasNotSentIsRefusedUnlessItMayHaveBeen) {
  const auto me = desk();
  ask(*me, "you", "a");
  me->note_unsent(me->collect(), "no", false);
  EXPECT_EQ(tell(*me), Told{refused("a", ErrorCode::unavailable)});
  ask(*me, "you", "b");
  me->note_unsent(me->collect(), "perhaps", true);
  EXPECT_EQ(tell(*me), Told{});
  EXPECT_TRUE(me->collect().letters.empty()) << "asked twice";
  ask(*me, "you", "c");
  me->refuse_unsent("away");
  EXPECT_EQ(tell(*me), Told{refused("c", ErrorCode::unavailable)});
  EXPECT_TRUE(me->collect().letters.empty());
}

TEST_F(PostDesks, WhatIsNotSentInTimeIsNotSentAtAll) {
  const auto me = desk();
  ask(*me, "you", "a");
  clock.advance(std::chrono::seconds(1));
  EXPECT_EQ(tell(*me), Told{refused("a", ErrorCode::unavailable)});
  EXPECT_TRUE(me->collect().letters.empty());
}

TEST_F(PostDesks, AnAnswerIsSentAgainAFewTimesWhateverBecameOfIt) {
  const auto me = desk();
  me->hand_over("me", {{1, "you", 7, 0, "well?"}});
  EXPECT_EQ(tell(*me), Told{"? well?"});
  answers[0]("yes");
  me->refuse_unsent("away");
  int times = 0;
  for (Parcel parcel = me->collect(); !parcel.letters.empty(); parcel = me->collect()) {
    EXPECT_EQ(parcel.letters[0].body, "yes");
    EXPECT_EQ(parcel.letters[0].question, 7U);
    me->note_unsent(std::move(parcel), "no", true);
    ++times;
  }
  EXPECT_EQ(times, 5);
}

TEST_F(PostDesks, NewsThatMayNotHaveComeAreOwedAWord) {
  const auto me = desk();
  const auto kinds = [](const Parcel& parcel) {
    std::vector<Letter::Kind> all;
    for (const Letter& letter : parcel.letters) all.push_back(letter.kind);
    return all;
  };
  using Kinds = std::vector<Letter::Kind>;
  me->tell_all("one");
  Parcel parcel = me->collect();
  EXPECT_EQ(kinds(parcel), Kinds{Letter::Kind::news});
  me->note_unsent(std::move(parcel), "perhaps", true);
  me->tell_all("two");
  parcel = me->collect();
  EXPECT_EQ(kinds(parcel), (Kinds{Letter::Kind::missed, Letter::Kind::news}));
  me->note_sent(std::move(parcel), {std::nullopt, std::nullopt});
  EXPECT_TRUE(me->collect().letters.empty());
  me->tell_all("three");
  me->refuse_unsent("away");
  me->be("");
  EXPECT_TRUE(me->collect().letters.empty()) << "nobody says nothing";
  me->be("me, too");
  EXPECT_EQ(kinds(me->collect()), Kinds{Letter::Kind::missed});
}

TEST_F(PostDesks, WhatWasSaidUnderAnotherNameIsNobodys) {
  const auto me = desk();
  ask(*me, "you", "a");
  me->hand_over("me", {{1, "you", 7, 0, "unheard"}});
  me->be("new");
  EXPECT_EQ(tell(*me), (Told{"? unheard", refused("a", ErrorCode::unavailable), "missed"}));
  me->hand_over("me", {{1, "you", 8, 0, "to whom I was"}, {3, "you", 0, 0, "news"}});
  me->hand_over("new", {{3, "me", 0, 0, "my own"}, {3, "new", 0, 0, "my own"}});
  EXPECT_EQ(tell(*me), Told{});
  ask(*me, "me", "to whom I was");
  EXPECT_EQ(me->collect().letters.size(), 1U);
}

TEST_F(PostDesks, ToOneselfItGoesWithoutADetour) {
  const auto me = desk();
  ask(*me, "me", "a");
  EXPECT_EQ(tell(*me), Told{"? a"});
  answers[0]("yes");
  EXPECT_EQ(tell(*me), Told{"a yes"});
  // Found by the database.
  me->ask(Peers::PipelineOwner{}, "b", base::Millis(5), [](base::Result<std::string>) {});
  Parcel parcel = me->collect();
  ASSERT_EQ(parcel.letters.size(), 1U);
  me->note_sent(std::move(parcel), {"me"});
  EXPECT_EQ(tell(*me), Told{"? b"});
  EXPECT_TRUE(me->collect().letters.empty());
}

TEST_F(PostDesks, TooMuchIsRefused) {
  const auto me = desk({.questions = 2, .letters = 3, .bytes = 10});
  ask(*me, "you", "12345678901");
  EXPECT_EQ(tell(*me), Told{refused("12345678901", ErrorCode::too_large)});
  ask(*me, "you", "1234567");
  ask(*me, "you", "1234");
  EXPECT_EQ(tell(*me), Told{refused("1234", ErrorCode::busy)});
  ask(*me, "you", "a");
  ask(*me, "you", "b");
  EXPECT_EQ(tell(*me), Told{refused("b", ErrorCode::busy)});
  EXPECT_EQ(me->collect().letters.size(), 2U);
  me->tell_all("12345678901");
  EXPECT_EQ(me->collect().letters.size(), 1U) << "that news were missed";
}

TEST_F(PostDesks, TheAnswerForWhichThereIsNoRoomIsReplacedByAWord) {
  const auto me = desk({.bytes = 1'000});
  me->hand_over("me", {{1, "you", 7, 0, "a"}});
  tell(*me);
  answers[0](std::string(1'001, 'x'));
  const Parcel parcel = me->collect();
  ASSERT_EQ(parcel.letters.size(), 1U);
  EXPECT_EQ(said_in(parcel.letters[0].code, parcel.letters[0].body).error().code,
            ErrorCode::unavailable);
}

TEST_F(PostDesks, ThePostmanWaitsForRoom) {
  const auto me = desk({.letters = 2});
  EXPECT_TRUE(me->has_room());
  me->hand_over("me", {{3, "you", 0, 0, "one"}, {3, "you", 0, 0, "two"}});
  EXPECT_FALSE(me->has_room());
  EXPECT_FALSE(is_woken(*me));
  EXPECT_EQ(tell(*me), (Told{"one", "two"}));
  EXPECT_TRUE(is_woken(*me));
  EXPECT_TRUE(me->has_room());
}

TEST_F(PostDesks, AParcelIsBounded) {
  const auto me = desk();
  const std::size_t half = kParcelBytes / 2;
  for (const std::size_t size : {half, half, std::size_t{1}, 3 * half, std::size_t{1}}) {
    ask(*me, "you", std::string(size, 'x'));
  }
  const auto sizes = [&] {
    std::vector<std::size_t> all;
    for (const Letter& letter : me->collect().letters) all.push_back(letter.body.size());
    return all;
  };
  using Sizes = std::vector<std::size_t>;
  EXPECT_EQ(sizes(), (Sizes{half, half}));
  EXPECT_EQ(sizes(), Sizes{1});
  EXPECT_EQ(sizes(), Sizes{3 * half});
  EXPECT_EQ(sizes(), Sizes{1});
  EXPECT_EQ(sizes(), Sizes{});
  for (std::size_t i = 0; i <= kParcelLetters; ++i) ask(*me, "you", "x");
  EXPECT_EQ(me->collect().letters.size(), kParcelLetters);
  EXPECT_EQ(me->collect().letters.size(), 1U);
}

TEST_F(PostDesks, AtTheEndEverybodyIsAnsweredAndNothingIsHeard) {
  auto me = desk();
  ask(*me, "you", "a");
  me->hand_over("me", {{1, "you", 7, 0, "heard"}});
  tell(*me);
  ask(*me, "me", "b");
  me->hand_over("me", {{3, "you", 0, 0, "unheard"}, {1, "you", 8, 0, "unheard"}});
  me->close();
  told.clear();
  me->run();
  ASSERT_EQ(told.size(), 2U);
  EXPECT_EQ(std::set(told.begin(), told.end()),
            (std::set{refused("a", ErrorCode::unavailable), refused("b", ErrorCode::unavailable)}));
  told.clear();
  ask(*me, "you", "c");
  EXPECT_EQ(told, Told{refused("c", ErrorCode::unavailable)});
  me->tell_all("nothing");
  EXPECT_TRUE(me->collect().letters.empty());
  me.reset();
  answers[0]("to nobody");
}

}  // namespace
}  // namespace ordo::postgres
