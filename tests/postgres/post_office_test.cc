// What nodes ask and tell each other by way of one database.
#include "postgres/post_office.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "postgres/home.h"
#include "postgres/lease_keeper.h"
#include "postgres/post_node.h"
#include "support/eventually.h"
#include "support/postgres_schema.h"
#include "support/task_writes.h"
#include "system/random.h"

namespace ordo::testing {
namespace {

using ports::Peers;
using To = Peers::Node;

const std::string kUnavailable = std::to_string(static_cast<int>(base::ErrorCode::unavailable));

class PostOffices : public ::testing::Test {
 protected:
  PostOffices() {
    auto made = postgres::Home::open({.url = schema.url()}, real_clock(), random);
    if (!made) throw std::runtime_error(made.error().message);
    home = std::move(*made);
  }
  std::unique_ptr<PostNode> node(const std::string& name, PostNodeOptions options = {}) {
    return std::make_unique<PostNode>(schema.url(), name, random, std::move(options));
  }
  std::unique_ptr<PostNode> answering(const std::string& name, PostNodeOptions::OnQuestion answer) {
    return node(name, {.on_question = std::move(answer)});
  }
  void execute(const std::string& sql) { PostNode::execute(schema.url(), sql); }
  std::int64_t count(const std::string& rows) {
    const postgres::Statement count{"count", "SELECT count(*) FROM " + rows};
    return postgres_connection(schema.url()).run(count)->integer(0, 0);
  }

