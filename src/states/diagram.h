// What is drawn of a state machine, and what an execution of it has made of each state.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "states/execution.h"
#include "states/machine.h"

namespace ordo::states {

// What became of a state, where it was entered.
enum class Fate : std::uint8_t {
  unreached,  // it was not
  running,    // it is under way
  succeeded,
  caught,   // it failed, and a catcher says where it goes on
  failed,   // it failed, and nobody caught it
  stopped,  // it was under way when others failed, or when the execution was stopped
};
[[nodiscard]] std::string_view fate_name(Fate fate) noexcept;  // "succeeded"

struct Diagram {
  using Place = std::uint32_t;  // in `nodes`, `flows` or `edges`
  static constexpr Place kNone = UINT32_MAX;

  struct Edge {
    enum class Kind : std::uint8_t { start, next, choice, caught, end };
    Kind kind = Kind::next;
    Place from = kNone;  // a state; none: it leads from the beginning of its flow
    Place to = kNone;    // a state; none: it leads to the end of its flow
    // The rules of a Choice that lead there ("$.n > 1", "Default"), or the errors that are caught.
    std::vector<std::string> texts = {};
    std::uint32_t taken = 0;
  };
  struct Node {
    std::string name;
    StateType type = StateType::pass;
    Place flow = 0;
    std::vector<Place> edges = {};  // that leave it: one at most of a kind to each state
    std::vector<Place> flows = {};  // within it
    std::uint32_t entered = 0;
    Fate fate = Fate::unreached;
  };
  // The machine's own states, those of a branch, or those that are done for each item.
  struct Flow {
    std::string title;              // "branch 2"; of the machine's own: ""
    Place around = kNone;           // the state that it is within
    bool recorded = true;           // false: what happens there is not in the history
    Place start = kNone;            // the edge that leads to its first state
    std::vector<Place> nodes = {};  // in the definition's order
  };

  Status status = Status::running;  // of the execution
  std::vector<Node> nodes;          // a state stands before those within it
  std::vector<Flow> flows;          // the machine's own is the first one
  std::vector<Edge> edges;
};

// Before anything has happened.
[[nodiscard]] Diagram diagram_of(const Machine& machine);

// The rule in a few words: "$.a = 1 and not $.b is present". Cut, with an ellipsis, when it is
// long.
[[nodiscard]] std::string rule_text(const ChoiceRule& rule);

}  // namespace ordo::states
