#include "api/lists.h"

#include <fmt/format.h>

#include <utility>

namespace ordo::api {

net::Response page_response(const std::string& items, std::optional<std::uint64_t> next_before,
                            const std::string& name, std::size_t limit) {
  std::string body = R"({"items":[)" + items;
  if (!next_before) {
    body += R"(],"next_cursor":null})";
    return json_response(200, std::move(body));
  }
  const std::string cursor = encode_cursor(name, *next_before);
  body += R"(],"next_cursor":")" + cursor + R"("})";
  net::Response response = json_response(200, std::move(body));
  response.headers.add("Link", fmt::format("</{}{}limit={}&cursor={}>; rel=\"next\"", name,
                                           name.ends_with('?') ? "" : "&", limit, cursor));
  return response;
}

}  // namespace ordo::api
