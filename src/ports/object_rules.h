// What an object may be: the same in every home.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/text.h"
#include "ports/object_store.h"

namespace ordo::ports {

inline constexpr std::size_t kMaxContentTypeBytes = 255;

[[nodiscard]] inline bool is_bucket_name(std::string_view name) noexcept {
  return name.size() >= 3 && name.size() <= 63 && std::ranges::all_of(name, [](char c) {
           return (c >= 'a' && c <= 'z') || base::is_digit(c) || c == '.' || c == '-';
         });
}

[[nodiscard]] inline bool is_object_key(std::string_view key) noexcept {
  return !key.empty() && key.size() <= kMaxObjectKeyBytes && base::is_valid_utf8(key) &&
         !base::find_control_character(key) && key.find_first_of("\t\n") == std::string_view::npos;
}

[[nodiscard]] inline bool is_content_type(std::string_view type) noexcept {
  return !type.empty() && type.size() <= kMaxContentTypeBytes &&
         std::ranges::all_of(type, [](char c) { return c >= ' ' && c <= '~'; });
}

// Whether ObjectStore::put() takes it, wherever it is to go: `invalid`, and why not.
inline base::Result<void> check_object(std::string_view bucket, std::string_view key,
                                       std::size_t bytes, std::string_view content_type) {
  const char* fault = nullptr;
  if (!is_bucket_name(bucket)) {
    fault = "a bucket's name is 3 to 63 of a-z, 0-9, '.' and '-'";
  } else if (!is_object_key(key)) {
    fault = "a key is 1 to 1024 bytes of UTF-8 without control characters";
  } else if (bytes > kMaxObjectBytes) {
    fault = "an object has up to 16 MiB";
  } else if (!is_content_type(content_type)) {
    fault = "a content type is 1 to 255 characters of plain ASCII";
  }
  if (fault != nullptr) return base::fail(base::ErrorCode::invalid, fault);
  return {};
}

}  // namespace ordo::ports
