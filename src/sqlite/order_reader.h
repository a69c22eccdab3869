// Reads orders.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "ports/order_reads.h"
#include "sqlite/read_pool.h"

namespace ordo::sqlite {

// Any thread. Borrows the pool.
class OrderReader : public ports::OrderReads {
 public:
  explicit OrderReader(ReadPool& pool) : pool_(pool) {}

  base::Result<std::optional<domain::Order>> find(const domain::RecordId& id,
                                                  base::WallTime now) override {
    return ReadPool::Borrowed(pool_)->orders().find(id, now);
  }
  base::Result<ports::OrderPage> list(const ports::OrderFilter& filter,
                                      std::optional<domain::OrderNumber> before, std::size_t limit,
                                      base::WallTime now) override {
    return ReadPool::Borrowed(pool_)->orders().list(filter, before, limit, now);
  }
  base::Result<std::vector<domain::Order>> pending(domain::OrderNumber after, std::size_t limit,
                                                   base::WallTime now) override {
    return ReadPool::Borrowed(pool_)->orders().pending(after, limit, now);
  }
  base::Result<std::vector<domain::Order>> settled_by(const std::string& name,
                                                      base::WallTime now) override {
    return ReadPool::Borrowed(pool_)->orders().settled_by(name, now);
  }

 private:
  ReadPool& pool_;
};

}  // namespace ordo::sqlite
