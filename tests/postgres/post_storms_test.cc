// What nodes ask and tell each other while their connections break at any place: every question is
// answered once, nothing is heard twice, and who missed news is told that he did.
#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <future>
#include <memory>
#include <mutex>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "postgres/home.h"
#include "postgres/post_node.h"
#include "postgres/unreliable_server.h"
#include "support/eventually.h"
#include "support/postgres_schema.h"
#include "support/task_writes.h"
#include "system/random.h"

namespace ordo::testing {
namespace {

using ports::Peers;

constexpr std::size_t kNodes = 3;

// What each node has told, and what each knows of it.
class Knowledge {
 public:
  void tell(const std::string& news) {
    const std::lock_guard lock(mutex_);
    told_.insert(news);
  }
  void hear(std::size_t node, const std::string& news) {
    const std::lock_guard lock(mutex_);
    known_.at(node).insert(news);
  }
  void read_anew(std::size_t node) {
    const std::lock_guard lock(mutex_);
    known_.at(node) = told_;
  }
  // But for what it told itself.
  bool is_whole(std::size_t node) {
    const std::lock_guard lock(mutex_);
    const std::string own = "n" + std::to_string(node) + " ";
    for (const std::string& news : told_) {
      if (!news.starts_with(own) && !known_.at(node).contains(news)) return false;
    }
    return true;
  }

 private:
  std::mutex mutex_;
  std::set<std::string> told_;
  std::array<std::set<std::string>, kNodes> known_;
};

class Storm {
 public:
  explicit Storm(unsigned seed) : dice_(seed) {
    home_ = std::move(*postgres::Home::open({.url = schema_.url()}, real_clock(), random_));
    EXPECT_TRUE(home_->store().apply(std::vector<ports::Write>{add("t")}));
    PostNode::execute(schema_.url(), "UPDATE lane_leases SET owner = 'n1'");
    for (std::size_t i = 0; i < kNodes; ++i) {
      between_.push_back(std::make_unique<UnreliableServer>(folder_in(postgres_url())));
      nodes_.push_back(std::make_unique<PostNode>(
          schema_.url(), "n" + std::to_string(i), random_,
          PostNodeOptions{
              .on_news = [this, i](const std::string& news) { knowledge_.hear(i, news); },
              .on_missed = [this, i] { knowledge_.read_anew(i); },
              .poll = base::Millis(100),
              .through = through(schema_.url(), between_.back()->folder()),
              // A server that has swallowed a statement is not waited for much longer than that.
              .answer_timeout = base::Millis(kSanitized ? 4'000 : 1'000)}));
    }
  }

  void rage(int steps) {
    for (int i = 0; i < steps; ++i) {
      step();
      breathe();
    }
    for (const auto& between : between_) between->calm();
  }

  void expect_all_well() {
    std::map<std::string, int> heard;
    std::size_t answered = 0;
    for (Question& question : questions_) {
      const Said said = PostNode::wait_for(std::move(question.said));
      question.is_done = said.has_value();
      if (said) {
        ++answered;
        EXPECT_EQ(*said, question.whom + " " + question.text);
      } else {
        EXPECT_EQ(said.error().code, base::ErrorCode::unavailable) << said.error().message;
      }
    }
    for (const auto& node : nodes_) {
      for (const auto& [question, times] : node->questions()) heard[question] += times;
      for (const auto& [news, times] : node->news()) {
        EXPECT_EQ(times, 1) << news;
        EXPECT_FALSE(news.starts_with(node->name() + " ")) << news;
      }
    }
    for (const auto& [question, times] : heard) EXPECT_EQ(times, 1) << question;
    for (const Question& question : questions_) {
      EXPECT_TRUE(!question.is_done || heard[question.text] == 1) << question.text;
    }
    for (std::size_t i = 0; i < kNodes; ++i) {
      EXPECT_TRUE(eventually([&] { return knowledge_.is_whole(i); })) << i;
    }
    EXPECT_GT(answered, questions_.size() / 5);
    EXPECT_LT(answered, questions_.size());
  }

 private:
  struct Question {
    std::string text;
    std::string whom;
    std::future<Said> said;
    bool is_done = false;
  };

