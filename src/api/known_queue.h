// A filter by a queue that is not there is a slip of the pen, not a list without items.
#pragma once

#include <optional>
#include <utility>

#include "api/exchange.h"
#include "app/queues.h"
#include "app/refusals.h"
#include "app/tasks.h"
#include "domain/ids.h"

namespace ordo::api {

// Goes on (`then` takes the exchange) when no queue is given, when it is configured, or when tasks
// of it are left; otherwise the answer is 404.
template <class Then>
void with_known_queue(Context& context, ExchangePtr exchange,
                      const std::optional<domain::QueueName>& queue, Then then) {
  app::Backend& backend = context.backend;
  if (!queue || backend.queues.contains(*queue)) return then(std::move(exchange));
  // Where nothing runs the tasks themselves are looked through, as far as a list does in one go.
  if (backend.dispatcher == nullptr) {
    return app::list(backend, {.queue = queue}, std::nullopt, 1,
                     [exchange = std::move(exchange),
                      then = std::move(then)](base::Result<ports::TaskPage> page) mutable {
                       if (!page) return respond_error(std::move(exchange), page.error());
                       const bool none = page->items.empty() && !page->next_before;
                       if (none) return respond_error(std::move(exchange), app::no_such_queue());
                       then(std::move(exchange));
                     });
  }
  app::queue(backend, *queue,
             [exchange = std::move(exchange),
              then = std::move(then)](base::Result<app::QueueState> known) mutable {
               if (!known) return respond_error(std::move(exchange), known.error());
               then(std::move(exchange));
             });
}

}  // namespace ordo::api
