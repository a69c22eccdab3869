// A dispatcher with its committer, a store in memory, a clock and handlers that do as the test
// says.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "app/committer.h"
#include "app/dispatcher.h"
#include "support/fake_clock.h"
#include "support/memory_store.h"
#include "support/scripted_host.h"

namespace ordo::testing {

// Writes down, in words, what each durable transaction held: "add a", "start 1", "end 1".
class SpiedStore : public ports::Store {
 public:
  using Store::apply;
  base::Result<std::vector<ports::WriteAnswer>> apply(std::span<const ports::Write> writes,
                                                      const ports::Follow& follow) override;
  base::Result<ports::Expired> expire(const ports::Expiry&, const ports::ExpiryBite&) override;
  base::Result<void> probe() override { return {}; }

  MemoryStore kept;
  std::size_t tries = 0;
  std::vector<std::vector<std::string>> commits;
  // Called once, when the accepted writes of the next transaction are written.
  std::function<void()> during;
  // Called whenever a transaction is whole and not yet committed.
  std::function<void()> before_commit;

 private:
  static std::string word(const ports::Write& write);
};

// Queues are to be set up before boot(), which is also what a restart is: handlers die, the store
// and the clock stay.
class Dispatching : public ::testing::Test {
 protected:
  using Ids = std::vector<std::string>;
  static constexpr base::Millis kRetryPause{1000};
  static constexpr base::Millis kLease{5000};

  domain::Queue& queue(const char* name);

  void boot();

  struct How {
    const char* queue = "tasks";
    const char* lane = "main";
    domain::Priority priority = domain::Priority::medium;
    std::optional<base::WallTime> due = {};
  };
  // Waits for the next turn; refused_ counts those whose commit failed.
  void submit(std::initializer_list<const char*> ids, const How& how);
  void submit(std::initializer_list<const char*> ids) { submit(ids, {}); }
  void send(ports::Write write);
  void send(std::vector<ports::Write> writes);
  void cancel(const char* id) { send(ports::CancelTask{domain::TaskId(id), clock_.wall()}); }
  void make_urgent(const char* id);
  void pause(const char* name, bool paused);

  void end_oldest() { dispatcher_->ended(host_->end_oldest()); }
  void fail_oldest(std::size_t succeeded = 0);

  // Until runs of four tasks have shown to be quick.
  void be_quick();
  // After `succeeded` of its tasks it begins no more.
  void end_not_begun(std::size_t succeeded);
  ports::Write task_in(const char* name, const std::string& lane);

  // For the queue "pulled". Answered in given_, which has nothing before.
  void claim(base::Millis wait = base::Millis(0), std::size_t max = 1);
  std::string claimed(const char* id);
  // "", or how it was refused.
  std::string say(const char* id, const std::string& lease, decltype(app::LeaseWord::word) word);

  bool turn() { return committer_->turn(); }
  // All that is to be done by now.
  void turns();
  // From now; nothing: it sleeps until somebody wakes it.
  std::optional<std::chrono::nanoseconds> sleeps();

  domain::Task task(const char* id);
  std::string status(const char* id) { return std::string(domain::name_of(task(id).status)); }
  // "failed succeeded"
  std::string attempts(const char* id);
  // How the queue stands, before the turn that this takes.
  domain::QueueView view(const char* name);
  static base::Error disk_full() { return {base::ErrorCode::unavailable, "disk full", {}}; }

  FakeClock clock_;
  SeededRandom random_;
  domain::Queues queues_;
  SpiedStore store_;
  int refused_ = 0;
  std::function<bool()> gone_;  // of the claims that follow
  std::optional<std::vector<app::Claim::Given>> given_;
  std::unique_ptr<ScriptedHost> host_;
  std::unique_ptr<app::Dispatcher> dispatcher_;
  std::unique_ptr<app::Committer> committer_;
};

}  // namespace ordo::testing
