// What one transaction has read and is about to change: each write sees those before it.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "aws/dynamo.h"
#include "base/result.h"

namespace ordo::aws {

// One thread. A read that fails makes the whole of it fail: find() then finds nothing, and nothing
// is committed.
class UnitOfWork {
 public:
  explicit UnitOfWork(Dynamo& dynamo) : dynamo_(dynamo) {}

  using Key = std::pair<const Table*, std::string>;
  // Reads what is likely to be wanted, many at once.
  void prefetch(std::vector<Key> keys);
  // Taken as not there without being read: whoever is wrong learns it from the commit.
  void assume_absent(const Table& table, const std::string& key);

  // Null: it is not there. Lives until the item is put.
  const Item* find(const Table& table, const std::string& key);
  void put(const Table& table, const std::string& key, Item item);

  // Forgets what was put, not what was read.
  void restart();
  // Forgets all.
  void clear();

  // Of what was put.
  [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }
  [[nodiscard]] const std::optional<base::Error>& failure() const noexcept { return failure_; }
  // All that was put has this revision then.
  base::Result<Wrote> commit(const std::string& revision);

 private:
  struct Entry {
    std::optional<Item> read;
    std::optional<Item> put;
  };
  Entry& load(const Table& table, const std::string& key);

  Dynamo& dynamo_;
  std::map<Key, Entry> entries_;
  std::size_t bytes_ = 0;
  std::optional<base::Error> failure_;
};

}  // namespace ordo::aws
