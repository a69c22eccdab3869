// Tables of DynamoDB, as the stores of this home use them: items by key, changed all or none, and
// keys in order of a number.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "aws/item.h"
#include "aws/json_service.h"
#include "base/result.h"
#include "ports/random.h"

namespace ordo::aws {

struct Table {
  std::string name;
  std::string key;  // the attribute that is its partition key; there is no sort key
};

// The two indexes that each table has, with nothing but keys in them: a partition and `number`.
struct Index {
  std::string_view name;
  std::string_view partition;
};
inline constexpr Index kByNumber{"by_number", "shelf"};
inline constexpr Index kByLot{"by_lot", "lot"};  // sparse
inline constexpr char kNumber[] = "number";

// Names one state of an item: whoever changes it writes another one.
inline constexpr char kRevision[] = "revision";

// What a counter has.
inline constexpr char kLastDrawn[] = "last";

// One item becomes `next`, which has neither its key nor a revision, if it is as it was read:
// `before` is its revision then, nothing if it was not there.
struct ItemChange {
  const Table* table;
  std::string key;
  Item next;
  std::optional<std::string> before;
};
inline constexpr std::size_t kMaxTransactionItems = 100;
inline constexpr std::size_t kMaxTransactionBytes = 3800UL * 1024;  // DynamoDB takes 4 MB

enum class Wrote : std::uint8_t { done, contended };

struct KeyQuery {
  Index index;
  std::string partition;
  // Both exclusive.
  std::optional<std::uint64_t> after = {};
  std::optional<std::uint64_t> before = {};
  bool newest_first = false;
  std::size_t limit = 100;
};
struct NumberedKey {
  std::uint64_t number = 0;
  std::string key;
  friend auto operator<=>(const NumberedKey&, const NumberedKey&) = default;
};

// Any thread. Errors are `unavailable` when the service was not reached or does not serve now.
class Dynamo {
 public:
  // Borrowed.
  Dynamo(JsonService& service, ports::Random& random) : service_(service), random_(random) {}

  // As they are now; nothing for those that are not there.
  base::Result<std::vector<std::optional<Item>>> read(const Table& table,
                                                      std::span<const std::string> keys);

  // All of them or none, at most kMaxTransactionItems, each item once. `contended`: somebody else
  // changed one of them meanwhile, nothing was written.
  // They have this revision then, which must be new.
  base::Result<Wrote> write(std::span<const ItemChange> changes, const std::string& revision);
  base::Result<Wrote> write(std::span<const ItemChange> changes) {
    return write(changes, new_revision());
  }
  [[nodiscard]] std::string new_revision();

  // Adds `amount` to a counter; the sum. Each number is drawn once, and in growing order.
  base::Result<std::uint64_t> draw(const Table& table, const std::string& counter,
                                   std::uint64_t amount);

  // What an index knows, which is what was written up to a moment ago. Fewer than `limit`: there
  // are no more.
  base::Result<std::vector<NumberedKey>> keys(const Table& table, const KeyQuery& query);

 private:
  base::Result<std::optional<Item>> read_one(const Table& table, const std::string& key);
  base::Result<void> read_some(const Table& table, std::span<const std::string> keys,
                               std::span<std::optional<Item>> into);
  base::Result<bool> holds(const ItemChange& change, const std::string& revision);
  std::expected<std::string, ServiceError> call_patiently(std::string_view action,
                                                          const std::string& body);

  JsonService& service_;
  ports::Random& random_;
};

}  // namespace ordo::aws
