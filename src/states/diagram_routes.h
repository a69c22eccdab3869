// The ways of a flow's edges. Between two ranks nothing but ways; an edge that goes farther than to
// the next rank goes round all the boxes between, in a lane that it shares with others to the same
// state. So no way leads through a box.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "states/diagram_ranks.h"

namespace ordo::states {

struct DrawnPoint {
  double x = 0;
  double y = 0;
};
struct DrawnBox {
  double x = 0;
  double y = 0;
  double width = 0;
  double height = 0;
};
// From point to point: straight, or in a curve that begins and ends vertically.
struct DrawnWay {
  struct Step {
    DrawnPoint to;
    bool curve = false;
    bool hidden = false;  // behind a label
  };
  DrawnPoint from;
  std::vector<Step> steps;
  // So many of them are its own; the others are those of a way that comes from farther off.
  std::size_t own = 0;
};

inline constexpr double kLabelHeight = 18;

struct RoutedFlow {
  double width = 0;
  double height = 0;
  std::vector<DrawnBox> boxes;                  // by vertex
  std::vector<DrawnWay> ways;                   // by link
  std::vector<std::optional<DrawnBox>> labels;  // by link
};

// The flow has its ranks. The upper left corner is 0, 0.
[[nodiscard]] RoutedFlow route(const RankedFlow& flow);

}  // namespace ordo::states
