// What a key is called as a file.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace ordo::files {

// What nearly all file systems hold.
inline constexpr std::size_t kMaxFileName = 255;

// The key itself, but for "/", "%" and a "." at its beginning, which are percent-encoded. What
// would be too long for a name is cut, between characters, and ends in "%~" and the SHA-256 of the
// key. Different keys have different names; none begins with ".".
[[nodiscard]] std::string file_name_of(std::string_view key);

// Nothing: no key is called so, or it was cut.
[[nodiscard]] std::optional<std::string> key_of_file_name(std::string_view name);
[[nodiscard]] bool is_cut(std::string_view name) noexcept;

}  // namespace ordo::files
