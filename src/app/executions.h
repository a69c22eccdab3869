// Runs the executions of pipelines: one thread for all of them.
//
// Whatever happens to an execution is one step of its state machine. What the step comes to is
// committed together with all else that waits, and only then what it wants to be called is called.
// An execution takes its next step when the last one is durable; what happens meanwhile waits.
// Executions that only wait for time, or for a callback, are not kept in memory.
#pragma once

#include <array>
#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <stop_token>
#include <string>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

#include "app/committer.h"
#include "app/pipelines.h"
#include "app/readers.h"
#include "app/resource_calls.h"
#include "app/schedules.h"
#include "base/result.h"
#include "ports/clock.h"
#include "ports/execution_reads.h"
#include "ports/random.h"
#include "states/step.h"

namespace ordo::app {

struct ExecutionStats {
  std::uint64_t started = 0;
  std::array<std::uint64_t, states::kStatuses> ended = {};  // by status
  std::uint64_t steps = 0;
  std::uint64_t events = 0;
  std::size_t loaded = 0;   // in memory
  std::size_t waiting = 0;  // for time alone, not in memory
};

class Executions {
 public:
  struct Parts {
    const Pipelines& pipelines;
    Committer& committer;
    Readers& readers;
    const ports::Clock& clock;
    ports::Random& random;
    ResourceCalls& calls;
    // By which right they are run, where several nodes share the store.
    std::optional<ports::LaneHold> by = {};
    // What came due so long ago and was not fired counts: another node may just have ended.
    base::Millis grace{0};
    // Of each that has ended, once it is durable. The executions' own thread; must be quick.
    std::function<void(const ports::ExecutionRecord&)> on_end = {};
    // Of an item whose failure the history does not tell. Likewise.
    std::function<void(const ports::ExecutionRecord&, const states::Effects::FailedItem&)>
        on_item_failed = {};
    // Of one that stays as it is because it cannot be read. Likewise.
    std::function<void(const domain::ExecutionId&, const base::Error&)> on_unreadable = {};
  };
  explicit Executions(Parts parts);
  ~Executions();
  Executions(const Executions&) = delete;
  Executions& operator=(const Executions&) = delete;

  // Before the first turn: what was under way when the process before this one ended goes on.
  base::Result<void> load(ports::ExecutionReads& reads);

  template <class T>
  using Answer = std::move_only_function<void(base::Result<T>)>;

  struct Started {
    ports::ExecutionRecord record;
    bool known = false;  // the same one was started before
  };
  struct StartOrder {
    domain::PipelineName pipeline;
    std::string name;   // empty: one is made up
    std::string input;  // JSON
    Answer<Started> answer;
    // Told when it has ended, if this process lives to see it; at once when it has.
    std::function<void(const ports::ExecutionRecord&)> on_end = {};
    // The token of the call that waits for its end: when that waits no more and there was a crash
    // meanwhile, the next process stops what this one has begun for it.
    std::optional<std::string> parent = {};
    std::optional<base::WallTime> firing = {};  // of its schedule
  };
  // Any thread, all of these; answered from the executions' own thread, once it is durable;
  // `unavailable` while nothing can be made so (what has happened already may count all the same).
  // `not_found` without such a pipeline; `conflict` when the name is taken by one of another input.
  void start(StartOrder order);
  // Why one is stopped whose outer execution waits no more.
  [[nodiscard]] static states::Fault nobody_waits() {
    return {"", "nobody waits for this execution any more"};
  }
  // `conflict` when it has ended. Without an answer it is not given up while the disk is full.
  void stop(domain::ExecutionId id, states::Fault why, Answer<std::monostate> answer);
  // `conflict` unless it has ended without success.
  void redrive(domain::ExecutionId id, Answer<std::monostate> answer);
  struct Callback {
    std::string token;
    struct Success {
      std::string output;  // JSON
    };
    struct Heartbeat {};
    std::variant<Success, states::Fault, Heartbeat> word;
  };
  // `not_found` when nobody waits for this token.
  void call_back(Callback callback, Answer<std::monostate> answer);
  void pause(domain::PipelineName pipeline, bool paused, Answer<std::monostate> answer);

