#include "postgres/work.h"

#include <utility>

namespace ordo::postgres {

std::vector<Rows> Work::ask(Batch batch) {
  std::vector<Rows> nothing(batch.size());
  if (fault_ || batch.empty()) return nothing;
  const bool begins = !begun_;
  if (begins) batch.add_first(kBegin);
  Answer<std::vector<Rows>> answers = connection_.run(batch);
  if (!answers) {
    fault_ = std::move(answers.error());
    return nothing;
  }
  begun_ = true;
  if (begins) answers->erase(answers->begin());
  return std::move(*answers);
}

Rows Work::ask(const Statement& statement, Params params) {
  Batch batch;
  batch.add(statement, std::move(params));
  return std::move(ask(std::move(batch)).front());
}

Answer<std::vector<Rows>> Work::commit(Batch batch) {
  batch.add(kCommit);
  std::vector<Rows> answers = ask(std::move(batch));
  if (fault_) return std::unexpected(*fault_);
  return answers;
}

void Work::leave() {
  if (begun_ && !fault_) ask(kRollback, {});
}

}  // namespace ordo::postgres
