#include "net/host_turns.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>
#include <string>
#include <vector>

namespace ordo::net {
namespace {

std::vector<std::uint64_t> all_next(HostTurns& turns) {
  std::vector<std::uint64_t> out;
  while (const auto id = turns.next()) out.push_back(*id);
  return out;
}

TEST(HostTurns, AHostWithManyDoesNotHoldUpAnother) {
  HostTurns turns({.running = 4, .running_per_host = 4, .waiting = 100});
  for (const std::uint64_t id : {1U, 2U, 3U, 4U, 5U}) turns.add("a", id);
  turns.add("b", 6);
  EXPECT_EQ(all_next(turns), (std::vector<std::uint64_t>{1, 6, 2, 3}));
  turns.ended("b");
  EXPECT_EQ(all_next(turns), std::vector<std::uint64_t>{4});
}

TEST(HostTurns, AHostThatIsFullLeavesRoomForOthers) {
  HostTurns turns({.running = 3, .running_per_host = 2, .waiting = 100});
  for (const std::uint64_t id : {1U, 2U, 3U}) turns.add("a", id);
  EXPECT_EQ(all_next(turns), (std::vector<std::uint64_t>{1, 2}));
  turns.add("b", 4);
  turns.add("b", 5);
  EXPECT_EQ(all_next(turns), std::vector<std::uint64_t>{4});
  turns.ended("a");
  EXPECT_EQ(all_next(turns), std::vector<std::uint64_t>{5});
  turns.ended("b");
  EXPECT_EQ(all_next(turns), std::vector<std::uint64_t>{3});
}

TEST(HostTurns, TooManyWaitingAreRefused) {
  HostTurns turns({.running = 1, .running_per_host = 1, .waiting = 2});
  EXPECT_TRUE(turns.add("a", 1));
  EXPECT_TRUE(turns.add("b", 2));
  EXPECT_FALSE(turns.add("c", 3));
  EXPECT_TRUE(turns.next().has_value());
  EXPECT_TRUE(turns.add("c", 4));
}

struct Model {
  std::map<std::string, std::size_t> running;
  std::map<std::string, std::vector<std::uint64_t>> waiting;
};

// Against lists: nothing is lost, limits hold, order within a host is kept, no host stays behind.
RC_GTEST_PROP(HostTurns, KeepOrderAndLimitsAndForgetNothing, ()) {
  HostTurns turns({.running = 3, .running_per_host = 2, .waiting = 1000});
  Model model;
  std::map<std::uint64_t, std::string> host_of;
  std::uint64_t last = 0;
  const auto start_all = [&] {
    while (const auto id = turns.next()) {
      const std::string& host = host_of.at(*id);
      auto& line = model.waiting[host];
      RC_ASSERT(!line.empty() && line.front() == *id);
      line.erase(line.begin());
      RC_ASSERT(++model.running[host] <= 2U);
    }
    std::size_t running = 0;
    for (const auto& [host, count] : model.running) running += count;
    RC_ASSERT(running <= 3U);
    for (const auto& [host, line] : model.waiting) {
      RC_ASSERT(running == 3U || line.empty() || model.running[host] == 2U);
    }
  };
  for (int step = *rc::gen::inRange(1, 80); step > 0; --step) {
    const std::string host = *rc::gen::element<std::string>("a", "b", "c");
    switch (*rc::gen::inRange(0, 4)) {
      case 0:
      case 1:
        host_of[++last] = host;
        model.waiting[host].push_back(last);
        RC_ASSERT(turns.add(host, last));
        break;
      case 2:
        if (model.running[host] == 0) break;
        --model.running[host];
        turns.ended(host);
        break;
      default: {
        auto& line = model.waiting[host];
        if (line.empty()) break;
        turns.remove(host, line.back());
        line.pop_back();
      }
    }
    if (*rc::gen::arbitrary<bool>()) start_all();
  }
  start_all();
  for (bool any = true; any;) {
    any = false;
    for (auto& [host, count] : model.running) {
      if (count == 0) continue;
      any = true;
      --count;
      turns.ended(host);
      start_all();
    }
  }
  for (const auto& [host, line] : model.waiting) RC_ASSERT(line.empty());
  RC_ASSERT(turns.hosts() == 0U);
}

}  // namespace
}  // namespace ordo::net
