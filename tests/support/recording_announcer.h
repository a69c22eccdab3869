// Remembers what it was told, and can be told to fail.
#pragma once

#include <functional>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "ports/announcer.h"

namespace ordo::testing {

// Any thread.
class RecordingAnnouncer : public ports::Announcer {
 public:
  std::vector<base::Result<void>> announce(
      std::span<const ports::Announcement> announcements) override {
    const std::lock_guard lock(mutex_);
    std::vector<base::Result<void>> outcomes;
    for (const ports::Announcement& one : announcements) {
      if (fails && fails(one)) {
        outcomes.emplace_back(base::fail(base::ErrorCode::unavailable, "the queue is away"));
        continue;
      }
      told_.push_back(one);
      outcomes.emplace_back();
    }
    return outcomes;
  }
  std::vector<ports::Announcement> told() {
    const std::lock_guard lock(mutex_);
    return told_;
  }
  // "a", or "a again".
  std::vector<std::string> words() {
    std::vector<std::string> all;
    for (const ports::Announcement& one : told()) {
      all.push_back(one.task.id.value() + (one.again ? " again" : ""));
    }
    return all;
  }

  std::function<bool(const ports::Announcement&)> fails;  // set while nobody announces

 private:
  std::mutex mutex_;
  std::vector<ports::Announcement> told_;  // guarded by mutex_
};

}  // namespace ordo::testing
