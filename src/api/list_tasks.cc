// GET /tasks and GET /dead-letters: filters, cursor, and the link to the next page.
#include <array>
#include <optional>
#include <string>
#include <utility>

#include "api/endpoints.h"
#include "api/known_queue.h"
#include "api/lists.h"
#include "api/task_json.h"
#include "base/text.h"
#include "domain/task_rules.h"

namespace ordo::api {
namespace {

constexpr std::size_t kMaxSearchCharacters = 200;

struct ListRequest : ListPosition {
  ports::TaskFilter filter;
};

using Complaint = std::optional<domain::Violation>;

Complaint set_status(ListRequest& list, const std::string& value) {
  list.filter.status = domain::task_status_named(value);
  if (list.filter.status) return std::nullopt;
  return domain::Violation{"unknown_value",
                           "a status is queued, running, succeeded, dead or cancelled"};
}

Complaint set_queue(ListRequest& list, const std::string& value) {
  list.filter.queue = domain::QueueName(value);
  return domain::check_queue_name(value);
}

Complaint set_lane(ListRequest& list, const std::string& value) {
  list.filter.lane = domain::LaneKey(value);
  return domain::check_lane(value);
}

Complaint set_priority(ListRequest& list, const std::string& value) {
  list.filter.priority = domain::priority_named(value);
  if (list.filter.priority) return std::nullopt;
  return domain::Violation{"unknown_value", "a priority is low, medium or high"};
}

Complaint set_text(ListRequest& list, const std::string& value) {
  if (value.empty()) return domain::Violation{"empty", "the text to find must not be empty"};
  if (base::count_characters(value) > kMaxSearchCharacters) {
    return domain::Violation{"too_long", "the text to find may have 200 characters"};
  }
  list.filter.text = value;
  return std::nullopt;
}

using Known = KnownParameter<ListRequest>;

constexpr std::array kOfTasks{
    Known{"status", true, set_status}, Known{"queue", true, set_queue},
    Known{"lane", true, set_lane},     Known{"priority", true, set_priority},
    Known{"q", true, set_text},        kLimitParameter<ListRequest>,
    kCursorParameter<ListRequest>,
};
constexpr std::array kOfDeadLetters{
    Known{"queue", true, set_queue},
    kLimitParameter<ListRequest>,
    kCursorParameter<ListRequest>,
};

net::Response tasks_response(const ports::TaskPage& page, const std::string& name,
                             std::size_t limit) {
  std::string items;
  for (const domain::Task& task : page.items) {
    if (!items.empty()) items.push_back(',');
    append_task(items, task);
  }
  return page_response(items,
                       page.next_before.transform([](const auto& next) { return next.value(); }),
                       name, limit);
}

void respond_list(Context& context, ExchangePtr exchange, ListRequest list) {
  std::optional<domain::Sequence> before;
  if (list.before) before = domain::Sequence(*list.before);
  app::list(context.backend, std::move(list.filter), before, list.limit,
            answering<ports::TaskPage>(std::move(exchange),
                                       [name = std::move(list.name), limit = list.limit](
                                           Exchange&, const ports::TaskPage& page) {
                                         return tasks_response(page, name, limit);
                                       }));
}

}  // namespace

void list_tasks(Context& context, ExchangePtr exchange) {
  base::Result<ListRequest> list =
      decode_list<ListRequest>("tasks", kOfTasks, exchange->request.query);
  if (!list) return respond_error(std::move(exchange), list.error());
  respond_list(context, std::move(exchange), std::move(*list));
}

void list_dead_letters(Context& context, ExchangePtr exchange) {
  base::Result<ListRequest> list =
      decode_list<ListRequest>("dead-letters", kOfDeadLetters, exchange->request.query);
  if (!list) return respond_error(std::move(exchange), list.error());
  list->filter.status = domain::TaskStatus::dead;
  const std::optional<domain::QueueName> queue = list->filter.queue;
  with_known_queue(context, std::move(exchange), queue,
                   [&context, list = std::move(*list)](ExchangePtr checked) mutable {
                     respond_list(context, std::move(checked), std::move(list));
                   });
}

}  // namespace ordo::api
