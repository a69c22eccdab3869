#include "api/cursor.h"

#include <fmt/format.h>

#include <charconv>

#include "base/digest.h"

namespace ordo::api {
namespace {

// Version of the format, position, and eight bytes that tell the list and the position.
constexpr std::string_view kVersion = "c1-";

std::string tell(std::string_view list, std::uint64_t before) {
  const base::Digest digest = base::sha256(fmt::format("{:x} {}", before, list));
  std::string out;
  for (std::size_t i = 0; i < 8; ++i) out += fmt::format("{:02x}", digest[i]);
  return out;
}

base::Error refused(std::string code, std::string message) {
  return {base::ErrorCode::invalid,
          "the cursor is not valid; start again without one",
          {{"?cursor", std::move(code), std::move(message)}}};
}

}  // namespace

std::string encode_cursor(std::string_view list, std::uint64_t before) {
  return fmt::format("{}{:x}-{}", kVersion, before, tell(list, before));
}

base::Result<std::uint64_t> decode_cursor(std::string_view list, std::string_view cursor) {
  std::uint64_t before = 0;
  std::string_view rest = cursor;
  if (rest.starts_with(kVersion)) rest.remove_prefix(kVersion.size());
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), before, 16);
  const bool shaped =
      error == std::errc() &&
      cursor ==
          fmt::format("{}{:x}-{}", kVersion, before,
                      std::string_view(cursor).substr(cursor.size() < 16 ? 0 : cursor.size() - 16));
  if (!shaped) return base::fail(refused("bad_cursor", "this is no cursor of ours"));
  if (cursor != encode_cursor(list, before)) {
    return base::fail(refused("wrong_cursor", "this cursor is of another list or other filters"));
  }
  return before;
}

}  // namespace ordo::api
