// A diagram in the language of Graphviz.
#pragma once

#include <string>
#include <string_view>

#include "states/diagram.h"

namespace ordo::states {

// A digraph. `title` says of what it is; any text will do.
[[nodiscard]] std::string diagram_dot(const Diagram& diagram, std::string_view title);

}  // namespace ordo::states
