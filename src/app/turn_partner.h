// Who takes part in every turn of the committer.
#pragma once

#include <optional>
#include <span>

#include "base/time.h"
#include "ports/store.h"

namespace ordo::app {

// The committer's thread only, in this order: begin, then, if there is anything to write or
// begin() wants it, follow within the transaction until it returns nothing, then committed or
// undone.
class TurnPartner {
 public:
  virtual ~TurnPartner() = default;

  // True: there may be something to follow.
  virtual bool begin() = 0;
  // What else belongs to the transaction; the answers are those of `writes` and of what has
  // followed so far. What it returns must live until it is asked again or the transaction is over.
  virtual std::span<const ports::Write> follow(std::span<const ports::Write> writes,
                                               std::span<const ports::WriteAnswer> answers) = 0;
  // It is durable. The answers are those of `writes` and of all that followed.
  virtual void committed(std::span<const ports::Write> writes,
                         std::span<ports::WriteAnswer> answers) = 0;
  // Nothing of it happened.
  virtual void undone() = 0;

  // Retention has deleted these, between two turns.
  virtual void expired(const ports::Expired& expired) = 0;

  // When it wants a turn even if nobody writes; a time that has passed: now.
  [[nodiscard]] virtual std::optional<base::MonoTime> next_turn() const = 0;
};

}  // namespace ordo::app
