// One flow of a diagram in ranks: which state stands under which, and beside which.
#pragma once

#include <cstdint>
#include <vector>

#include "states/diagram.h"

namespace ordo::states {

// An edge of the flow, between two of its vertices.
struct RankedLink {
  // To the next rank, or round the others: down on the right, back on the left.
  enum class Side : std::uint8_t { left, near, right };

  std::uint32_t from = 0;
  std::uint32_t to = 0;
  Diagram::Place edge = 0;
  double label_width = 0;  // 0: without a label
  bool caught = false;
  Side side = Side::near;  // found by set_ranks
  double slot = 0;         // where it leaves its cell, seen from the box's middle
};

// A state, or the beginning or the end of the flow. Its cell holds its box and, below, the labels
// of the links that leave it; cells of one rank do not touch each other.
struct RankedVertex {
  double box_width = 0;
  double box_height = 0;
  std::vector<std::uint32_t> out = {};  // links, from left to right once there are slots
  std::vector<std::uint32_t> in = {};
  bool has_labels = false;
  std::uint32_t rank = 0;
  std::uint32_t place = 0;  // in its rank
  double left = 0;          // of the cell, from the box's middle
  double right = 0;
  double x = 0;  // the box's middle
};

struct RankedFlow {
  std::vector<RankedVertex> vertices;  // the first one is where it begins
  std::vector<RankedLink> links;
  std::vector<std::vector<std::uint32_t>> ranks;  // vertices, from left to right
};

// From `vertices` with the sizes of their boxes, and `links`, makes all the rest. Linear but for
// the sorting.
void set_ranks(RankedFlow& flow);

}  // namespace ordo::states
