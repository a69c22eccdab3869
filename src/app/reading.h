// How a verb asks the store's read side.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "app/tasks.h"

namespace ordo::app {

// Runs `query` (const Reads& → Result<T>) on a thread of these.
template <class T, class Query>
void read(Readers& readers, Answer<T> answer, Query query) {
  readers.run([answer = std::move(answer),
               query = std::move(query)](base::Result<ports::Reads> reads) mutable {
    if (!reads) return answer(base::fail(std::move(reads.error())));
    answer(query(*reads));
  });
}
template <class T, class Query>
void read(Backend& backend, Answer<T> answer, Query query) {
  read(backend.readers, std::move(answer), std::move(query));
}

// What was found, or that it is missing, in these words.
template <class T>
base::Result<T> known(base::Result<std::optional<T>> found, std::string missing) {
  if (!found) return base::fail(std::move(found.error()));
  if (!*found) return base::fail(base::ErrorCode::not_found, std::move(missing));
  return std::move(**found);
}

}  // namespace ordo::app
