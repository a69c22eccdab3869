// Objects: named bytes in buckets, as S3 has them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace ordo::ports {

inline constexpr std::size_t kMaxObjectBytes = 16UL * 1024 * 1024;
inline constexpr std::size_t kMaxObjectKeyBytes = 1024;

// A bucket's name is 3 to 63 of a–z, 0–9, '.' and '-'. A key is 1 to kMaxObjectKeyBytes of valid
// UTF-8 without control characters; "/" in it means nothing to the store.
struct ObjectInfo {
  std::string key;
  std::uint64_t bytes = 0;
  std::string content_type;
  std::string etag;  // of what it holds, without quotes
  base::WallTime modified_at;
};
struct Object {
  ObjectInfo info;
  std::string body;
};
struct ObjectPage {
  std::vector<ObjectInfo> items;     // by key, as bytes
  std::optional<std::string> after;  // where the walk goes on
};

// Any thread; blocks for the disk.
class ObjectStore {
 public:
  virtual ~ObjectStore() = default;

  // Makes the bucket, if need be, and puts the object there, whole and durably, or not at all. Who
  // reads meanwhile sees the one before or this one. A content type is plain ASCII, 1 to 255 of it.
  // `invalid`: the names, the type or the size. `unavailable`: the disk; most likely nothing
  // happened, and it may be tried again.
  virtual base::Result<ObjectInfo> put(const std::string& bucket, const std::string& key,
                                       const std::string& body,
                                       const std::string& content_type) = 0;
  // Nothing: there is no such object, or no such bucket.
  virtual base::Result<std::optional<Object>> get(const std::string& bucket,
                                                  const std::string& key) = 0;
  // Those whose key begins with `prefix` and is over `after`. Nothing: there is no such bucket.
  virtual base::Result<std::optional<ObjectPage>> list(const std::string& bucket,
                                                       const std::string& prefix,
                                                       const std::string& after,
                                                       std::size_t limit) = 0;
};

}  // namespace ordo::ports
