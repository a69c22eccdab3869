// Starts what may start and records what came of it, in the committer's turns.
//
// In one transaction with the tasks that are accepted and the outcomes that came in are the starts
// that follow from them: an attempt is durable before its handler runs, a lane's next task starts
// only when the outcome of the one before it is durable, and neither costs a commit of its own.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "app/dispatch_stats.h"
#include "app/events.h"
#include "app/flights.h"
#include "app/shared_lanes.h"
#include "app/turn_partner.h"
#include "base/result.h"
#include "base/time.h"
#include "domain/lane_board.h"
#include "domain/queue.h"
#include "ports/backlog.h"
#include "ports/clock.h"
#include "ports/function_host.h"
#include "ports/lane_leases.h"
#include "ports/random.h"
#include "ports/writes.h"

namespace ordo::app {

// A worker asks for work: it is answered when there is some, or, with nothing, at the deadline.
struct Claim {
  domain::QueueName queue;
  std::size_t max = 1;
  base::MonoTime deadline;
  base::Millis lease{30'000};
  struct Given {
    domain::Task task;
    std::string lease;
    base::WallTime until;
  };
  std::move_only_function<void(base::Result<std::vector<Given>>)> answer;
  std::function<bool()> gone = {};  // nobody hears the answer any more; any thread, quick
  bool passed_on = false;           // by another node, of which it is
  bool tried = false;               // the dispatcher's own

  [[nodiscard]] bool left() const { return gone && gone(); }
};

// What a worker says of a task that it was given. Answered once it is durable; conflict when the
// lease is not the one that counts, or when the tasks of a lane are not done in their order.
struct LeaseWord {
  domain::TaskId id;
  std::string lease;
  struct Extend {
    base::Millis by;
  };
  struct Return {};  // it was never worked on
  std::variant<domain::Succeeded, domain::Failure, Extend, Return> word;
  std::move_only_function<void(base::Result<void>)> answer;
  bool passed_on = false;  // by another node, which does not have it
};

// What was done to a task that waits or runs, whoever did it.
struct TaskChange {
  domain::TaskId id;
  ports::Place place;  // with the priority that it has now
  domain::TaskStatus before = domain::TaskStatus::queued;
  domain::TaskStatus status = domain::TaskStatus::queued;
};

// What a dispatcher says to those of other nodes. The committer's thread; never waits.
class OtherNodes {
 public:
  virtual ~OtherNodes() = default;

  // On a task that is not under way here.
  virtual void pass_on(LeaseWord word) = 0;
  // Of a lane that is not ours.
  virtual void tell(TaskChange change) = 0;
  // Some queue was paused, or goes on.
  virtual void tell_of_pauses() = 0;
  // So many lanes of a queue could begin, and nobody here asks for their tasks.
  virtual void offer(const domain::QueueName& queue, std::size_t lanes) = 0;
  // Takes the claim to a node that has offered something; false: there is none, and the claim is
  // still the caller's.
  virtual bool fetch(Claim& claim) = 0;
};

class Dispatcher : public TurnPartner {
 public:
  struct Parts {
    const domain::Queues& queues;
    const ports::Clock& clock;
    ports::Random& random;
    ports::FunctionHost& host;
    Events* events = nullptr;            // null: nobody is told
    std::function<void()> wake = {};     // the committer's; any thread
    std::function<void()> noticed = {};  // there are new notices; the committer's thread
    // Where several nodes share the lanes; null: all are ours.
    ports::LaneLeases* leases = nullptr;
    ports::LaneBacklog* lane_backlog = nullptr;
    std::size_t places_at_once = SharedLanes::kPlacesAtOnce;
    OtherNodes* others = nullptr;
  };
  explicit Dispatcher(Parts parts);
  ~Dispatcher() override;

  // Before the first turn: what waits, and what was under way when the process before this one
  // ended. Attempts that nobody can finish any more count as lost.
  base::Result<void> load(ports::Backlog& backlog);

  // Any thread, what other nodes have done: accepted tasks; changed one that is ours; paused some
  // queue, or ended that; and that they have work for our workers.
  void note_others();
  void note(TaskChange change);
  void note_pauses();
  void note_offer(domain::QueueName queue, std::size_t lanes);
  // Any thread.
  void ended(std::vector<ports::Ended> ended);
  void claim(Claim claim);
  void say(LeaseWord word);
  // `look` is called on the committer's thread, within its next turn; must be quick.
  using Look = std::move_only_function<void(
      const domain::LaneBoard& board, const std::map<domain::QueueName, std::uint64_t>& dead)>;
  void look(Look look);
  // Nothing starts any more; claims are answered with nothing.
  void stop_starting();
  // Whether no invocation is under way, after `bound` at the latest.
  bool wait_until_idle(base::Millis bound);
  [[nodiscard]] DispatchStats stats() const;

