// Hears how invocations end, for tests of hosts. Every wait ends.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "ports/function_host.h"

namespace ordo::testing {

class EndedLog {
 public:
  [[nodiscard]] ports::OnEnded listener() {
    return [this](std::vector<ports::Ended> ended) {
      const std::lock_guard lock(mutex_);
      ++calls_;
      for (ports::Ended& each : ended) add(std::move(each));
      changed_.notify_all();
    };
  }

  // How invocation `id` ended, with all of its results; waits for it.
  ports::Ended of(std::uint64_t id) {
    std::unique_lock lock(mutex_);
    if (!changed_.wait_for(lock, kPatience, [&] { return ended_.contains(id); })) {
      ADD_FAILURE() << "invocation " << id << " has not ended";
      return {};
    }
    return ended_.at(id);
  }
  // Waits until so many have ended.
  bool wait_for(std::size_t count) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, kPatience, [&] { return ended_.size() >= count; });
  }
  [[nodiscard]] std::size_t size() {
    const std::lock_guard lock(mutex_);
    return ended_.size();
  }
  [[nodiscard]] bool has(std::uint64_t id) {
    const std::lock_guard lock(mutex_);
    return ended_.contains(id);
  }
  // How many tasks of invocation `id`, which goes on, have succeeded so far; waits for one.
  std::size_t progress_of(std::uint64_t id) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, kPatience, [&] { return going_on_.contains(id); });
    return going_on_[id].size();
  }
  // How often somebody was told of it, which has ended.
  [[nodiscard]] std::size_t tellings_of(std::uint64_t id) {
    const std::lock_guard lock(mutex_);
    return tellings_[id];
  }
  bool wait_for_calls(std::size_t count) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, kPatience, [&] { return calls_ >= count; });
  }
  // How often somebody was told.
  [[nodiscard]] std::size_t calls() {
    const std::lock_guard lock(mutex_);
    return calls_;
  }

 private:
  static constexpr std::chrono::seconds kPatience{60};

  void add(ports::Ended ended) {
    const std::uint64_t id = ended.id.value();
    if (ended_.contains(id)) ADD_FAILURE() << "invocation " << id << " ended twice";
    ++tellings_[id];
    auto& results = going_on_[id];
    std::ranges::move(ended.results, std::back_inserter(results));
    if (ended.more) return;
    ended.results = std::move(results);
    going_on_.erase(id);
    ended_.emplace(id, std::move(ended));
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::uint64_t, ports::Ended> ended_;
  std::map<std::uint64_t, std::vector<std::optional<std::string>>> going_on_;
  std::map<std::uint64_t, std::size_t> tellings_;
  std::size_t calls_ = 0;
};

// A task of lane "main" on its first attempt.
inline domain::Task running_task(std::string id, std::string payload = "{}") {
  domain::Task task;
  task.id = domain::TaskId(std::move(id));
  task.queue = domain::QueueName("tasks");
  task.lane = domain::LaneKey("main");
  task.sequence = domain::Sequence(1);
  task.content.title = "work";
  task.content.payload = std::move(payload);
  task.status = domain::TaskStatus::running;
  task.attempts = 1;
  return task;
}

inline ports::Invocation invocation(std::uint64_t id, std::string function,
                                    std::vector<domain::Task> tasks) {
  return {ports::InvocationId(id), std::move(function), std::move(tasks)};
}

inline std::vector<ports::Invocation> just(ports::Invocation one) {
  std::vector<ports::Invocation> all;
  all.push_back(std::move(one));
  return all;
}

// Task by task: "ok", or "ok {its result}"; then "Type: message" of the failure.
inline std::string told(const ports::Ended& ended) {
  std::string text;
  for (const auto& result : ended.results) {
    if (!text.empty()) text += ", ";
    text += result ? "ok " + *result : "ok";
  }
  if (ended.failure) {
    if (!text.empty()) text += ", ";
    text += domain::text_of(*ended.failure);
  }
  return text;
}

}  // namespace ordo::testing
