#include "app/readers.h"

#include <gtest/gtest.h>

#include <string>

#include "support/memory_store.h"

namespace ordo::app {
namespace {

class ReadersTest : public ::testing::Test {
 protected:
  void run(Readers& readers) {
    readers.run([this](const base::Result<ports::Reads>& reads) {
      done += reads ? 'j' : reads.error().code == base::ErrorCode::busy ? 'b' : '?';
    });
  }
  void call(Readers& readers) {
    readers.run_call([this](const ports::Reads&) { done += 'c'; });
  }

  testing::MemoryStore store;
  std::string done;  // a letter each
};

TEST_F(ReadersTest, TooManyJobsAreBusyAndCallsAreNot) {
  Readers readers{store.reads(), 0, 2};
  for (int i = 0; i < 3; ++i) run(readers);
  EXPECT_EQ(done, "b") << "at once";
  for (int i = 0; i < 5; ++i) call(readers);
  EXPECT_EQ(readers.waiting(), 7U);
  while (readers.turn()) {
  }
  EXPECT_EQ(done, "bjcjcccc") << "they take turns";
  EXPECT_EQ(readers.waiting(), 0U);
}

TEST_F(ReadersTest, CallsLeaveTheRoomOfJobsAlone) {
  Readers readers{store.reads(), 0, 1};
  for (int i = 0; i < 2000; ++i) call(readers);
  run(readers);
  EXPECT_TRUE(readers.turn());
  EXPECT_TRUE(readers.turn());
  EXPECT_TRUE(done == "jc" || done == "cj") << done;
}

}  // namespace
}  // namespace ordo::app
