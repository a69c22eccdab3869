// Who takes part in every turn of the committer.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "base/time.h"
#include "ports/task_writes.h"

namespace ordo::app {

// The committer's thread only, in this order: begin, then, if there is anything to write or
// begin() wants it, follow within the transaction, then committed or undone.
class TurnPartner {
 public:
  virtual ~TurnPartner() = default;

  // Appends what it has to write itself. True: there may be something to follow.
  virtual bool begin(std::vector<ports::TaskWrite>& writes) = 0;
  // What else belongs to the transaction.
  virtual std::vector<ports::TaskWrite> follow(std::span<const ports::TaskWrite> writes,
                                               std::span<const ports::WriteAnswer> answers) = 0;
  // It is durable. The answers are those of `writes` and of what followed.
  virtual void committed(std::span<const ports::TaskWrite> writes,
                         std::span<ports::WriteAnswer> answers) = 0;
  // Nothing of it happened. Its own writes are still where it put them.
  virtual void undone(std::span<ports::TaskWrite> writes) = 0;

  // When it wants a turn even if nobody writes; a time that has passed: now.
  [[nodiscard]] virtual std::optional<base::MonoTime> next_turn() const = 0;
};

}  // namespace ordo::app
