// How a verb asks the store's read side.
#pragma once

#include <utility>

#include "app/tasks.h"

namespace ordo::app {

// Runs `query` (const Reads& → Result<T>) on a reader's thread.
template <class T, class Query>
void read(Backend& backend, Answer<T> answer, Query query) {
  backend.readers.run([answer = std::move(answer),
                       query = std::move(query)](base::Result<ports::Reads> reads) mutable {
    if (!reads) return answer(base::fail(std::move(reads.error())));
    answer(query(*reads));
  });
}

}  // namespace ordo::app
