// GET /tasks and GET /dead-letters: filters, cursor, and the link to the next page.
#include <fmt/format.h>

#include <array>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "api/cursor.h"
#include "api/endpoints.h"
#include "api/known_queue.h"
#include "api/parameters.h"
#include "api/task_json.h"
#include "base/limits.h"
#include "base/text.h"
#include "domain/task_rules.h"

namespace ordo::api {
namespace {

constexpr std::size_t kMaxSearchCharacters = 200;

struct ListRequest {
  ports::TaskFilter filter;
  std::size_t limit = base::kDefaultPageItems;
  std::optional<domain::Sequence> before;
  std::optional<std::string> cursor;
  std::string name;  // of the list, with its filters: what a cursor is bound to
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

Complaint set_limit(ListRequest& list, const std::string& value) {
  return set_page_limit(list.limit, value);
}

Complaint set_cursor(ListRequest& list, const std::string& value) {
  list.cursor = value;
  return std::nullopt;
}

using Known = KnownParameter<ListRequest>;

constexpr std::array kOfTasks{
    Known{"status", true, set_status},  Known{"queue", true, set_queue},
    Known{"lane", true, set_lane},      Known{"priority", true, set_priority},
    Known{"q", true, set_text},         Known{"limit", false, set_limit},
    Known{"cursor", false, set_cursor},
};
constexpr std::array kOfDeadLetters{
    Known{"queue", true, set_queue},
    Known{"limit", false, set_limit},
    Known{"cursor", false, set_cursor},
};

// `path` is the list's own, and names it in its cursors.
base::Result<ListRequest> decode_list(std::string_view path, std::span<const Known> known,
                                      std::string_view query) {
  base::Result<QueryParameters> parameters = parse_query(query);
  if (!parameters) return base::fail(std::move(parameters.error()));
  ListRequest list;
  std::vector<base::FieldError> errors = set_parameters(list, known, *parameters);
  list.name = std::string(path) + "?" + canonical_filters(known, *parameters);
  if (list.cursor) {
    const auto before = decode_cursor(list.name, *list.cursor);
    if (before) {
      list.before = domain::Sequence(*before);
    } else {
      errors.insert(errors.end(), before.error().fields.begin(), before.error().fields.end());
    }
  }
  if (errors.empty()) return list;
  return base::fail(bad_query(std::move(errors)));
}

net::Response page_response(const ports::TaskPage& page, const std::string& name,
                            std::size_t limit) {
  std::string body = R"({"items":[)";
  for (const domain::Task& task : page.items) {
    if (body.back() != '[') body.push_back(',');
    append_task(body, task);
  }
  if (!page.next_before) {
    body += R"(],"next_cursor":null})";
    return json_response(200, std::move(body));
  }
  const std::string cursor = encode_cursor(name, page.next_before->value());
  body += R"(],"next_cursor":")" + cursor + R"("})";
  net::Response response = json_response(200, std::move(body));
  response.headers.add("Link", fmt::format("</{}{}limit={}&cursor={}>; rel=\"next\"", name,
                                           name.ends_with('?') ? "" : "&", limit, cursor));
  return response;
}

void respond_list(Context& context, ExchangePtr exchange, ListRequest list) {
  app::list(context.backend, std::move(list.filter), list.before, list.limit,
            answering<ports::TaskPage>(std::move(exchange),
                                       [name = std::move(list.name), limit = list.limit](
                                           Exchange&, const ports::TaskPage& page) {
                                         return page_response(page, name, limit);
                                       }));
}

}  // namespace

void list_tasks(Context& context, ExchangePtr exchange) {
  base::Result<ListRequest> list = decode_list("tasks", kOfTasks, exchange->request.query);
  if (!list) return respond_error(std::move(exchange), list.error());
  respond_list(context, std::move(exchange), std::move(*list));
}

void list_dead_letters(Context& context, ExchangePtr exchange) {
  base::Result<ListRequest> list =
      decode_list("dead-letters", kOfDeadLetters, exchange->request.query);
  if (!list) return respond_error(std::move(exchange), list.error());
  list->filter.status = domain::TaskStatus::dead;
  const std::optional<domain::QueueName> queue = list->filter.queue;
  with_known_queue(context, std::move(exchange), queue,
                   [&context, list = std::move(*list)](ExchangePtr checked) mutable {
                     respond_list(context, std::move(checked), std::move(list));
                   });
}

}  // namespace ordo::api
