// The write side of the embedded home: the transactions, and who writes what in them.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "ports/store.h"
#include "sqlite/connection.h"
#include "sqlite/execution_writer.h"
#include "sqlite/health.h"
#include "sqlite/order_writer.h"
#include "sqlite/task_writer.h"
#include "sqlite/writing.h"

namespace ordo::sqlite {

class Checkpointer;

// Store thread only. Borrows `health` and `checkpointer`.
class Writer : public ports::Store {
 public:
  static base::Result<std::unique_ptr<Writer>> open(Connection connection, Health& health,
                                                    Checkpointer& checkpointer);
  ~Writer() override;
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  using Store::apply;
  base::Result<std::vector<ports::WriteAnswer>> apply(std::span<const ports::Write> writes,
                                                      const ports::Follow& follow) override;
  base::Result<ports::Expired> expire(const ports::Expiry& expiry,
                                      const ports::ExpiryBite& bite) override;
  base::Result<void> probe() override;

 private:
  Writer(Connection connection, Health& health, Checkpointer& checkpointer)
      : writing_{std::move(connection), {}, false}, health_(health), checkpointer_(checkpointer) {}

  base::Result<void> load_ledger();
  base::Result<void> save_ledger();

  // Runs `body` in one durable transaction; what it did to the ledger is undone with it.
  template <class Body>
  base::Result<void> commit(Body body);

  base::Result<void> write_all(std::span<const ports::Write> writes,
                               std::span<ports::WriteAnswer> answers);
  // Sets the write's answer; an error fails the whole transaction.
  base::Result<void> write_one(const ports::Write& write, ports::WriteAnswer& answer);

  Writing writing_;
  Health& health_;
  Checkpointer& checkpointer_;
  Ledger stored_ledger_;
  Statement save_ledger_;
  std::uint64_t log_bytes_ = 0;

  // A writer for each kind of thing; write_one knows which takes what.
  TaskWriter tasks_{writing_};
  OrderWriter orders_{writing_};
  ExecutionWriter executions_{writing_};
};

}  // namespace ordo::sqlite
