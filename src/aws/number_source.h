// Numbers that grow over a table's whole life, each given once: a counter that is one item.
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "aws/dynamo.h"
#include "base/result.h"

namespace ordo::aws {

// Any thread, in any number of processes.
class NumberSource {
 public:
  // Borrowed.
  NumberSource(Dynamo& dynamo, const Table& table, std::string counter)
      : dynamo_(dynamo), table_(table), counter_(std::move(counter)) {}

  // The last number that was drawn, as far as this process knows.
  base::Result<std::uint64_t> last();
  // The next so many: the number before the first of them.
  base::Result<std::uint64_t> draw(std::uint64_t count);

 private:
  void note(std::uint64_t last);

  Dynamo& dynamo_;
  const Table& table_;
  const std::string counter_;
  std::mutex mutex_;
  std::optional<std::uint64_t> last_;  // guarded by mutex_
};

}  // namespace ordo::aws
