// Keeps this node among the others: says in time that it lives, and shares the lanes with them.
// Each takes what nobody has up to its share, and gives back what is over it; nobody tells anybody
// what to do. Whoever did not say in time that he lives is given up by the next who looks.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

#include "base/result.h"
#include "ports/lane_leases.h"
#include "ports/pipeline_lease.h"
#include "ports/trouble.h"
#include "postgres/link.h"
#include "postgres/standing.h"
#include "postgres/timeline.h"

namespace ordo::postgres {

struct LeaseOptions {
  ConnectionOptions connection;
  std::string name = "ordo";  // for people
  base::Millis lease{10'000};
  // As whom attempts are begun from now on, and which others there are.
  std::function<void(std::string node, std::vector<std::string> others)> be = {};
  std::function<void()> on_news = {};
  // The right to run the pipelines has come, or has gone.
  std::function<void()> on_pipelines = {};
  // Others have accepted tasks, or may have.
  std::function<void()> on_tasks = {};
  // Another database answers now, that may lack what this one had answered.
  std::function<void(const base::Error& error)> on_replaced = {};
  ports::OnTrouble on_trouble = {};  // hears of "leases"
};

// Borrows clock and randomness. One thread beats; news() and release() are another's.
class LeaseKeeper : public ports::LaneLeases, public ports::PipelineLease {
 public:
  LeaseKeeper(LeaseOptions options, const ports::Clock& clock, ports::Random& random);
  ~LeaseKeeper() override;

  News news() override;
  bool is_taking() override;
  void release(std::vector<ports::LaneHold> holds) override;
  std::optional<ports::LaneHold> pipelines() override;
  void give_up_pipelines(ports::LaneHold hold) override { release({hold}); }

  // Any thread.
  [[nodiscard]] Standing standing();

  // Beats in time, and at once when others or this node have something to tell.
  void run(const std::stop_token& stop);
  // Renews what this node has, takes its share and gives back what was released. `unavailable`: the
  // database was not reached, and all is as it was.
  base::Result<void> beat();
  // Any thread. It takes nothing any more, and wants all back.
  void drain();
  // Nothing is under way any more: others may have its lanes at once.
  base::Result<void> leave();

  // Of the beating thread.
  [[nodiscard]] const std::set<ports::LaneHold>& held() const noexcept { return held_; }

 private:
  struct Census {
    bool is_alive = false;
    std::size_t nodes = 1;  // that share, this one included
    std::size_t overdue = 0;
    std::size_t free = 0;
    std::uint64_t last_place = 0;
    std::vector<std::string> others = {};  // that live
  };
  Answer<void> join(Connection& connection);
  Answer<void> give_back(Connection& connection);
  Answer<Census> renew(Connection& connection);
  Answer<void> remove_overdue(Connection& connection);
  Answer<void> take(Connection& connection, std::size_t most);
  void lose_all();
  void lose_overdue();
  void want_back(std::size_t count);
  void note_taking(bool taking);
  void note_pipelines(std::optional<ports::LaneHold> hold);
  void note_standing();
  Answer<void> beat_on(Connection& connection);
  Answer<void> introduce(Connection& connection);
  void be(std::vector<std::string> others);
  bool listen_until(Connection* connection, base::MonoTime next);
  bool take_in(const std::vector<std::string>& heard);
  void poke() const;
  bool is_draining();

  LeaseOptions options_;
  const ports::Clock& clock_;
  ports::Random& random_;
  Link link_;
  // The beating thread's own.
  std::string node_;  // empty: it has not joined
  std::set<ports::LaneHold> held_;
  std::set<ports::LaneHold> wanted_;  // of those
  std::vector<std::string> others_;
  std::uint64_t last_place_ = 0;
  std::size_t sharing_ = 0;  // how many nodes do
  Timeline timeline_;
  std::uint64_t introduced_ = 0;  // which of the link's connections was, last
  base::MonoTime good_until_;     // as far as this node can know
  bool failing_ = false;
  int wake_[2] = {-1, -1};

  std::mutex mutex_;
  News news_;  // guarded by mutex_, as all that follow
  bool taking_ = false;
  std::optional<ports::LaneHold> pipelines_;
  std::vector<ports::LaneHold> released_;
  bool draining_ = false;
  Standing standing_;
};

}  // namespace ordo::postgres