  // Once run() has returned: they are another node's. Whoever waits is answered `unavailable`, and
  // so is whoever comes; what is still told of calls and commits is heard by nobody.
  void retire();

  // Nothing more is called, and no schedule fires; what is under way may end, and is kept.
  void stop_calling() { calling_ = false; }
  // Whether no call is under way, after `bound` at the latest.
  bool wait_until_idle(base::Millis bound);

  // The thread of the executions lives here until asked to stop.
  void run(std::stop_token stop);
  // One turn, without waiting: for run() and for tests. Returns whether there was anything to do.
  bool turn();
  // When there is something to do even if nobody says anything.
  [[nodiscard]] std::optional<base::WallTime> next_wake() const;

  [[nodiscard]] ExecutionStats stats() const;
  // When a pipeline fires next; nothing: it does not.
  [[nodiscard]] std::optional<base::WallTime> next_firing(const domain::PipelineName& name) const;
  [[nodiscard]] bool is_paused(const domain::PipelineName& name) const;

 private:
  // What may happen to an execution, and who wants to know of it.
  struct Happening {
    states::Event event;
    Answer<std::monostate> answer = {};  // empty: nobody
  };
  // Steps that go to the disk together.
  struct Flight {
    states::Effects effects;  // of all of them
    std::set<states::FrameId> touched;
    std::vector<Answer<std::monostate>> answers;
    std::size_t steps = 0;
    std::optional<base::WallTime> redriven_at;
    base::WallTime at;                                 // of the last of them
    std::shared_ptr<const ports::ExecutionStep> step;  // once it is on its way
    std::optional<base::Error> failure;                // why it is not durable yet, if it was tried

    // Whether another step may join.
    [[nodiscard]] bool is_open() const {
      return !step && !effects.ending && !redriven_at && steps < kMaxJoined;
    }
    static constexpr std::size_t kMaxJoined = 1024;
  };
  struct Entry {
    domain::ExecutionId id;
    domain::ExecutionNumber number;
    ports::ExecutionRecord record;
    std::shared_ptr<const states::Machine> machine;
    states::Execution execution;
    std::optional<StartOrder> order;  // until it has begun
    std::unique_ptr<Flight> flight;
    std::deque<Happening> inbox;
    std::set<std::string> open_calls;  // tokens
    std::size_t bytes = 0;             // what held_bytes_ holds of it
    bool loading = false;
    bool known = false;  // its number is
  };
  struct Sleeper {
    domain::ExecutionNumber number;
    base::WallTime wake;
  };
  struct StopOrder {
    domain::ExecutionId id;
    Happening what;
  };
  struct CallEnded {
    std::string token;
    ResourceOutcome outcome;
  };
  struct Loaded {
    domain::ExecutionId id;
    base::Result<std::optional<ports::StoredExecution>> stored;
  };
  // A batch is durable, or is not. By place: of the first steps, what came of them.
  struct Stored {
    std::uint64_t batch = 0;
    base::Result<std::vector<ports::WriteAnswer>> answers;
  };
  struct PauseOrder {
    domain::PipelineName pipeline;
    bool paused = false;
    Answer<std::monostate> answer;
  };
  struct Paused {
    domain::PipelineName pipeline;
    bool paused = false;
  };
  using Mail = std::variant<StartOrder, StopOrder, CallEnded, Loaded, Stored, PauseOrder, Paused>;

  // executions.cc: the mailbox, the turn, the orders.
  void post(Mail mail);
  static void refuse(Mail& mail);
  void retry_later();
  void take(StartOrder& order);
  void take(StopOrder& order);
  void take(CallEnded& ended);
  void take(Loaded& loaded);
  void take(Stored& stored);
  void take(PauseOrder& order);
  void take(Paused& paused);
  void wake_sleepers(base::WallTime now);
  void fire(base::WallTime now);

