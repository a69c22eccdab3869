// One transaction under way: what is asked of the server in it, and what went wrong.
#pragma once

#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

#include "postgres/connection.h"

namespace ordo::postgres {

// Answers, in the order of their questions.
class AnswerCursor {
 public:
  explicit AnswerCursor(std::vector<Rows> answers) : answers_(std::move(answers)) {}
  Rows next() { return std::move(answers_[at_++]); }

 private:
  std::vector<Rows> answers_;
  std::size_t at_ = 0;
};

// A statement for many rows: the columns come behind the other parameters, and are taken.
template <class... Columns>
void add_rows(Batch& batch, const Statement& statement, Params params, Columns&... columns) {
  (params.add(std::move(columns)), ...);
  batch.add(statement, std::move(params));
}

// One thread. A question that fails makes the whole of it fail: what is asked from then on finds
// nothing, and nothing is committed.
class Work {
 public:
  explicit Work(Connection& connection) : connection_(connection) {}

  // What each statement answered, at the places that the batch gave them; nothing once one failed.
  std::vector<Rows> ask(Batch batch);
  Rows ask(const Statement& statement, Params params);
  // As ask, and all is durable. A fault of the kind `lost` leaves in doubt whether it is.
  Answer<std::vector<Rows>> commit(Batch batch);
  // Nothing was changed.
  void leave();

  [[nodiscard]] const std::optional<Fault>& fault() const noexcept { return fault_; }

 private:
  Connection& connection_;
  bool begun_ = false;
  std::optional<Fault> fault_;
};

}  // namespace ordo::postgres
