#include "domain/sequence_list.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <set>

namespace ordo::domain {
namespace {

std::vector<std::uint64_t> drained(SequenceList list) {
  std::vector<std::uint64_t> all;
  for (; !list.empty(); list.pop_front()) all.push_back(list.front().value());
  return all;
}

// A set is what the list says it is.
RC_GTEST_PROP(SequenceList, HoldsWhatASetWouldHold, ()) {
  SequenceList list;
  std::set<std::uint64_t> model;
  const auto operations = *rc::gen::container<std::vector<std::pair<int, std::uint32_t>>>(
      rc::gen::pair(rc::gen::inRange(0, 10), rc::gen::inRange<std::uint32_t>(1, 3000)));
  std::uint64_t top = 0;
  for (const auto& [what, value] : operations) {
    if (what < 5) {  // the usual: behind all others, at times far behind
      top += what == 0 ? (std::uint64_t{value} << 30U) : value % 200 + 1;
      RC_ASSERT(list.insert(Sequence(top)) == model.insert(top).second);
    } else if (what < 7) {
      RC_ASSERT(list.insert(Sequence(value)) == model.insert(value).second);
      top = std::max<std::uint64_t>(top, value);
    } else if (what < 9) {
      RC_ASSERT(list.erase(Sequence(value)) == (model.erase(value) == 1));
    } else if (!model.empty()) {
      RC_ASSERT(list.front().value() == *model.begin());
      list.pop_front();
      model.erase(model.begin());
    }
    RC_ASSERT(list.size() == model.size());
  }
  RC_ASSERT(drained(list) == std::vector<std::uint64_t>(model.begin(), model.end()));
}

TEST(SequenceList, TakesAFewBytesATask) {
  SequenceList list;
  constexpr std::uint64_t kTasks = 100'000;
  for (std::uint64_t i = 1; i <= kTasks; ++i) list.insert(Sequence(i * 50));
  EXPECT_LT(list.memory(), kTasks * 4);
}

TEST(SequenceList, GivesItsMemoryBackWhenItRunsEmpty) {
  SequenceList list;
  for (std::uint64_t i = 1; i <= 10'000; ++i) list.insert(Sequence(i));
  while (!list.empty()) list.pop_front();
  EXPECT_EQ(list.memory(), 0U);
}

TEST(SequenceList, TakesFromTheMiddleOfManyChunks) {
  SequenceList list;
  for (std::uint64_t i = 1; i <= 5000; ++i) list.insert(Sequence(i));
  for (std::uint64_t i = 2; i <= 5000; i += 2) EXPECT_TRUE(list.erase(Sequence(i)));
  EXPECT_FALSE(list.erase(Sequence(2)));
  EXPECT_EQ(list.size(), 2500U);
  EXPECT_EQ(list.front(), Sequence(1));
  EXPECT_EQ(drained(list).back(), 4999U);
}

}  // namespace
}  // namespace ordo::domain
