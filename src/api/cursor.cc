#include "api/cursor.h"

#include <fmt/format.h>

#include <charconv>

#include "base/digest.h"

namespace ordo::api {
namespace {

// Version of the format, position, and eight bytes that tell the list and the position.
constexpr std::string_view kVersion = "c1-";
// Version of the other format, the key in hexadecimal digits, and eight bytes as above.
constexpr std::string_view kKeyVersion = "k1-";

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

std::string encode_key_cursor(std::string_view list, std::string_view after) {
  std::string out(kKeyVersion);
  for (const char c : after) out += fmt::format("{:02x}", static_cast<unsigned char>(c));
  const base::Digest digest = base::sha256(fmt::format("{} {}", out, list));
  out.push_back('-');
  for (std::size_t i = 0; i < 8; ++i) out += fmt::format("{:02x}", digest[i]);
  return out;
}

base::Result<std::string> decode_key_cursor(std::string_view list, std::string_view cursor) {
  constexpr std::size_t kTail = 17;
  const base::Error bad = refused("bad_cursor", "this is no cursor of ours");
  if (!cursor.starts_with(kKeyVersion) || cursor.size() < kKeyVersion.size() + kTail) {
    return base::fail(bad);
  }
  const std::string_view digits =
      cursor.substr(kKeyVersion.size(), cursor.size() - kKeyVersion.size() - kTail);
  std::string after;
  for (std::size_t i = 0; i + 1 < digits.size(); i += 2) {
    unsigned char byte = 0;
    const char* const at = digits.data() + i;
    const auto [end, error] = std::from_chars(at, at + 2, byte, 16);
    if (error != std::errc() || end != at + 2) return base::fail(bad);
    after.push_back(static_cast<char>(byte));
  }
  // What does not begin as ours would is none of ours.
  const std::string again = encode_key_cursor(list, after);
  if (again.substr(0, again.size() - kTail) != cursor.substr(0, cursor.size() - kTail) ||
      cursor[cursor.size() - kTail] != '-') {
    return base::fail(bad);
  }
  if (again != cursor) {
    return base::fail(refused("wrong_cursor", "this cursor is of another list or other filters"));
  }
  return after;
}

}  // namespace ordo::api
