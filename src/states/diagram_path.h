// Follows the history of an execution through the diagram of its machine.
#pragma once

#include <cstdint>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "states/diagram.h"

namespace ordo::states {

// An event says what it is of only by the event that it follows, so that this remembers where each
// of them led. One thread; linear in the events.
class DiagramPath {
 public:
  explicit DiagramPath(const Machine& machine);

  // The events of one execution, in their order and without holes. `invalid` when it is none.
  base::Result<void> follow(std::string_view event);

  // What has become of all the states until then.
  [[nodiscard]] Diagram finish() &&;

 private:
  using Place = Diagram::Place;
  using VisitPlace = std::uint32_t;
  static constexpr VisitPlace kNone = UINT32_MAX;

  // A state that was entered.
  struct Visit {
    Place node = 0;
    VisitPlace around = kNone;  // that of the state around it
    std::uint32_t round = 0;    // of `around`, in which it was entered
    std::uint32_t run = 0;      // those that follow each other, in one branch or iteration
    std::uint32_t rounds = 0;   // how often its own branches or iterations began, retries included
    Fate fate = Fate::running;
    bool failing = false;     // the last that was heard of it is a failure
    bool superseded = false;  // the same run entered its state again
    bool at_end = false;      // left by its edge to the end
  };
  struct Behind {
    VisitPlace visit = kNone;
    bool exited = false;
  };
  struct Told;

  [[nodiscard]] bool is_open(VisitPlace visit) const;
  [[nodiscard]] StateType type_of(VisitPlace visit) const;
  [[nodiscard]] VisitPlace outwards(VisitPlace from, Place node) const;
  [[nodiscard]] VisitPlace nearest_open(VisitPlace from, StateType type) const;
  VisitPlace last_open(Place node);
  void fail_until(VisitPlace from, VisitPlace around);
  void close(Fate fate);

  Behind take(const Told& told, Behind before);
  Behind take_execution(const Told& told, Behind before);
  Behind take_children(const Told& told, Behind before);
  Behind enter(const Told& told, Behind before);
  Behind leave(const Told& told, Behind before);
  void go_on(Visit& left, Place to);
  VisitPlace reopen();

  Diagram diagram_;
  std::unordered_map<std::string_view, Place> places_;         // of states, by name
  std::vector<Visit> visits_;                                  // what is around stands before
  std::vector<std::vector<VisitPlace>> open_;                  // by state; some may have ended
  std::unordered_map<std::uint64_t, Behind> behind_;           // by event
  std::unordered_map<std::uint64_t, VisitPlace> last_of_run_;  // by run and state
  std::uint32_t runs_ = 0;
};

}  // namespace ordo::states
