// The intrinsic functions of the Amazon States Language.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "states/json_path.h"
#include "states/scope.h"

namespace ordo::states {

inline constexpr std::size_t kMaxRangeItems = 1000;          // States.ArrayRange
inline constexpr std::size_t kMaxEncodedCharacters = 10000;  // States.Base64…, States.Hash

// Kinds that an argument may be of, as bits.
using Kinds = std::uint8_t;
inline constexpr Kinds kNullKind = 1;
inline constexpr Kinds kBooleanKind = 2;
inline constexpr Kinds kNumberKind = 4;
inline constexpr Kinds kStringKind = 8;
inline constexpr Kinds kArrayKind = 16;
inline constexpr Kinds kObjectKind = 32;
inline constexpr Kinds kAnyKind = 63;
[[nodiscard]] Kinds kind_of(const Json& value);
// "a string", "an array or an object"
[[nodiscard]] std::string describe(Kinds kinds);

// A value, or what is wrong with the arguments. An empty complaint: it would be over
// kMaxStateBytes.
using Computed = std::expected<Json, std::string>;

struct Intrinsic {
  std::string_view name;  // "States.Array"
  std::size_t least = 0;
  std::size_t most = 0;
  std::span<const Kinds> kinds;  // the last is that of all further arguments
  Computed (*compute)(std::span<const JsonView> arguments, const Entropy& entropy) = nullptr;

  [[nodiscard]] Kinds kinds_of(std::size_t argument) const {
    return kinds[argument < kinds.size() ? argument : kinds.size() - 1];
  }
};
// Null: there is none of that name.
[[nodiscard]] const Intrinsic* find_intrinsic(std::string_view name);
// The name that was probably meant, or "".
[[nodiscard]] std::string_view nearest_intrinsic(std::string_view name);

// The functions by theme; the arguments are of the kinds and as many as the table says.
using Arguments = std::span<const JsonView>;
Computed array(Arguments arguments, const Entropy&);
Computed array_partition(Arguments arguments, const Entropy&);
Computed array_contains(Arguments arguments, const Entropy&);
Computed array_range(Arguments arguments, const Entropy&);
Computed array_get_item(Arguments arguments, const Entropy&);
Computed array_length(Arguments arguments, const Entropy&);
Computed array_unique(Arguments arguments, const Entropy&);
Computed format(Arguments arguments, const Entropy&);
Computed string_split(Arguments arguments, const Entropy&);
Computed string_to_json(Arguments arguments, const Entropy&);
Computed json_to_string(Arguments arguments, const Entropy&);
Computed json_merge(Arguments arguments, const Entropy&);
Computed base64_encode(Arguments arguments, const Entropy&);
Computed base64_decode(Arguments arguments, const Entropy&);
Computed hash(Arguments arguments, const Entropy&);
Computed math_add(Arguments arguments, const Entropy&);
Computed math_random(Arguments arguments, const Entropy& entropy);
Computed uuid(Arguments arguments, const Entropy& entropy);

// What is wrong with a template of States.Format, or "".
[[nodiscard]] std::string_view format_complaint(std::string_view text);

// As an integer of 32 bits, as the service counts: a fraction is rounded to the nearest, a half up.
[[nodiscard]] std::expected<std::int64_t, std::string> whole(const Json& number,
                                                             std::string_view what);

// For Computed: the complaint, and that of too many bytes.
[[nodiscard]] inline std::unexpected<std::string> cannot(std::string complaint) {
  return std::unexpected(std::move(complaint));
}
[[nodiscard]] inline std::unexpected<std::string> too_large() {
  return std::unexpected(std::string());
}

}  // namespace ordo::states
