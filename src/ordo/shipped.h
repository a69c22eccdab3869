// The definitions that the program brings: those of pipelines/, built in.
#pragma once

#include <optional>
#include <string_view>

namespace ordo::program {

// By its file's name, "orders.asl.json".
[[nodiscard]] std::optional<std::string_view> shipped_definition(std::string_view file_name);

}  // namespace ordo::program
