// How far clients have come, and what a server shows of all tasks.
#pragma once

#include <gtest/gtest.h>

#include <boost/json/value.hpp>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "client.h"
#include "ledger.h"
#include "support/eventually.h"
#include "support/http_client.h"
#include "support/task_walk.h"

namespace ordo::crash {

// Counts the answers of all clients and tells the one who waits for a number of them.
class Countdown {
 public:
  explicit Countdown(std::size_t left) : left_(left) {}
  // True: there may be more.
  bool count() {
    const std::lock_guard lock(mutex_);
    if (left_ > 0 && --left_ == 0) over_.notify_one();
    return !ended_;
  }
  // No more of them.
  void end() {
    const std::lock_guard lock(mutex_);
    ended_ = true;
  }
  bool wait() {
    std::unique_lock lock(mutex_);
    return over_.wait_for(lock, 3 * testing::kPatience, [this] { return left_ == 0; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable over_;
  std::size_t left_;
  bool ended_ = false;
};

inline SeenByTitle look(testing::HttpClient& http) {
  SeenByTitle seen;
  std::uint64_t before = UINT64_MAX;
  for (const boost::json::value& task : testing::walk_tasks(http)) {
    const auto sequence = task.at("sequence").to_number<std::uint64_t>();
    EXPECT_LT(sequence, before) << "the list is not newest first, or names a task twice";
    before = sequence;
    seen[std::string(task.at("title").as_string())].push_back(
        {std::string(task.at("task_id").as_string()), std::string(task.at("lane").as_string()),
         std::string(task.at("description").as_string()), sequence, task.at("payload")});
  }
  return seen;
}

// What each client was told against what there is; how many tasks there must be.
inline std::size_t settle_all(const std::vector<std::unique_ptr<Client>>& clients,
                              const SeenByTitle& seen) {
  std::size_t expected = 0;
  for (const auto& client : clients) {
    for (const std::string& complaint : client->take_complaints()) ADD_FAILURE() << complaint;
    for (const std::string& complaint : client->ledger().settle(seen)) ADD_FAILURE() << complaint;
    expected += client->ledger().accepted();
  }
  EXPECT_EQ(seen.size(), expected) << "there are tasks that nobody sent";
  return expected;
}

}  // namespace ordo::crash
