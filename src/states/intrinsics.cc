#include "states/intrinsics.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <set>
#include <vector>

#include "base/nearest.h"

namespace ordo::states {
namespace {

constexpr std::size_t kAnyNumber = std::numeric_limits<std::size_t>::max();

constexpr std::array kAny{kAnyKind};
constexpr std::array kString{kStringKind};
constexpr std::array kNumber{kNumberKind};
constexpr std::array kArray{kArrayKind};
constexpr std::array kArrayAndNumber{kArrayKind, kNumberKind};
constexpr std::array kArrayAndAny{kArrayKind, kAnyKind};
constexpr std::array kStringAndAny{kStringKind, kAnyKind};
constexpr std::array kMerge{kObjectKind, kObjectKind, kBooleanKind};

// In the order of their names.
constexpr std::array<Intrinsic, 18> kIntrinsics{{
    {"States.Array", 0, kAnyNumber, kAny, array},
    {"States.ArrayContains", 2, 2, kArrayAndAny, array_contains},
    {"States.ArrayGetItem", 2, 2, kArrayAndNumber, array_get_item},
    {"States.ArrayLength", 1, 1, kArray, array_length},
    {"States.ArrayPartition", 2, 2, kArrayAndNumber, array_partition},
    {"States.ArrayRange", 3, 3, kNumber, array_range},
    {"States.ArrayUnique", 1, 1, kArray, array_unique},
    {"States.Base64Decode", 1, 1, kString, base64_decode},
    {"States.Base64Encode", 1, 1, kString, base64_encode},
    {"States.Format", 1, kAnyNumber, kStringAndAny, format},
    {"States.Hash", 2, 2, kString, hash},
    {"States.JsonMerge", 3, 3, kMerge, json_merge},
    {"States.JsonToString", 1, 1, kAny, json_to_string},
    {"States.MathAdd", 2, 2, kNumber, math_add},
    {"States.MathRandom", 2, 3, kNumber, math_random},
    {"States.StringSplit", 2, 2, kString, string_split},
    {"States.StringToJson", 1, 1, kString, string_to_json},
    {"States.UUID", 0, 0, kAny, uuid},
}};

constexpr std::array<std::pair<Kinds, std::string_view>, 6> kKindNames{{
    {kNullKind, "null"},
    {kBooleanKind, "a boolean"},
    {kNumberKind, "a number"},
    {kStringKind, "a string"},
    {kArrayKind, "an array"},
    {kObjectKind, "an object"},
}};

}  // namespace

const Intrinsic* find_intrinsic(std::string_view name) {
  const auto found = std::ranges::lower_bound(kIntrinsics, name, {}, &Intrinsic::name);
  return found != kIntrinsics.end() && found->name == name ? &*found : nullptr;
}

std::string_view nearest_intrinsic(std::string_view name) {
  std::set<std::string, std::less<>> names;
  for (const Intrinsic& intrinsic : kIntrinsics) names.emplace(intrinsic.name);
  const Intrinsic* found = find_intrinsic(base::nearest(name, names));
  return found == nullptr ? std::string_view() : found->name;
}

Kinds kind_of(const Json& value) {
  switch (value.kind()) {
    case boost::json::kind::null:
      return kNullKind;
    case boost::json::kind::bool_:
      return kBooleanKind;
    case boost::json::kind::string:
      return kStringKind;
    case boost::json::kind::array:
      return kArrayKind;
    case boost::json::kind::object:
      return kObjectKind;
    default:
      return kNumberKind;
  }
}

std::string describe(Kinds kinds) {
  std::string out;
  for (const auto& [kind, name] : kKindNames) {
    if ((kinds & kind) == 0) continue;
    if (!out.empty()) out += " or ";
    out += name;
  }
  return out;
}

std::expected<std::int64_t, std::string> whole(const Json& number, std::string_view what) {
  const double rounded = std::floor(number.to_number<double>() + 0.5);
  if (!(rounded >= std::numeric_limits<std::int32_t>::min() &&
        rounded <= std::numeric_limits<std::int32_t>::max())) {
    return std::unexpected(fmt::format("{} must be an integer of 32 bits", what));
  }
  return static_cast<std::int64_t>(rounded);
}

}  // namespace ordo::states
