// The verbs that only look: find, attempts, list, count; and the check that the store works both
// ways.
#include <utility>
#include <variant>

#include "app/reading.h"
#include "app/tasks.h"

namespace ordo::app {
namespace {

std::string no_task(const domain::TaskId& id) {
  return "there is no task \"" + id.value() + "\"";
}

}  // namespace

void find(Backend& backend, domain::TaskId id, Answer<domain::Task> answer) {
  read(backend, std::move(answer), [id = std::move(id)](const ports::Reads& reads) {
    return known(reads.tasks.find(id), no_task(id));
  });
}

void attempts(Backend& backend, domain::TaskId id, Answer<std::vector<domain::Attempt>> answer) {
  read(backend, std::move(answer), [id = std::move(id)](const ports::Reads& reads) {
    return known(reads.tasks.attempts(id), no_task(id));
  });
}

void list(Backend& backend, ports::TaskFilter filter, std::optional<domain::Sequence> before,
          std::size_t limit, Answer<ports::TaskPage> answer) {
  read(backend, std::move(answer),
       [filter = std::move(filter), before, limit](const ports::Reads& reads) {
         return reads.tasks.list(filter, before, limit);
       });
}

void count(Backend& backend, Answer<domain::TaskCounts> answer) {
  read(backend, std::move(answer), [](const ports::Reads& reads) { return reads.tasks.counts(); });
}

void check_ready(Backend& backend, Answer<std::monostate> answer) {
  backend.committer.probe([&backend,
                           answer = std::move(answer)](base::Result<void> written) mutable {
    if (!written) return answer(base::fail(std::move(written.error())));
    read(backend, std::move(answer), [](const ports::Reads& reads) -> base::Result<std::monostate> {
      base::Result<domain::TaskCounts> counts = reads.tasks.counts();
      if (!counts) return base::fail(std::move(counts.error()));
      return std::monostate{};
    });
  });
}

}  // namespace ordo::app