  bool begin() override;
  std::span<const ports::Write> follow(std::span<const ports::Write> writes,
                                       std::span<const ports::WriteAnswer> answers) override;
  void committed(std::span<const ports::Write> writes,
                 std::span<ports::WriteAnswer> answers) override;
  void undone() override;
  void expired(const ports::Expired& expired) override;
  [[nodiscard]] std::optional<base::MonoTime> next_turn() const override;

 private:
  // In a turn; the rest waits for the next one, so that nobody who submits waits for long.
  static constexpr std::size_t kMaxStarts = 1024;
  static constexpr std::size_t kMaxClaims = 10'000;
  static constexpr std::size_t kMaxWords = 100'000;
  // Tasks of a lane that are handed over together when the next need not wait for the disk: as many
  // as take about this long, so that a slow handler's tasks do not count as begun long before.
  static constexpr std::size_t kLongestRun = 256;
  static constexpr base::Millis kRunTime{10};
  static constexpr base::Millis kLongRunTime{50};  // the rest is taken back
  static constexpr base::Millis kPauseAfterFailure{200};

  struct Function {
    std::size_t capacity = 0;
    std::size_t busy = 0;  // so many of its slots are taken
  };
  // A queue that is configured, and the function that does its tasks.
  struct Line {
    const domain::Queue* queue = nullptr;
    Function* function = nullptr;  // null: workers elsewhere
    std::size_t run = 1;           // tasks of a lane that are handed over together
  };
  // What a write of our own is about: how an attempt ended, or a lease that goes on.
  struct OwnWrite {
    ports::InvocationId flight = {};
    std::size_t task = 0;
    bool puts_back = false;                         // the task waits again
    bool alone = false;                             // with no other, for it has failed
    std::optional<base::MonoTime> extends_to = {};  // a lease
    std::move_only_function<void(base::Result<void>)> answer = {};
  };
  struct Heard {
    ports::Ended ended;
    base::MonoTime at;
  };
  struct Inbox {
    std::vector<Heard> ended;
    std::vector<Claim> claims;
    std::vector<LeaseWord> words;
    std::vector<Look> looks;
    std::vector<TaskChange> changes;
    std::map<domain::QueueName, std::size_t> offers;
    bool others = false;  // have accepted tasks
    bool pauses = false;  // are not what they were
  };
  // A claim, and which of the turn's new flights are for it.
  struct ServedClaim {
    Claim claim;
    std::size_t first = 0;
    std::size_t count = 0;
  };
  // What this turn did to the board, so that it can be undone.
  struct Turn {
    bool holding = false;   // we write and start nothing
    bool followed = false;  // how far the transaction came: what was accepted is on the board
    bool ended = false;     // and so are the outcomes
    std::vector<ports::Place> added;
    std::vector<ports::Place> moved;          // with the priority that they had
    std::vector<ports::InvocationId> closed;  // flights whose lane was vacated
    std::vector<Flight> starting;
    std::vector<ports::Write> starts;
    std::vector<ServedClaim> served;
  };

  // Any thread. False when so many wait already; then the item is still the caller's.
  template <class Item>
  bool put(std::vector<Item> Inbox::* where, Item& item, std::size_t limit);

  // begin and follow
  void take_in();
  void take(Heard heard);
  void take(LeaseWord word);
  void not_here(LeaseWord word);
  static base::Result<void> lost();
  void hold_lease(Flight& flight, base::MonoTime until);
  void drop_lease(const Flight& flight);
  void expire_leases(base::MonoTime now);
  void expire_claims(base::MonoTime now);
  void write(ports::Write write, OwnWrite about);
  void own(Flight& flight, std::size_t task, domain::Verdict verdict,
           std::move_only_function<void(base::Result<void>)> answer = {});
  void fail_rest(Flight& flight, const domain::Failure& failure,
                 std::move_only_function<void(base::Result<void>)> answer = {});
  const domain::Queue* queue_named(const domain::QueueName& name) const;
  void close_if_silent(Flight& flight);
  void release_rest(Flight& flight);
  void count_claims();
  void learn_run(const Flight& flight, std::size_t count, base::MonoTime now);
  void cut_short(Flight& flight, base::MonoTime now);
  void free_slot(Flight& flight);
  void untake(Flight& flight);
  void curtail(const domain::QueueName* of);
  [[nodiscard]] bool can_start() const;
  [[nodiscard]] bool can_start(const Line& line) const;

  // follow
  void add_accepted(std::span<const ports::Write> writes,
                    std::span<const ports::WriteAnswer> answers);
  void end_own(std::span<const ports::WriteAnswer> answers);
  void start_ready();
  bool start_lane(Line& line);
  std::optional<domain::LaneBoard::Taken> take_lane(const domain::QueueName& queue,
                                                    std::size_t most);
  bool serve_claim(Line& line);
  std::string new_lease(domain::Sequence sequence);
  Flight flight_of(const Line& line, domain::LaneBoard::Taken taken);

