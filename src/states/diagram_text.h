// Text in a drawing, measured without a font at hand.
#pragma once

#include <string>
#include <string_view>

namespace ordo::states {

// About how wide it is in a sans-serif face of this size; rather more than less.
[[nodiscard]] double text_width(std::string_view text, double size) noexcept;

// As much of it as is no wider, with an ellipsis when that is not all.
[[nodiscard]] std::string fit_text(std::string_view text, double size, double width);

// As character data or the value of an attribute in XML. Control characters, and what else XML
// cannot hold, become U+FFFD, here and below.
void append_xml_text(std::string& out, std::string_view text);

// In the quotes of Graphviz, which takes entities and escapes of its own for what they stand for.
void append_dot_text(std::string& out, std::string_view text);

}  // namespace ordo::states