  PostgresSchema schema;
  system::SystemRandom random;
  std::unique_ptr<postgres::Home> home;
};

TEST_F(PostOffices, ANodeIsAskedByItsName) {
  const auto a = node("a");
  const auto b = node("b");
  EXPECT_EQ(a->answer(To{"b"}, "who?"), "b who?");
  EXPECT_EQ(b->answer(To{"a"}, "and you?"), "a and you?");
  EXPECT_EQ(a->answer(To{"a"}, "myself"), "a myself");
  EXPECT_EQ(b->questions().size(), 1U);
  EXPECT_EQ(count("post"), 0);
}

TEST_F(PostOffices, WhoeverRunsATaskIsFoundByTheTask) {
  const auto a = node("a");
  const auto b = node("b");
  ASSERT_TRUE(home->store().apply(std::vector<ports::Write>{add("t")}));
  const Peers::LaneOwner owner{domain::TaskId("t")};
  const std::string nobody = kUnavailable + ": nobody runs its lane at the moment; try again soon";
  EXPECT_EQ(a->answer(owner, "one"), nobody);
  execute("UPDATE lane_leases SET owner = 'b'");
  EXPECT_EQ(a->answer(owner, "two"), "b two");
  EXPECT_EQ(b->answer(owner, "three"), "b three");
  execute("UPDATE lane_leases SET owner = 'a'");
  EXPECT_EQ(a->answer(owner, "four"), "a four");
  EXPECT_EQ(b->answer(owner, "five"), "a five");
  execute("UPDATE lane_leases SET owner = 'a' WHERE shard <> (SELECT shard FROM tasks)");
  execute("UPDATE lane_leases SET owner = 'c' WHERE shard = (SELECT shard FROM tasks)");
  EXPECT_EQ(a->answer(owner, "an owner that is no node"), nobody);
  EXPECT_EQ(a->answer(Peers::LaneOwner{domain::TaskId("none")}, "no task"), nobody);
  EXPECT_EQ(a->answer(Peers::LaneOwner{domain::TaskId(std::string("t\0", 2))}, "no id"), nobody);
}

TEST_F(PostOffices, WhoeverRunsThePipelinesIsFound) {
  const auto a = node("a");
  const auto b = node("b");
  EXPECT_EQ(a->answer(Peers::PipelineOwner{}, "one"),
            kUnavailable + ": nobody runs the pipelines at the moment; try again soon");
  execute("UPDATE lane_leases SET owner = 'b' WHERE shard = 256");
  EXPECT_EQ(a->answer(Peers::PipelineOwner{}, "two"), "b two");
  EXPECT_EQ(b->answer(Peers::PipelineOwner{}, "three"), "b three");
}

TEST_F(PostOffices, NobodyIsAskedInVainForLong) {
  const auto a = node("a");
  EXPECT_EQ(a->answer(To{"x"}, "one"), kUnavailable + ": the node that was asked is no more");
  a->office().be("");
  EXPECT_EQ(a->answer(To{"a"}, "two"),
            kUnavailable + ": this node has not joined the others; try again soon");
}

TEST_F(PostOffices, AnErrorArrivesWhole) {
  const base::Error error{base::ErrorCode::precondition_failed,
                          std::string("it is\0 not so", 13),
                          {{"/a/0", "bad", "no"}, {"", "", "wörd"}}};
  const auto a = node("a");
  const auto b =
      answering("b", [&](const std::string&, Peers::Answer answer) { answer(base::fail(error)); });
  const Said said = PostNode::wait_for(a->ask(To{"b"}, "?"));
  ASSERT_FALSE(said);
  EXPECT_EQ(said.error().code, error.code);
  EXPECT_EQ(said.error().message, error.message);
  EXPECT_EQ(said.error().fields, error.fields);
}

TEST_F(PostOffices, WhatIsSaidMayBeLargeAndOfAnyBytes) {
  const auto a = node("a");
  const auto b = node("b");
  std::string odd("\0\xff\x80 and so on", 13);
  EXPECT_EQ(a->answer(To{"b"}, odd), "b " + odd);
  EXPECT_EQ(a->answer(To{"b"}, ""), "b ");
  std::vector<std::future<Said>> said;
  for (const std::size_t size : {1UL << 20, 6UL << 20, 1UL << 20, 3UL << 20, 3UL << 20}) {
    said.push_back(a->ask(To{"b"}, std::string(size, 'x')));
  }
  std::vector<std::size_t> sizes;
  for (auto& one : said) {
    const Said large = PostNode::wait_for(std::move(one));
    ASSERT_TRUE(large) << large.error().message;
    sizes.push_back(large->size() - 2);
  }
  EXPECT_EQ(sizes,
            (std::vector<std::size_t>{1UL << 20, 6UL << 20, 1UL << 20, 3UL << 20, 3UL << 20}));
}

TEST_F(PostOffices, ManyQuestionsAreAnsweredInAnyOrder) {
  constexpr int kMany = kSanitized ? 2'000 : 10'000;
  std::mutex mutex;
  std::vector<std::pair<std::string, Peers::Answer>> open;
  const auto b = answering("b", [&](std::string question, Peers::Answer answer) {
    const std::lock_guard lock(mutex);
    open.emplace_back(std::move(question), std::move(answer));
  });
  const auto a = node("a");
  std::vector<std::future<Said>> said;
  for (int i = 0; i < kMany; ++i) said.push_back(a->ask(To{"b"}, std::to_string(i), 3 * kPatience));
  ASSERT_TRUE(eventually([&] {
    const std::lock_guard lock(mutex);
    return open.size() == kMany;
  }));
  std::vector<std::string> order;
  for (const auto& [question, answer] : open) order.push_back(question);
  for (int i = 0; i < kMany; ++i) EXPECT_EQ(order[static_cast<std::size_t>(i)], std::to_string(i));
  std::mt19937 shuffled(7);
  std::ranges::shuffle(open, shuffled);
  for (auto& [question, answer] : open) answer("yes, " + question);
  for (int i = 0; i < kMany; ++i) {
    ASSERT_EQ(in_words(PostNode::wait_for(std::move(said[static_cast<std::size_t>(i)]))),
              "yes, " + std::to_string(i));
  }
}

TEST_F(PostOffices, WhoeverIsNotAnsweredGivesUpInTime) {
  std::vector<Peers::Answer> kept;
  const auto b = answering("b", [&](const std::string& question, Peers::Answer answer) {
    if (question == "keep") kept.push_back(std::move(answer));
  });
  const auto a = node("a");
  auto keep = a->ask(To{"b"}, "keep", base::Millis(400));
  auto drop = a->ask(To{"b"}, "drop", base::Millis(300));
  const std::string late = kUnavailable +
                           ": the node that should do it has not answered in time; it may have "
                           "been done; try again";
  EXPECT_EQ(in_words(PostNode::wait_for(std::move(drop))), late);
  EXPECT_EQ(in_words(PostNode::wait_for(std::move(keep))), late);
  ASSERT_TRUE(eventually([&] { return b->questions().size() == 2; }));
  // Too late: it goes nowhere, and nothing else is disturbed by it.
  b->stop();
  kept.front()("after the end");
}

TEST_F(PostOffices, WhatLiesThereForOneThatIsNoMoreIsSwept) {
  const auto a = node("a", {.poll = base::Millis(20)});
  PostNode::add_row(schema.url(), "silent");
  auto said = a->ask(To{"silent"}, "?", base::Millis(700));
  ASSERT_TRUE(eventually([&] { return count("post") == 1; }));
  execute("DELETE FROM nodes WHERE id = 'silent'");
  EXPECT_TRUE(eventually([&] { return count("post") == 0; }));
  EXPECT_EQ(PostNode::wait_for(std::move(said)).error().code, base::ErrorCode::unavailable);
}

TEST_F(PostOffices, NewsReachAllOthersOnce) {
  const auto a = node("a");
  const auto b = node("b");
  const auto c = node("c");
  for (int i = 0; i < 100; ++i) a->office().tell_all("news " + std::to_string(i));
  b->office().tell_all("of b");
  const auto has_all = [](PostNode& node, std::size_t count) {
    return eventually([&] { return node.news().size() == count; });
  };
  EXPECT_TRUE(has_all(*b, 100));
  EXPECT_TRUE(has_all(*c, 101));
  EXPECT_TRUE(has_all(*a, 1));
  // What would be heard twice, or by who told it, would be before this.
  EXPECT_EQ(a->answer(To{"b"}, "?"), "b ?");
  EXPECT_EQ(b->answer(To{"a"}, "?"), "a ?");
  EXPECT_EQ(a->answer(To{"c"}, "?"), "c ?");
  EXPECT_EQ(a->news(), (std::map<std::string, int>{{"of b", 1}}));
  for (const auto& [news, times] : b->news()) EXPECT_EQ(times, 1) << news;
  for (const auto& [news, times] : c->news()) EXPECT_EQ(times, 1) << news;
}

TEST_F(PostOffices, UnderANewNameNothingOfTheOldOneGoesOn) {
  const auto b = answering("b", [](const std::string&, Peers::Answer) {});
  const auto a = node("a");
  auto said = a->ask(To{"b"}, "?", std::chrono::hours(1));
  ASSERT_TRUE(eventually([&] { return b->questions().size() == 1; }));
  const int missed = a->missed();
  a->office().be("");
  EXPECT_EQ(PostNode::wait_for(std::move(said)).error().code, base::ErrorCode::unavailable);
  a->office().tell_all("nobody says it");
  const int missed_by_b = b->missed();
  execute("DELETE FROM nodes WHERE id = 'a'");
  a->join("a2");
  EXPECT_TRUE(eventually([&] { return a->missed() > missed; }));
  EXPECT_TRUE(eventually([&] { return b->missed() > missed_by_b; }));
  EXPECT_EQ(b->answer(To{"a2"}, "?"), "a ?");
  EXPECT_EQ(b->answer(To{"a"}, "?"), kUnavailable + ": the node that was asked is no more");
}

TEST_F(PostOffices, WhoStopsAnswersAllThatStillWait) {
  std::mutex mutex;
  std::vector<Peers::Answer> kept;
  const auto b = answering("b", [&](const std::string&, Peers::Answer answer) {
    const std::lock_guard lock(mutex);
    kept.push_back(std::move(answer));
  });
  auto a = node("a");
  std::vector<std::future<Said>> said;
  for (int i = 0; i < 50; ++i) said.push_back(a->ask(To{"b"}, "?", std::chrono::hours(1)));
  ASSERT_TRUE(eventually([&] {
    const std::lock_guard lock(mutex);
    return kept.size() == 50;
  }));
  for (int i = 0; i < 50; ++i) said.push_back(a->ask(To{"b"}, "!", std::chrono::hours(1)));
  a->stop();
  for (auto& one : said) {
    ASSERT_EQ(one.wait_for(std::chrono::seconds(0)), std::future_status::ready);
    EXPECT_EQ(one.get().error().code, base::ErrorCode::unavailable);
  }
  EXPECT_EQ(a->answer(To{"b"}, "?"), kUnavailable + ": this node is stopping");
  b->stop();
  for (Peers::Answer& answer : kept) answer("nobody hears it");
}

TEST_F(PostOffices, WhatALostSignalWouldHaveToldIsFoundByThePoll) {
  const auto a = node("a", {.poll = base::Millis(20)});
  for (int i = 0; i < 3; ++i) {
    const std::string news = "silent " + std::to_string(i);
    execute("INSERT INTO post (receiver, sender, kind, code, body) VALUES ('a', 'x', 3, 0, '" +
            news + "')");
    EXPECT_TRUE(eventually([&] { return a->news().contains(news); }));
  }
}

TEST_F(PostOffices, WhatANewerVersionSaysIsPassedOver) {
  const auto a = node("a", {.poll = base::Millis(20)});
  execute(
      "INSERT INTO post (receiver, sender, kind, question, code, body) VALUES "
      "('a', 'x', 77, 1, 99, 'new'), ('a', 'x', 2, 1, 99, 'no such question'), "
      "('a', 'x', 3, NULL, 0, 'news')");
  EXPECT_TRUE(eventually([&] { return a->news().contains("news"); }));
}

TEST_F(PostOffices, NodesThatShareTheLanesFindEachOther) {
  struct Sharing {
    Sharing(const std::string& url, ports::Random& random, base::Millis lease)
        : office({.connection = {.url = url},
                  .ears = {.on_question =
                               [this](const std::string& question, Peers::Answer answer) {
                                 answer(question + " " + std::to_string(number));
                               }}},
                 real_clock(), random),
          keeper({.connection = {.url = url},
                  .lease = lease,
                  .be =
                      [this](std::string node, const std::vector<std::string>& /*others*/) {
                        office.be(std::move(node));
                      }},
                 real_clock(), random) {}
    std::string answer(const std::string& task) {
      std::promise<Said> said;
      office.ask(Peers::LaneOwner{domain::TaskId(task)}, task, kPatience,
                 [&](Said what) { said.set_value(std::move(what)); });
      return in_words(said.get_future().get());
    }
    int number = 0;
    postgres::PostOffice office;
    postgres::LeaseKeeper keeper;
    std::jthread thread{[this](const std::stop_token& stop) { office.run(stop); }};
  };
  ASSERT_TRUE(home->store().apply(std::vector<ports::Write>{add("t")}));
  Sharing a(schema.url(), random, base::Millis(200));
  a.number = 1;
  ASSERT_TRUE(a.keeper.beat());
  EXPECT_EQ(a.answer("t"), "t 1");
  Sharing b(schema.url(), random, std::chrono::hours(1));
  b.number = 2;
  // Whom nobody has heard of for too long, b removes, and takes what it had.
  EXPECT_TRUE(eventually([&] { return b.keeper.beat() && b.answer("t") == "t 2"; }));
  ASSERT_TRUE(a.keeper.beat());
  EXPECT_EQ(a.answer("t"), "t 2");
}

}  // namespace
}  // namespace ordo::testing
