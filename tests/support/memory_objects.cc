#include "support/memory_objects.h"

#include <algorithm>
#include <utility>

#include "base/digest.h"
#include "ports/object_rules.h"

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
  if (auto fits = ports::check_object(bucket, key, body.size(), content_type); !fits) {
    return base::fail(std::move(fits.error()));
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

}  // namespace ordo::testing
