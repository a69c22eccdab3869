// Objects in a table.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ports/clock.h"
#include "ports/object_store.h"
#include "postgres/read_pool.h"

namespace ordo::postgres {

// Any thread. Borrows the pool and the clock, by which objects have their times. Puts of one object
// are in some order that all nodes agree on.
class Objects : public ports::ObjectStore {
 public:
  Objects(ReadPool& pool, const ports::Clock& clock) : pool_(pool), clock_(clock) {}

  base::Result<ports::ObjectInfo> put(const std::string& bucket, const std::string& key,
                                      const std::string& body,
                                      const std::string& content_type) override;
  base::Result<std::optional<ports::Object>> get(const std::string& bucket,
                                                 const std::string& key) override;
  base::Result<std::optional<ports::ObjectPage>> list(const std::string& bucket,
                                                      const std::string& prefix,
                                                      const std::string& after,
                                                      std::size_t limit) override;
  base::Result<std::vector<std::string>> buckets();

 private:
  ReadPool& pool_;
  const ports::Clock& clock_;
};

}  // namespace ordo::postgres
