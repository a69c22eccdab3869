// Content negotiation, as much of it as an API of one form needs. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

namespace ordo::api {

// Whether an Accept field takes `type` ("application/json"); an empty field takes anything.
[[nodiscard]] bool accepts(std::string_view accept, std::string_view type);

// Which of these an Accept field takes most gladly, the first of equals; nothing: none of them.
[[nodiscard]] std::optional<std::size_t> preferred(std::string_view accept,
                                                   std::span<const std::string_view> types);

// Whether a Content-Type is JSON in UTF-8, with whatever other parameters; `merge_patch` allows
// application/merge-patch+json too.
[[nodiscard]] bool is_json(std::string_view content_type, bool merge_patch);

}  // namespace ordo::api