  // committed
  void tell_accepted(std::span<const ports::Write> writes,
                     std::span<const ports::WriteAnswer> answers);
  void tell_own(std::span<const ports::WriteAnswer> answers);
  void count_end(const ports::EndAttempt& end, const Flight& flight, const FlightTask& task);
  void apply_change(const ports::WriteAnswer& answer, const ports::Write& write);
  void cancel(domain::Sequence sequence);
  void launch(std::span<ports::WriteAnswer> answers);
  bool answer_claim(ServedClaim& served, std::span<std::vector<domain::Task>> tasks);
  std::vector<domain::Task> take_off(Flight& flight, std::span<ports::WriteAnswer> answers);
  [[nodiscard]] bool told() const { return parts_.events != nullptr && parts_.events->wanted(); }
  void tell(EventType type, const domain::Task& task);
  void publish_stats();

  // dispatch_others.cc: what is said to other nodes, and by them.
  void take(const TaskChange& change);
  void take(Claim claim);
  void take_offer(const domain::QueueName& queue, std::size_t lanes);
  void take_changes();
  void read_pauses();
  void count_dead();
  void offer_work();
  void tell_others(const TaskChange& change);
  // How long an offer is believed to be known.
  static constexpr base::Millis kOfferTime{5'000};

  // Lanes that come and go.
  void look_after_lanes();
  void forget_lanes(const SharedLanes::Shards& shards);
  void lose_flights(const SharedLanes::Shards& shards);
  void leave_flights(const SharedLanes::Shards& shards);
  void drop_flight(Flight& flight);
  void read_lanes();
  void put_in_lane(const ports::Place& place);
  // Gives what waits here another priority, and says what it had.
  std::optional<domain::Priority> rank(const ports::Place& place);
  void add_drawn(std::span<const ports::Write> writes, std::span<const ports::WriteAnswer> answers);
  static std::vector<ports::Place> new_places(std::span<const ports::Write> writes,
                                              std::span<const ports::WriteAnswer> answers);

  // load
  // The flights that are taken up again, by their lane.
  struct Adopted {
    base::MonoTime now;
    base::WallTime wall;
    std::map<std::pair<domain::QueueName, domain::LaneKey>, ports::InvocationId> flights = {};
  };
  base::Result<void> load_lanes(ports::Backlog& backlog);
  void end_adopted(const Adopted& adopted);
  void adopt(const ports::OpenTask& open, Adopted& adopted);
  void hold(const ports::OpenTask& open, const Adopted& adopted);

  Parts parts_;
  // The committer's thread only.
  std::optional<SharedLanes> lanes_;
  // Tasks that were taken up at once, of lanes that are still coming; and their shards.
  std::map<domain::Sequence, std::uint16_t> arriving_;
  // Of these lanes, what waits by its rank: the best may be still to come.
  std::map<domain::Sequence, ports::Place> unranked_;
  bool reads_on_ = false;  // there is more to be known of lanes
  domain::LaneBoard board_;
  Flights flights_;
  // Our own writes on their way to the disk, and what each is about.
  std::vector<ports::Write> own_writes_;
  std::vector<OwnWrite> own_;
  std::map<domain::QueueName, std::deque<Claim>> claims_;
  std::map<domain::QueueName, std::uint64_t> dead_;
  std::set<std::pair<base::MonoTime, std::uint64_t>> leases_;
  std::map<domain::QueueName, base::MonoTime> offered_;  // when others were told of work there
  std::set<domain::QueueName> fetched_;  // where the last claim went to another node
  ports::Backlog* backlog_ = nullptr;
  bool pauses_stale_ = false;
  std::map<std::string, Function> functions_;
  std::vector<Line> lines_;     // by the queues' names
  std::size_t first_line_ = 0;  // whose turn it is to start first
  bool curtailed_ = false;      // everything, because nothing starts any more
  bool told_stale_ = false;     // the statistics are not what they were told to be
  Turn turn_;
  std::uint64_t next_id_ = 0;
  std::optional<base::MonoTime> retry_at_;  // after a commit that failed
  std::vector<Event> events_;
  bool has_news_ = false;  // a task died
  DispatchStats counts_;

  mutable std::mutex mutex_;
  std::condition_variable idle_;
  // Guarded by mutex_.
  Inbox inbox_;
  DispatchStats stats_;
  std::atomic<bool> stopping_ = false;
  std::atomic<std::size_t> waiting_claims_ = 0;  // beside those of the inbox
};

template <class Item>
bool Dispatcher::put(std::vector<Item> Inbox::* where, Item& item, std::size_t limit) {
  {
    const std::lock_guard lock(mutex_);
    std::vector<Item>& items = inbox_.*where;
    if (items.size() >= limit) return false;
    items.push_back(std::move(item));
  }
  if (parts_.wake) parts_.wake();
  return true;
}

}  // namespace ordo::app
