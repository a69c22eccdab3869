// Events of an execution's history, as text for people.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/result.h"
#include "base/time.h"

namespace ordo::cli {

struct ToldEvent {
  std::uint64_t id = 0;
  std::string at;
  std::string type;     // "TaskStateEntered"
  std::string what;     // the same in words: "task state entered"
  std::string state;    // the state that it is of; empty: of the execution itself, or unknown
  std::string failure;  // "States.Timeout: the cause"
  std::optional<base::Millis> took;  // what ended with it: a state, a call, an iteration, all of it
  std::string details;               // a JSON object, or empty
};

// An event says what it is of only by the event that it follows, so that this remembers those that
// it has told. Without the first ones less is known of the others. One thread.
class HistoryTeller {
 public:
  // The events of one execution, in their order. `invalid` when it is none.
  base::Result<ToldEvent> tell(std::string_view event);

 private:
  // A state that was entered.
  struct State {
    std::string name;
    std::string type;
    base::WallTime at;
    std::uint64_t around = 0;  // the event by which the one around it was entered; 0: none
    std::optional<base::WallTime> called_at;
    std::map<std::string, base::WallTime> iterations;  // by index
  };

  [[nodiscard]] std::uint64_t state_behind(std::uint64_t event) const;
  template <class Is>
  [[nodiscard]] std::uint64_t nearest(std::uint64_t entered, Is is) const;
  void tell_execution(ToldEvent& event, base::WallTime at);
  std::uint64_t tell_state(ToldEvent& event, std::uint64_t before, base::WallTime at);
  std::uint64_t tell_branches(ToldEvent& event, std::uint64_t before, base::WallTime at);
  void tell_call(ToldEvent& event, std::uint64_t before, base::WallTime at);

  base::WallTime begun_;
  std::unordered_map<std::uint64_t, State> entered_;  // by the event that did
  std::unordered_map<std::uint64_t, std::uint64_t>
      behind_;  // an event: the state that is open then
};

// "TaskStateEntered" as "task state entered".
[[nodiscard]] std::string in_words(std::string_view type);

// "0.250 s"
[[nodiscard]] std::string seconds_text(std::optional<base::Millis> time);

// Whether the execution ends with an event of this type.
[[nodiscard]] bool ends_execution(std::string_view type);

}  // namespace ordo::cli
