#include "app/orders.h"

#include <utility>
#include <variant>

#include "app/commit.h"
#include "app/reading.h"
#include "base/assert.h"

namespace ordo::app {

void collect_orders(Backend& backend, std::vector<domain::OrderRecord> records,
                    Answer<ports::OrdersAccepted> answer) {
  const base::WallTime now = backend.clock.wall();
  commit_one(backend, ports::AddOrders{std::move(records), now, now + backend.keep_orders},
             std::move(answer), [](Committed committed) -> base::Result<ports::OrdersAccepted> {
               ports::WriteAnswer& answered = committed.answers.front();
               if (!answered) return base::fail(std::move(answered.error()));
               const auto* const accepted = std::get_if<ports::OrdersAccepted>(&*answered);
               ORDO_ASSERT(accepted != nullptr);
               return *accepted;
             });
}

void find_order(Backend& backend, domain::RecordId id, Answer<domain::Order> answer) {
  read(backend, std::move(answer), [&backend, id = std::move(id)](const ports::Reads& reads) {
    return known(reads.orders.find(id, backend.clock.wall()),
                 "there is no order \"" + id.value() + "\", or no longer");
  });
}

void list_orders(Backend& backend, ports::OrderFilter filter,
                 std::optional<domain::OrderNumber> before, std::size_t limit,
                 Answer<ports::OrderPage> answer) {
  read(backend, std::move(answer), [&backend, filter, before, limit](const ports::Reads& reads) {
    return reads.orders.list(filter, before, limit, backend.clock.wall());
  });
}

}  // namespace ordo::app
