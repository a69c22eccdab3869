// What every home that deletes tasks by their age itself must do. Holds tests, as
// task_store_contract.h does.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "contract/task_store_contract.h"

namespace ordo::testing {

class TaskExpiryContract : public TaskStoreContract {
 protected:
  // How many rows went.
  std::size_t expire(const ports::Expiry& expiry, std::size_t rows) {
    const auto expired = home->store().expire(expiry, {rows, ports::kFullPageBytes});
    EXPECT_TRUE(expired.has_value());
    return expired ? expired->rows : 0;
  }
};

TEST_P(TaskExpiryContract, ExpiryDeletesInBitesTheOldestFirst) {
  for (int i = 0; i < 5; ++i) {
    const std::string id = "t" + std::to_string(i);
    apply({add(id), cancel(id, at_ms(100 - i))});
  }
  apply({add("waiting")});
  const ports::Expiry expiry{at_ms(99), at_ms(-1)};
  EXPECT_EQ(expire(expiry, 2), 2U);
  EXPECT_EQ(ids(), (Told{"waiting", "t2", "t1", "t0"}));
  EXPECT_EQ(expire(expiry, 2), 1U);
  EXPECT_EQ(expire(expiry, 2), 0U);
  EXPECT_EQ(ids(), (Told{"waiting", "t1", "t0"}));
  EXPECT_EQ(counts().of(domain::TaskStatus::cancelled), 2U);
}

TEST_P(TaskExpiryContract, ABiteOfExpiryIsBoundedByBytes) {
  for (int i = 0; i < 5; ++i) {
    domain::NewTask large = new_task("t" + std::to_string(i));
    large.content.payload = std::string(1000, 'p');
    large.content.description = "\u00e4\u00f6\u00fc";  // counted as bytes, not as characters
    apply({add(large), cancel("t" + std::to_string(i), at_ms(0))});
  }
  const ports::Expiry all{at_ms(10), at_ms(10)};
  const auto bite = [&](std::size_t rows, std::size_t bytes) {
    return home->store().expire(all, {rows, bytes}).value();
  };
  const std::size_t one = domain::text_bytes(*find("t0"));
  EXPECT_EQ(bite(100, 1), (ports::Expired{1, true})) << "at least one";
  EXPECT_EQ(bite(100, 2 * one), (ports::Expired{2, true}));
  EXPECT_EQ(bite(1, 2 * one), (ports::Expired{1, true}));
  EXPECT_EQ(bite(100, 2 * one), (ports::Expired{1, false}));
}

TEST_P(TaskExpiryContract, ExpiryTellsTheQueuesOfTheDead) {
  domain::NewTask other = new_task("b");
  other.queue = domain::QueueName("other");
  apply({add("a"), add(other), add("c"), start(1), start(2)});
  apply({die(1), die(2), cancel("c", at_ms(0))});
  const auto expired = home->store().expire({at_ms(1'000'000), at_ms(-1)}, {100, 1U << 30U});
  ASSERT_TRUE(expired);
  EXPECT_EQ(expired->rows, 3U);
  std::vector<domain::QueueName> dead = expired->dead;
  std::ranges::sort(dead);
  EXPECT_EQ(dead, (std::vector{domain::QueueName("other"), domain::QueueName("tasks")}));
}

TEST_P(TaskExpiryContract, OneLimitIsSharedByTasksAndKeys) {
  for (int i = 0; i < 3; ++i) {
    domain::NewTask keyed = new_task("t" + std::to_string(i));
    keyed.key = domain::IdempotencyKey("k" + std::to_string(i));
    apply({add(keyed), cancel(keyed.id.value(), at_ms(0))});
  }
  const ports::Expiry all{at_ms(10), at_ms(10)};
  EXPECT_EQ(expire(all, 4), 4U);
  EXPECT_EQ(expire(all, 4), 2U);
  EXPECT_EQ(expire(all, 4), 0U);
}

TEST_P(TaskExpiryContract, ASequenceThatHasExpiredIsNeverUsedAgain) {
  EXPECT_EQ(apply({add("b")}), Told{"added 1"});
  EXPECT_EQ(apply({cancel("b", at_ms(0))}), Told{"changed 1 v2"});
  EXPECT_EQ(expire({at_ms(1), at_ms(0)}, 10), 1U);
  home->reopen();
  EXPECT_EQ(apply({add("c")}), Told{"added 2"});
}

TEST_P(TaskExpiryContract, AKeyThatHasExpiredIsFree) {
  domain::NewTask keyed = new_task("a");
  keyed.key = domain::IdempotencyKey("k");
  EXPECT_EQ(apply({add(keyed), remove("a")}), (Told{"added 1", "removed"}));
  EXPECT_EQ(expire({at_ms(-1), at_ms(0)}, 10), 0U);
  EXPECT_EQ(apply({add(keyed)}), Told{kConflict});
  EXPECT_EQ(expire({at_ms(-1), at_ms(1)}, 10), 1U);
  EXPECT_EQ(apply({add(keyed)}), Told{"added 2"});
}

}  // namespace ordo::testing
