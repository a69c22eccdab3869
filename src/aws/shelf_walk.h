// All that stands on the shelves of a table, newest first.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "aws/dynamo.h"

namespace ordo::aws {

// One thread.
class ShelfWalk {
 public:
  // Numbers below `before` (all, without). `expected`: about how many will be wanted.
  ShelfWalk(Dynamo& dynamo, const Table& table, std::vector<std::string> shelves,
            std::optional<std::uint64_t> before, std::size_t expected);

  // The next `count`, fewer only at the end.
  base::Result<std::vector<NumberedKey>> take(std::size_t count);
  // Whether there is another.
  base::Result<bool> more();

 private:
  struct Shelf {
    std::string name;
    std::optional<std::uint64_t> before;
    std::deque<NumberedKey> keys;  // the next ones, newest first
    bool ended = false;
  };
  // The shelf with the newest key; null: none has any.
  base::Result<Shelf*> newest();

  Dynamo& dynamo_;
  const Table& table_;
  const std::size_t at_once_;
  std::vector<Shelf> shelves_;
};

}  // namespace ordo::aws