  // execution_steps.cc: steps, and what follows them.
  Entry& add_entry(const domain::ExecutionId& id);
  void happen(Entry& entry, Happening what);
  void next(Entry& entry);
  void do_step(Entry& entry, Happening what);
  static std::shared_ptr<const ports::ExecutionStep> kept(Entry& entry);
  // The committer begins with the first of many while the next are being made; what is too much
  // for it waits here rather than in its mailbox.
  static constexpr std::size_t kMaxBatch = 256;
  static constexpr std::size_t kMaxStoring = 4096;
  // With so much it is full: the committer, which has others to serve, must have room for it.
  static constexpr std::size_t kFullBatchBytes = 8UL * 1024 * 1024;
  void flush();
  // Their steps are made.
  static std::span<Entry* const> first_batch(std::span<Entry* const> waiting);
  void submit(std::span<Entry* const> batch);
  void durable(Entry& entry);
  // Its steps go on being tried.
  static void keep_nobody_waiting(Entry& entry, const base::Error& error);
  void begun(Entry& entry, ports::WriteAnswer& answer);
  void refused(Entry& entry, const base::Error& error);
  // Whoever waits for it is told why, and it leaves the memory.
  void abandon(Entry& entry, const base::Error& error);
  void begin_call(Entry& entry, states::CallWanted wanted);
  void end_call(Entry& entry, const std::string& token);
  void ended(Entry& entry, const ports::ExecutionStep::End& end);
  void tell_end(const ports::ExecutionRecord& record);
  void rest(Entry& entry);
  void drop(Entry& entry);

  // execution_loading.cc: from the store into memory.
  Entry& find_or_load(const domain::ExecutionId& id, std::optional<domain::ExecutionNumber> number);
  void load_entry(Entry& entry);
  void load_waiting();
  void begin_loading(Entry& entry);
  // Weighs it anew.
  void weigh(Entry& entry);
  void unreadable(Entry& entry, const base::Error& error);
  base::Result<std::shared_ptr<const states::Machine>> machine_of(const std::string& definition);
  base::Result<void> restore(Entry& entry, ports::StoredExecution stored);
  states::Identity identity_of(const ports::ExecutionRecord& record) const;

  Parts parts_;
  states::Entropy entropy_;
  Schedules schedules_;

  // The executions' own thread only.
  std::unordered_map<std::string, std::unique_ptr<Entry>> entries_;
  std::unordered_map<std::string, Sleeper> sleepers_;
  std::set<std::pair<base::WallTime, std::string>> alarms_;  // of entries and sleepers
  std::vector<Entry*> to_store_;
  std::map<std::uint64_t, std::vector<Entry*>> batches_;  // on their way
  std::size_t storing_ = 0;                               // in all of them
  std::vector<Entry*> to_retry_;
  std::vector<Entry*> to_load_again_;
  base::MonoTime retry_at_;  // of both
  std::uint64_t last_batch_ = 0;
  std::deque<domain::ExecutionId> to_load_;  // at a start
  std::deque<Entry*> to_load_next_;          // as there is room
  std::size_t loading_ = 0;
  std::size_t held_bytes_ = 0;  // of the JSON in memory
  std::unordered_map<std::string, std::vector<std::function<void(const ports::ExecutionRecord&)>>>
      watchers_;
  std::map<std::string, std::weak_ptr<const states::Machine>, std::less<>> machines_;

  std::atomic<bool> calling_ = true;

  mutable std::mutex mutex_;
  std::condition_variable_any arrived_;
  std::condition_variable_any idle_;
  // All below is guarded by mutex_.
  std::deque<Mail> mailbox_;
  bool retired_ = false;
  std::size_t calls_open_ = 0;
  ExecutionStats stats_;
  std::map<domain::PipelineName, std::optional<base::WallTime>> next_firings_;
  std::set<domain::PipelineName> paused_;
};

}  // namespace ordo::app
