// What an ItemReader has read, taken apart into items.
#pragma once

#include <boost/json/array.hpp>
#include <cstddef>
#include <string>
#include <string_view>

#include "states/fault.h"
#include "states/machine.h"
#include "states/scope.h"

namespace ordo::states {

// The items in the answer of the reader's call: {"Body": "…"} of an object, {"Contents": […]} of a
// list of objects. At most `most` of them; what comes after is not looked at.
// kItemReaderFailed when it is not what InputType says, when an item is over kMaxStateBytes, all of
// them over kMaxItemsBytes, or when there are more than kMaxMapItems.
[[nodiscard]] Outcome<boost::json::array> read_items(const MapState::Reader& reader, Json answer,
                                                     std::size_t most);

}  // namespace ordo::states
