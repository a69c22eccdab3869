// Which headers a request to somebody outside may have. Pure.
#pragma once

#include <string_view>

namespace ordo::app {

// By the grammar of HTTP (RFC 9110, 5.5), and nothing but text.
[[nodiscard]] bool is_header_value(std::string_view value) noexcept;

// One that says how the bytes travel and where to: only who sends them can set it.
[[nodiscard]] bool is_of_the_wire(std::string_view name) noexcept;

// One that AWS Step Functions lets no definition of a machine set; those of the wire are among
// them.
[[nodiscard]] bool is_closed_to_definitions(std::string_view name) noexcept;

}  // namespace ordo::app
