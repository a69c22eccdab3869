// How a verb asks the store's read side.
#pragma once

#include <optional>
#include <string>
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

// What was found, or that it is missing, in these words.
template <class T>
base::Result<T> known(base::Result<std::optional<T>> found, std::string missing) {
  if (!found) return base::fail(std::move(found.error()));
  if (!*found) return base::fail(base::ErrorCode::not_found, std::move(missing));
  return std::move(**found);
}

}  // namespace ordo::app
