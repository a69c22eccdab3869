// How a verb hands its writes to the committer and turns what came of them into its answer.
#pragma once

#include <utility>
#include <vector>

#include "app/committer.h"
#include "app/tasks.h"

namespace ordo::app {

// Commits `writes` together; `outcome` (Committed → Result<T>) runs on the committer's thread.
template <class T, class Outcome>
void commit(Backend& backend, std::vector<ports::Write> writes, Answer<T> answer, Outcome outcome) {
  backend.committer.submit(
      std::move(writes), [answer = std::move(answer),
                          outcome = std::move(outcome)](base::Result<Committed> committed) mutable {
        if (!committed) return answer(base::fail(std::move(committed.error())));
        answer(outcome(*committed));
      });
}

// Commits one write.
template <class T, class Outcome>
void commit_one(Backend& backend, ports::Write write, Answer<T> answer, Outcome outcome) {
  std::vector<ports::Write> writes;
  writes.push_back(std::move(write));
  commit(backend, std::move(writes), std::move(answer), std::move(outcome));
}

}  // namespace ordo::app
