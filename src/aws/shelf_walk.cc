#include "aws/shelf_walk.h"

#include <algorithm>
#include <utility>

namespace ordo::aws {
namespace {

constexpr std::size_t kFewestAtOnce = 8;
constexpr std::size_t kMostAtOnce = 500;

}  // namespace

// Shelves fill evenly: each is asked for its part and a little more.
ShelfWalk::ShelfWalk(Dynamo& dynamo, const Table& table, std::vector<std::string> shelves,
                     std::optional<std::uint64_t> before, std::size_t expected)
    : dynamo_(dynamo),
      table_(table),
      at_once_(std::clamp(expected / shelves.size() + kFewestAtOnce, kFewestAtOnce, kMostAtOnce)) {
  shelves_.reserve(shelves.size());
  for (std::string& name : shelves) shelves_.push_back({std::move(name), before, {}, false});
}

base::Result<ShelfWalk::Shelf*> ShelfWalk::newest() {
  Shelf* newest = nullptr;
  for (Shelf& shelf : shelves_) {
    if (shelf.keys.empty() && !shelf.ended) {
      auto keys = dynamo_.keys(table_, {.index = kByNumber,
                                        .partition = shelf.name,
                                        .before = shelf.before,
                                        .newest_first = true,
                                        .limit = at_once_});
      if (!keys) return base::fail(std::move(keys.error()));
      shelf.ended = keys->size() < at_once_;
      if (!keys->empty()) shelf.before = keys->back().number;
      shelf.keys.assign(keys->begin(), keys->end());
    }
    if (shelf.keys.empty()) continue;
    if (newest == nullptr || shelf.keys.front().number > newest->keys.front().number) {
      newest = &shelf;
    }
  }
  return newest;
}

base::Result<std::vector<NumberedKey>> ShelfWalk::take(std::size_t count) {
  std::vector<NumberedKey> taken;
  while (taken.size() < count) {
    const base::Result<Shelf*> shelf = newest();
    if (!shelf) return base::fail(shelf.error());
    if (*shelf == nullptr) break;
    taken.push_back(std::move((*shelf)->keys.front()));
    (*shelf)->keys.pop_front();
  }
  return taken;
}

base::Result<bool> ShelfWalk::more() {
  const base::Result<Shelf*> shelf = newest();
  if (!shelf) return base::fail(shelf.error());
  return *shelf != nullptr;
}

}  // namespace ordo::aws