  std::size_t roll(std::size_t sides) { return dice_() % sides; }
  void step() {
    const std::size_t who = roll(kNodes);
    switch (roll(8)) {
      case 0:
        return disturb(*between_[roll(kNodes)]);
      case 1: {
        const std::string news = "n" + std::to_string(who) + " tells " + std::to_string(++count_);
        knowledge_.tell(news);
        return nodes_[who]->office().tell_all(news);
      }
      case 2:
        return ask(who, Peers::LaneOwner{domain::TaskId("t")}, "n1");
      default: {
        const std::string whom = "n" + std::to_string(roll(kNodes));
        return ask(who, Peers::Node{whom}, whom);
      }
    }
  }
  void ask(std::size_t who, Peers::Receiver receiver, const std::string& whom) {
    std::string text = std::to_string(++count_);
    if (roll(20) == 0) text += std::string(1 << roll(18), '.');
    auto said =
        nodes_[who]->ask(std::move(receiver), text, base::Millis(kSanitized ? 5'000 : 1'000));
    questions_.push_back({std::move(text), whom, std::move(said)});
  }
  void disturb(UnreliableServer& between) {
    const std::size_t kind = roll(20);
    if (kind == 0) return between.refuse();
    if (kind < 4) return between.calm();
    if (kind < 12) return between.cut_after(roll(4'000));
    between.lose_answer(roll(4));
  }

  std::mt19937 dice_;
  PostgresSchema schema_;
  system::SystemRandom random_;
  std::unique_ptr<postgres::Home> home_;
  Knowledge knowledge_;
  std::vector<std::unique_ptr<UnreliableServer>> between_;
  std::vector<std::unique_ptr<PostNode>> nodes_;
  std::vector<Question> questions_;
  int count_ = 0;
};

TEST(PostStorms, NothingIsHeardTwiceAndEverybodyIsAnsweredOnce) {
  for (unsigned seed = 1; seed <= (kSanitized ? 2U : 4U); ++seed) {
    SCOPED_TRACE(seed);
    Storm storm(seed);
    storm.rage(800);
    storm.expect_all_well();
  }
}

class PostOnBadDays : public ::testing::Test {
 protected:
  PostOnBadDays() {
    home = std::move(*postgres::Home::open({.url = schema.url()}, real_clock(), random));
    a = std::make_unique<PostNode>(
        schema.url(), "a", random,
        PostNodeOptions{.through = through(schema.url(), between.folder()),
                        .answer_timeout = base::Millis(kSanitized ? 4'000 : 1'000)});
    b = std::make_unique<PostNode>(schema.url(), "b", random);
    EXPECT_EQ(a->answer(Peers::Node{"b"}, "?"), "b ?");
  }
  PostgresSchema schema;
  system::SystemRandom random;
  std::unique_ptr<postgres::Home> home;
  UnreliableServer between{folder_in(postgres_url())};
  std::unique_ptr<PostNode> a;
  std::unique_ptr<PostNode> b;
};

TEST_F(PostOnBadDays, WhatSurelyWasNotSentIsRefusedAtOnce) {
  between.refuse();
  // What is asked before it is noticed waits in doubt.
  EXPECT_TRUE(eventually(
      [&] { return !PostNode::wait_for(a->ask(Peers::Node{"b"}, "away", base::Millis(1))); }));
  ASSERT_TRUE(eventually([&] {
    auto said = a->ask(Peers::Node{"b"}, "?", std::chrono::hours(1));
    return said.wait_for(std::chrono::seconds(5)) == std::future_status::ready &&
           said.get().error().code == base::ErrorCode::unavailable;
  }));
  EXPECT_EQ(a->answer(Peers::Node{"a"}, "myself"), "a myself");
  between.calm();
  EXPECT_TRUE(eventually([&] { return a->answer(Peers::Node{"b"}, "back") == "b back"; }));
  EXPECT_EQ(b->answer(Peers::Node{"a"}, "you, too?"), "a you, too?");
}

TEST_F(PostOnBadDays, DeadlinesAreKeptWhileTheServerIsSilent) {
  between.be_silent();
  auto first = a->ask(Peers::Node{"b"}, "one", base::Millis(50));
  auto second = a->ask(Peers::Node{"b"}, "two", base::Millis(1));
  EXPECT_EQ(PostNode::wait_for(std::move(second)).error().code, base::ErrorCode::unavailable);
  EXPECT_EQ(PostNode::wait_for(std::move(first)).error().code, base::ErrorCode::unavailable);
  between.calm();
  EXPECT_TRUE(eventually([&] { return a->answer(Peers::Node{"b"}, "back") == "b back"; }));
}

// Its signals were lost, and the next poll is in an hour.
TEST_F(PostOnBadDays, WhatCameMeanwhileIsHeardAfterwards) {
  between.refuse();
  EXPECT_TRUE(eventually(
      [&] { return !PostNode::wait_for(a->ask(Peers::Node{"b"}, "away", base::Millis(1))); }));
  auto said = b->ask(Peers::Node{"a"}, "meanwhile", 2 * kPatience);
  ASSERT_TRUE(eventually([&] {
    // What was asked before may have come through, and its answer lies there, too.
    static const postgres::Statement kLie{"lie",
                                          "SELECT count(*) FROM post WHERE body = 'meanwhile'"};
    return postgres_connection(schema.url()).run(kLie)->integer(0, 0) == 1;
  }));
  between.calm();
  EXPECT_EQ(in_words(PostNode::wait_for(std::move(said))), "a meanwhile");
}

// As after a crash of the server, which empties the table.
TEST_F(PostOnBadDays, WhoeverWasAwayMayHaveMissedNews) {
  const int missed = a->missed();
  between.refuse();
  EXPECT_TRUE(eventually(
      [&] { return !PostNode::wait_for(a->ask(Peers::Node{"b"}, "away", base::Millis(1))); }));
  PostNode::execute(schema.url(), "TRUNCATE post");
  between.calm();
  EXPECT_TRUE(eventually([&] { return a->missed() > missed; }));
}

// An answer that was not to be sent is sent when it can be.
TEST_F(PostOnBadDays, AnAnswerWaitsForTheConnection) {
  std::promise<Peers::Answer> asked;
  PostNode c(schema.url(), "c", random,
             {.on_question = [&](const std::string&,
                                 Peers::Answer answer) { asked.set_value(std::move(answer)); },
              .through = through(schema.url(), between.folder())});
  auto said = b->ask(Peers::Node{"c"}, "?", 2 * kPatience);
  Peers::Answer answer = asked.get_future().get();
  between.refuse();
  EXPECT_TRUE(eventually(
      [&] { return !PostNode::wait_for(c.ask(Peers::Node{"b"}, "away", base::Millis(1))); }));
  answer("at last");
  between.calm();
  EXPECT_EQ(in_words(PostNode::wait_for(std::move(said))), "at last");
}

}  // namespace
}  // namespace ordo::testing
