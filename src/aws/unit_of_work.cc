#include "aws/unit_of_work.h"

#include <algorithm>

namespace ordo::aws {

void UnitOfWork::prefetch(std::vector<Key> keys) {
  std::erase_if(keys, [this](const Key& key) { return entries_.contains(key); });
  std::ranges::sort(keys);
  const auto repeated = std::ranges::unique(keys);
  keys.erase(repeated.begin(), repeated.end());
  for (auto from = keys.begin(); from != keys.end() && !failure_;) {
    const auto to =
        std::find_if(from, keys.end(), [&](const Key& key) { return key.first != from->first; });
    std::vector<std::string> names;
    for (auto key = from; key != to; ++key) names.push_back(key->second);
    auto items = dynamo_.read(*from->first, names);
    if (!items) {
      failure_ = std::move(items.error());
      return;
    }
    for (std::size_t i = 0; from != to; ++from, ++i) {
      entries_[std::move(*from)].read = std::move((*items)[i]);
    }
  }
}

void UnitOfWork::assume_absent(const Table& table, const std::string& key) {
  entries_.try_emplace(Key(&table, key));
}

UnitOfWork::Entry& UnitOfWork::load(const Table& table, const std::string& key) {
  const auto [entry, is_new] = entries_.try_emplace(Key(&table, key));
  if (is_new && !failure_) {
    auto item = dynamo_.read(table, std::span(&key, 1));
    if (item) {
      entry->second.read = std::move(item->front());
    } else {
      failure_ = std::move(item.error());
    }
  }
  return entry->second;
}

const Item* UnitOfWork::find(const Table& table, const std::string& key) {
  const Entry& entry = load(table, key);
  if (entry.put) return &*entry.put;
  return entry.read ? &*entry.read : nullptr;
}

void UnitOfWork::put(const Table& table, const std::string& key, Item item) {
  Entry& entry = load(table, key);
  if (entry.put) bytes_ -= entry.put->bytes();
  item.set_text(table.key, key);  // as one that was read has it
  bytes_ += item.bytes();
  entry.put = std::move(item);
}

void UnitOfWork::restart() {
  for (auto& [key, entry] : entries_) entry.put.reset();
  bytes_ = 0;
}

void UnitOfWork::clear() {
  entries_.clear();
  bytes_ = 0;
  failure_.reset();
}

base::Result<Wrote> UnitOfWork::commit(const std::string& revision) {
  if (failure_) return base::fail(*failure_);
  std::vector<ItemChange> changes;
  for (auto& [key, entry] : entries_) {
    if (!entry.put) continue;
    std::optional<std::string> before;
    if (entry.read) before = entry.read->text(kRevision);
    entry.put->remove(key.first->key);
    changes.push_back({key.first, key.second, std::move(*entry.put), std::move(before)});
  }
  return dynamo_.write(changes, revision);
}

}  // namespace ordo::aws
