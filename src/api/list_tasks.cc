// GET /tasks: filters, cursor, and the link to the next page.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "api/cursor.h"
#include "api/endpoints.h"
#include "api/query.h"
#include "api/task_json.h"
#include "base/limits.h"
#include "base/percent.h"
#include "base/text.h"
#include "domain/task_rules.h"

namespace ordo::api {
namespace {

constexpr std::size_t kMaxSearchCharacters = 200;

struct ListRequest {
  ports::TaskFilter filter;
  std::size_t limit = base::kDefaultPageItems;
  std::optional<domain::Sequence> before;
  std::string filters;  // as they were given, without limit and cursor: what the cursor is bound to
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
  const char* const end = value.data() + value.size();
  const auto [stop, error] = std::from_chars(value.data(), end, list.limit);
  const bool good =
      error == std::errc() && stop == end && list.limit >= 1 && list.limit <= base::kMaxPageItems;
  if (good) return std::nullopt;
  return domain::Violation{"out_of_range", "a limit is a whole number from 1 to 1000"};
}

struct KnownParameter {
  std::string_view name;
  bool is_filter;
  Complaint (*set)(ListRequest&, const std::string&);
};

constexpr std::array kKnown{
    KnownParameter{"status", true, set_status}, KnownParameter{"queue", true, set_queue},
    KnownParameter{"lane", true, set_lane},     KnownParameter{"priority", true, set_priority},
    KnownParameter{"q", true, set_text},        KnownParameter{"limit", false, set_limit},
};

// The list with its filters, in the table's order and unambiguous: what a cursor is bound to.
std::string canonical(const QueryParameters& parameters) {
  std::string out;
  for (const KnownParameter& known : kKnown) {
    const auto given =
        std::ranges::find(parameters, known.name, &std::pair<std::string, std::string>::first);
    if (!known.is_filter || given == parameters.end()) continue;
    out += (out.empty() ? "" : "&") + std::string(known.name) + "=" +
           base::percent_encode(given->second);
  }
  return out;
}

base::Result<ListRequest> decode_list(std::string_view query) {
  base::Result<QueryParameters> parameters = parse_query(query);
  if (!parameters) return base::fail(std::move(parameters.error()));
  ListRequest list;
  std::vector<base::FieldError> errors;
  const std::string* cursor = nullptr;
  for (const auto& [name, value] : *parameters) {
    const std::string pointer = "?" + std::string(base::clip(name, 64));
    if (name == "cursor") {
      cursor = &value;
      continue;
    }
    const auto* const known = std::ranges::find(kKnown, name, &KnownParameter::name);
    if (known == kKnown.end()) {
      errors.push_back({pointer, "unknown_parameter", "there is no such parameter here"});
    } else if (auto violation = known->set(list, value)) {
      errors.push_back({pointer, std::move(violation->code), std::move(violation->message)});
    }
  }
  list.filters = canonical(*parameters);
  if (cursor != nullptr) {
    const auto before = decode_cursor("tasks?" + list.filters, *cursor);
    if (before) {
      list.before = domain::Sequence(*before);
    } else {
      errors.insert(errors.end(), before.error().fields.begin(), before.error().fields.end());
    }
  }
  if (errors.empty()) return list;
  return base::fail(base::Error{base::ErrorCode::invalid,
                                "the query string is not valid; see errors", std::move(errors)});
}

net::Response page_response(const ports::TaskPage& page, const std::string& filters,
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
  const std::string cursor = encode_cursor("tasks?" + filters, page.next_before->value());
  body += R"(],"next_cursor":")" + cursor + R"("})";
  net::Response response = json_response(200, std::move(body));
  response.headers.add("Link", fmt::format("</tasks?{}{}limit={}&cursor={}>; rel=\"next\"", filters,
                                           filters.empty() ? "" : "&", limit, cursor));
  return response;
}

}  // namespace

void list_tasks(Context& context, ExchangePtr exchange) {
  base::Result<ListRequest> list = decode_list(exchange->request.query);
  if (!list) return respond_error(std::move(exchange), list.error());
  app::list(context.backend, std::move(list->filter), list->before, list->limit,
            answering<ports::TaskPage>(std::move(exchange),
                                       [filters = std::move(list->filters), limit = list->limit](
                                           Exchange&, const ports::TaskPage& page) {
                                         return page_response(page, filters, limit);
                                       }));
}

}  // namespace ordo::api
