// A diagram as a picture that needs nothing else: no script, no font, no style of others.
#pragma once

#include <string>
#include <string_view>

#include "states/diagram.h"

namespace ordo::states {

// An SVG document. `title` says of what it is; any text will do.
[[nodiscard]] std::string diagram_svg(const Diagram& diagram, std::string_view title);

}  // namespace ordo::states
