// Orders: handed in as a list, listed, shown.
#include <fmt/format.h>

#include <array>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "api/endpoints.h"
#include "api/etags.h"
#include "api/lists.h"
#include "api/order_fields.h"
#include "app/orders.h"
#include "base/iso8601.h"

namespace ordo::api {
namespace {

struct OrderListRequest : ListPosition {
  ports::OrderFilter filter;
};

constexpr std::array kOfOrders{
    KnownParameter<OrderListRequest>{
        "status", true,
        [](OrderListRequest& list, const std::string& value) -> std::optional<domain::Violation> {
          list.filter.status = domain::order_status_named(value);
          if (list.filter.status) return std::nullopt;
          return domain::Violation{"unknown_value", "a status is pending, accepted or rejected"};
        }},
    kLimitParameter<OrderListRequest>,
    kCursorParameter<OrderListRequest>,
};

net::Response accepted_response(const ports::OrdersAccepted& accepted) {
  return json_response(201, fmt::format(R"({{"accepted":{},"expires_at":"{}"}})", accepted.accepted,
                                        base::format_time(accepted.expires_at)));
}

net::Response orders_response(const ports::OrderPage& page, const std::string& name,
                              std::size_t limit) {
  std::string items;
  for (const domain::Order& order : page.items) {
    if (!items.empty()) items.push_back(',');
    domain::append_order(items, order);
  }
  return page_response(items,
                       page.next_before.transform([](const auto& next) { return next.value(); }),
                       name, limit);
}

// Its status is all that ever changes.
net::Response order_response(const net::Request& request, const domain::Order& order) {
  std::string etag = fmt::format("\"{}-{}\"", order.number.value(), domain::name_of(order.status));
  std::string room;
  const bool known = none_match_names(request.headers.list("If-None-Match", room), etag);
  net::Response response;
  response.status = 304;
  if (!known) {
    std::string body;
    domain::append_order(body, order);
    response = json_response(200, std::move(body));
  }
  response.headers.add("ETag", std::move(etag));
  return response;
}

}  // namespace

void create_orders(Context& context, ExchangePtr exchange) {
  if (exchange->request.headers.has("Idempotency-Key")) {
    const base::Error error = bad_field("Idempotency-Key", "unsupported_header",
                                        "orders have no key; send the same records again instead");
    return respond_error(std::move(exchange), error);
  }
  auto records = decode_orders(exchange->request.body);
  if (!records) return respond_error(std::move(exchange), records.error());
  exchange->request.body = {};  // the records hold what is wanted of it
  app::collect_orders(
      context.backend, std::move(*records),
      answering<ports::OrdersAccepted>(std::move(exchange),
                                       [](Exchange&, const ports::OrdersAccepted& accepted) {
                                         return accepted_response(accepted);
                                       }));
}

void list_orders(Context& context, ExchangePtr exchange) {
  const auto list = decode_list<OrderListRequest>("orders", kOfOrders, exchange->request.query);
  if (!list) return respond_error(std::move(exchange), list.error());
  std::optional<domain::OrderNumber> before;
  if (list->before) before = domain::OrderNumber(*list->before);
  app::list_orders(context.backend, list->filter, before, list->limit,
                   answering<ports::OrderPage>(std::move(exchange),
                                               [name = list->name, limit = list->limit](
                                                   Exchange&, const ports::OrderPage& page) {
                                                 return orders_response(page, name, limit);
                                               }));
}

void get_order(Context& context, ExchangePtr exchange) {
  // A malformed id can be no order's: the answer is the same as for one that is not there.
  if (domain::check_record_id(exchange->id)) {
    return respond_problem(std::move(exchange),
                           Problem{404, "not_found", "there is no such order"});
  }
  const domain::RecordId id(exchange->id);
  app::find_order(
      context.backend, id,
      answering<domain::Order>(std::move(exchange), [](Exchange& of, const domain::Order& order) {
        return order_response(of.request, order);
      }));
}

}  // namespace ordo::api
