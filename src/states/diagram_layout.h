// Where everything of a diagram is drawn.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "states/diagram.h"
#include "states/diagram_routes.h"

namespace ordo::states {

inline constexpr double kNameSize = 13;   // of the type, as all of these
inline constexpr double kSmallSize = 11;  // of what stands under a name, and of labels

struct DiagramLayout {
  struct Label {
    std::string text;  // cut to its box
    DrawnBox box;
  };
  double width = 0;
  double height = 0;
  std::vector<DrawnBox> nodes;
  std::vector<std::string> names;  // by node: cut to its box
  std::vector<DrawnBox> flows;
  std::vector<DrawnBox> starts;               // by flow
  std::vector<std::optional<DrawnBox>> ends;  // by flow
  std::vector<DrawnWay> ways;                 // by edge
  std::vector<std::optional<Label>> labels;   // by edge
};

// What is within a state is laid out within its box. No two boxes beside each other touch, and no
// way leads through a box that it does not begin or end at. The upper left corner is 0, 0.
[[nodiscard]] DiagramLayout lay_out(const Diagram& diagram);

}  // namespace ordo::states
