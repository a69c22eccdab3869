// The verbs that only look: find, list, count; and the check that the store works both ways.
#include <utility>
#include <variant>

#include "app/tasks.h"

namespace ordo::app {
namespace {

// Runs `query` (TaskReads& → Result<T>) on a reader's thread.
template <class T, class Query>
void read(Backend& backend, Answer<T> answer, Query query) {
  backend.readers.run([answer = std::move(answer),
                       query = std::move(query)](base::Result<ports::TaskReads*> reads) mutable {
    if (!reads) return answer(base::fail(std::move(reads.error())));
    answer(query(**reads));
  });
}

}  // namespace

void find(Backend& backend, domain::TaskId id, Answer<domain::Task> answer) {
  read(backend, std::move(answer),
       [id = std::move(id)](ports::TaskReads& reads) -> base::Result<domain::Task> {
         base::Result<std::optional<domain::Task>> found = reads.find(id);
         if (!found) return base::fail(std::move(found.error()));
         if (!*found) {
           return base::fail(base::ErrorCode::not_found, "there is no task \"" + id.value() + "\"");
         }
         return std::move(**found);
       });
}

void list(Backend& backend, ports::TaskFilter filter, std::optional<domain::Sequence> before,
          std::size_t limit, Answer<ports::TaskPage> answer) {
  read(backend, std::move(answer),
       [filter = std::move(filter), before, limit](ports::TaskReads& reads) {
         return reads.list(filter, before, limit);
       });
}

void count(Backend& backend, Answer<domain::TaskCounts> answer) {
  read(backend, std::move(answer), [](ports::TaskReads& reads) { return reads.counts(); });
}

void check_ready(Backend& backend, Answer<std::monostate> answer) {
  backend.committer.probe([&backend,
                           answer = std::move(answer)](base::Result<void> written) mutable {
    if (!written) return answer(base::fail(std::move(written.error())));
    read(backend, std::move(answer), [](ports::TaskReads& reads) -> base::Result<std::monostate> {
      base::Result<domain::TaskCounts> counts = reads.counts();
      if (!counts) return base::fail(std::move(counts.error()));
      return std::monostate{};
    });
  });
}

}  // namespace ordo::app
