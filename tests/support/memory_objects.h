// Objects in memory, which is no less whole and only less durable.
#pragma once

#include <algorithm>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "base/digest.h"
#include "base/text.h"
#include "ports/clock.h"
#include "ports/object_store.h"

namespace ordo::testing {

class MemoryObjects : public ports::ObjectStore {
 public:
  explicit MemoryObjects(const ports::Clock& clock) : clock_(clock) {}

  // Until told otherwise every call fails so.
  void fail_with(std::optional<base::Error> error);

  base::Result<ports::ObjectInfo> put(const std::string& bucket, const std::string& key,
                                      const std::string& body,
                                      const std::string& content_type) override;

  base::Result<std::optional<ports::Object>> get(const std::string& bucket,
                                                 const std::string& key) override;

  base::Result<std::optional<ports::ObjectPage>> list(const std::string& bucket,
                                                      const std::string& prefix,
                                                      const std::string& after,
                                                      std::size_t limit) override;

 private:
  const ports::Clock& clock_;
  std::mutex mutex_;
  std::optional<base::Error> failure_;                                   // guarded by mutex_
  std::map<std::string, std::map<std::string, ports::Object>> buckets_;  // likewise
};

}  // namespace ordo::testing
