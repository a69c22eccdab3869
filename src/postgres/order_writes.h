// What each write makes of the orders, by the rules of the domain.
#pragma once

#include <vector>

#include "ports/store.h"
#include "postgres/order_unit.h"

namespace ordo::postgres {

// Within one transaction. One thread.
class OrderWrites {
 public:
  explicit OrderWrites(Work& work) : unit_(work) {}

  // What the write will ask for, to be read with all the others.
  void want(const ports::AddOrders& add);
  void want(const ports::SettleOrders& settle);

  ports::WriteAnswer apply(const ports::AddOrders& add);
  ports::WriteAnswer apply(const ports::SettleOrders& settle);

  void add_reads(Batch& batch) { unit_.add_reads(batch); }
  void take_reads(AnswerCursor& answers) { unit_.take_reads(answers); }
  [[nodiscard]] bool has_changes() const { return unit_.has_changes(); }
  void add_writes(Batch& batch) const { unit_.add_writes(batch); }
  void add_drawing(Batch& batch) const { unit_.add_drawing(batch); }
  void add_taking(Batch& batch) const { unit_.add_taking(batch); }

 private:
  // What accepting a list comes to, before any of it is taken.
  struct Plan {
    std::vector<const domain::OrderRecord*> added;
    base::WallTime expires_at;
    std::vector<base::FieldError> conflicts;
  };
  Plan plan(const ports::AddOrders& add);
  bool settle_one(const ports::SettleOrders& settle, const ports::SettleOrders::Settlement& one);

  OrderUnit unit_;
};

}  // namespace ordo::postgres
