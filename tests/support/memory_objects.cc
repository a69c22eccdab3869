#include "support/memory_objects.h"

#include <algorithm>
#include <utility>

#include "base/digest.h"
#include "base/text.h"

namespace ordo::testing {

void MemoryObjects::fail_with(std::optional<base::Error> error) {
  const std::lock_guard lock(mutex_);
  failure_ = std::move(error);
}

base::Result<ports::ObjectInfo> MemoryObjects::put(const std::string& bucket,
                                                   const std::string& key, const std::string& body,
                                                   const std::string& content_type) {
  const std::lock_guard lock(mutex_);
  if (failure_) return base::fail(*failure_);
  if (!fits(bucket, key) || body.size() > ports::kMaxObjectBytes || content_type.empty() ||
      content_type.size() > 255 || !is_plain(content_type)) {
    return base::fail(base::ErrorCode::invalid, "no such object can be");
  }
  ports::Object object{{key, body.size(), content_type, base::md5_hex(body), clock_.wall()}, body};
  return (buckets_[bucket][key] = std::move(object)).info;
}

base::Result<std::optional<ports::Object>> MemoryObjects::get(const std::string& bucket,
                                                              const std::string& key) {
  const std::lock_guard lock(mutex_);
  if (failure_) return base::fail(*failure_);
  const auto in = buckets_.find(bucket);
  if (in == buckets_.end()) return std::nullopt;
  const auto object = in->second.find(key);
  return object == in->second.end() ? std::nullopt : std::optional(object->second);
}

base::Result<std::optional<ports::ObjectPage>> MemoryObjects::list(const std::string& bucket,
                                                                   const std::string& prefix,
                                                                   const std::string& after,
                                                                   std::size_t limit) {
  const std::lock_guard lock(mutex_);
  if (failure_) return base::fail(*failure_);
  const auto in = buckets_.find(bucket);
  if (in == buckets_.end()) return std::nullopt;
  ports::ObjectPage page;
  for (auto object = in->second.upper_bound(after); object != in->second.end(); ++object) {
    if (!object->first.starts_with(prefix)) continue;
    if (page.items.size() == limit) {
      page.after = page.items.empty() ? after : page.items.back().key;
      break;
    }
    page.items.push_back(object->second.info);
  }
  return page;
}

bool MemoryObjects::is_plain(const std::string& text) {
  return std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
}

bool MemoryObjects::fits(const std::string& bucket, const std::string& key) {
  constexpr auto kAllowed = "abcdefghijklmnopqrstuvwxyz0123456789.-";
  return bucket.size() >= 3 && bucket.size() <= 63 &&
         bucket.find_first_not_of(kAllowed) == std::string::npos && !key.empty() &&
         key.size() <= ports::kMaxObjectKeyBytes && base::is_valid_utf8(key) &&
         !base::find_control_character(key) && key.find_first_of("\t\n") == std::string::npos;
}

}  // namespace ordo::testing
