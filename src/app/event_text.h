// Events as other nodes are told of them.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "app/events.h"

namespace ordo::app {

[[nodiscard]] std::string text_of(std::span<const Event> events);
// What cannot be understood is left out.
[[nodiscard]] std::vector<Event> events_in(std::string_view text);

}  // namespace ordo::app
