// The orders that one transaction has read and is about to change: each write sees those before it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "domain/order.h"
#include "postgres/work.h"

namespace ordo::postgres {

// One thread.
class OrderUnit {
 public:
  explicit OrderUnit(Work& work) : work_(work) {}

  // What is likely to be asked for, to be read at once.
  void want(const domain::RecordId& id);
  void add_reads(Batch& batch);
  void take_reads(AnswerCursor& answers);

  // Null: there is none. Whether it has expired is for the caller to say. Lives as long as the
  // unit; one that was added has no number yet.
  const domain::Order* find(const domain::RecordId& id);
  // Of one that was found: whether this is, or will be, its number.
  bool has_number(const domain::RecordId& id, domain::OrderNumber number);

  // The one that was found under its id, if there was one, gives way.
  void add(domain::Order order);
  // Of one that was found.
  void settle(const domain::RecordId& id, domain::OrderStatus status, const std::string& by);

  [[nodiscard]] bool has_changes() const noexcept { return changed_; }
  // As those of TaskUnit.
  void add_writes(Batch& batch) const;
  void add_drawing(Batch& batch) const;
  void add_taking(Batch& batch) const;

 private:
  struct Entry {
    std::optional<domain::OrderNumber> was;  // of the row that there is, which is ours
    std::optional<domain::Order> now;
    std::string settled_by;   // as far as it was settled here
    std::uint64_t place = 0;  // of one that has no row yet: behind the last number that was given
    bool changed = false;
  };

  void read_wanted();
  // Those that get a row of their own, in the order of their places.
  [[nodiscard]] std::vector<const Entry*> added() const;

  Work& work_;
  std::vector<domain::RecordId> wanted_;
  std::vector<domain::RecordId> reading_;
  std::unordered_map<domain::RecordId, Entry> entries_;
  std::uint64_t count_ = 0;            // places that were taken
  std::optional<std::uint64_t> base_;  // the number before them, where it had to be known early
  bool changed_ = false;
};

}  // namespace ordo::postgres
