// Where a walk through a list goes on: opaque to clients, bound to the list and its filters.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace ordo::api {

// `list` names the list and all its filters; the same list gives the same cursors.
[[nodiscard]] std::string encode_cursor(std::string_view list, std::uint64_t before);

// bad_cursor: nothing that we gave out; wrong_cursor: of another list or other filters.
base::Result<std::uint64_t> decode_cursor(std::string_view list, std::string_view cursor);

// Likewise, of a walk that goes on behind a key.
[[nodiscard]] std::string encode_key_cursor(std::string_view list, std::string_view after);
base::Result<std::string> decode_key_cursor(std::string_view list, std::string_view cursor);

}  // namespace ordo::api
