// Objects: what pipelines stored, listed and as it is.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "api/cursor.h"
#include "api/endpoints.h"
#include "api/etags.h"
#include "api/parameters.h"
#include "app/objects.h"
#include "base/iso8601.h"
#include "base/json.h"
#include "base/percent.h"
#include "base/text.h"
#include "net/response_writer.h"

namespace ordo::api {
namespace {

struct ObjectListRequest {
  std::size_t limit = base::kDefaultPageItems;
  std::string prefix;
  std::optional<std::string> cursor;
  std::string after;
  std::string name;  // of the list, with its filter
};

constexpr std::array kOfObjects{
    KnownParameter<ObjectListRequest>{
        "prefix", true,
        [](ObjectListRequest& list, const std::string& value) -> std::optional<domain::Violation> {
          if (value.size() > ports::kMaxObjectKeyBytes) {
            return domain::Violation{"too_long", "a prefix is up to 1024 bytes"};
          }
          list.prefix = value;
          return std::nullopt;
        }},
    KnownParameter<ObjectListRequest>{"limit", false,
                                      [](ObjectListRequest& list, const std::string& value) {
                                        return set_page_limit(list.limit, value);
                                      }},
    KnownParameter<ObjectListRequest>{
        "cursor", false,
        [](ObjectListRequest& list, const std::string& value) -> std::optional<domain::Violation> {
          list.cursor = value;
          return std::nullopt;
        }},
};

base::Result<ObjectListRequest> decode(const std::string& bucket, std::string_view query) {
  base::Result<QueryParameters> parameters = parse_query(query);
  if (!parameters) return base::fail(std::move(parameters.error()));
  ObjectListRequest list;
  const std::span<const KnownParameter<ObjectListRequest>> known(kOfObjects);
  std::vector<base::FieldError> errors = set_parameters(list, known, *parameters);
  list.name = fmt::format("objects/{}?{}", base::percent_encode(bucket),
                          canonical_filters(known, *parameters));
  if (list.cursor) {
    auto after = decode_key_cursor(list.name, *list.cursor);
    if (after) {
      list.after = std::move(*after);
    } else {
      errors.insert(errors.end(), after.error().fields.begin(), after.error().fields.end());
    }
  }
  if (errors.empty()) return list;
  return base::fail(bad_query(std::move(errors)));
}

net::Response list_response(const ports::ObjectPage& page, const ObjectListRequest& list) {
  std::string body = R"({"items":[)";
  for (const ports::ObjectInfo& info : page.items) {
    if (body.back() != '[') body.push_back(',');
    body += R"({"key":)";
    base::append_json_string(body, info.key);
    body += fmt::format(R"(,"bytes":{},"content_type":)", info.bytes);
    base::append_json_string(body, info.content_type);
    body += R"(,"etag":)";
    base::append_json_string(body, info.etag);
    body += R"(,"modified_at":)";
    base::append_json_or_null(body, info.modified_at);
    body.push_back('}');
  }
  if (!page.after) return json_response(200, body + R"(],"next_cursor":null})");
  const std::string cursor = encode_key_cursor(list.name, *page.after);
  net::Response response = json_response(200, body + R"(],"next_cursor":")" + cursor + "\"}");
  response.headers.add("Link",
                       fmt::format("</{}{}limit={}&cursor={}>; rel=\"next\"", list.name,
                                   list.name.ends_with('?') ? "" : "&", list.limit, cursor));
  return response;
}

// What a browser may show: nothing of these runs.
bool is_harmless(std::string_view type) {
  constexpr std::array<std::string_view, 7> kShown{"application/json", "text/plain", "text/csv",
                                                   "image/png",        "image/jpeg", "image/gif",
                                                   "image/webp"};
  std::string_view essence = base::trim(type.substr(0, type.find(';')));
  return std::ranges::any_of(
      kShown, [&](std::string_view one) { return base::equals_ignoring_case(one, essence); });
}

net::Response object_response(const net::Request& request, ports::Object object) {
  const ports::ObjectInfo& info = object.info;
  std::string etag = fmt::format("\"{}\"", info.etag);
  std::string room;
  net::Response response;
  response.status = 304;
  if (!none_match_names(request.headers.list("If-None-Match", room), etag)) {
    response.status = 200;
    response.headers.add("Content-Type", info.content_type);
    if (!is_harmless(info.content_type)) {
      const std::string_view key = info.key;
      response.headers.add("Content-Disposition",
                           fmt::format("attachment; filename*=UTF-8''{}",
                                       base::percent_encode(key.substr(key.rfind('/') + 1))));
    }
    // Whoever wrote it may not be who looks at it.
    response.headers.add("Content-Security-Policy", "default-src 'none'; sandbox");
    response.body = std::move(object.body);
  }
  response.headers.add("ETag", std::move(etag));
  response.headers.add("Last-Modified", net::http_date(info.modified_at.ms() / 1000));
  return response;
}

}  // namespace

void list_objects(Context& context, ExchangePtr exchange) {
  auto list = decode(exchange->id, exchange->request.query);
  if (!list) return respond_error(std::move(exchange), list.error());
  std::string bucket = exchange->id;
  auto answer = answering<ports::ObjectPage>(
      std::move(exchange), [list = *list](Exchange&, const ports::ObjectPage& page) {
        return list_response(page, list);
      });
  app::list_objects(context.backend, std::move(bucket), list->prefix, list->after, list->limit,
                    std::move(answer));
}

void get_object(Context& context, ExchangePtr exchange) {
  std::string bucket = exchange->id;
  std::string key = exchange->rest;
  app::find_object(
      context.backend, std::move(bucket), std::move(key),
      answering<ports::Object>(std::move(exchange), [](Exchange& of, ports::Object object) {
        return object_response(of.request, std::move(object));
      }));
}

}  // namespace ordo::api
