#include "aws/gateway_event.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

#include "base/assert.h"
#include "base/hmac.h"
#include "base/http_rules.h"
#include "base/json.h"
#include "base/percent.h"
#include "base/text.h"

namespace ordo::aws {
namespace {

constexpr std::size_t kMaxQuotedVersionBytes = 16;

using base::JsonKind;
using base::JsonMember;
using EventMembers = std::vector<JsonMember>;
using NamedTexts = std::vector<std::pair<std::string, std::string>>;

// Null is as good as not there.
const JsonMember* given_member(const EventMembers& members, std::string_view key) {
  const JsonMember* const found = base::find_member(members, key);
  return found != nullptr && found->kind != JsonKind::null ? found : nullptr;
}

// Takes an event apart. Keeps the first fault; what is wrong is read as if it were not there.
class GatewayReader {
 public:
  [[nodiscard]] const std::optional<base::Error>& fault() const noexcept { return fault_; }

  void blame(std::string_view what) {
    if (fault_) return;
    fault_ = base::Error{base::ErrorCode::invalid, fmt::format("the API Gateway event {}", what)};
  }

  // The last step of `pointer` is the member's name.
  std::string text(const EventMembers& members, std::string_view pointer) {
    const JsonMember* const found = given_member(members, last_step(pointer));
    if (found == nullptr) return {};
    if (found->kind == JsonKind::string) return found->text;
    blame(fmt::format("has a {} that is no text", pointer));
    return {};
  }

  std::string needed_text(const EventMembers& members, std::string_view pointer) {
    std::string found = text(members, pointer);
    if (found.empty()) blame(fmt::format("has no {}", pointer));
    return found;
  }

  EventMembers object(const EventMembers& members, std::string_view pointer) {
    const JsonMember* const found = given_member(members, last_step(pointer));
    if (found == nullptr) return {};
    auto inner = found->kind == JsonKind::object ? base::parse_json_object(found->text)
                                                 : base::Result<EventMembers>(EventMembers());
    if (found->kind != JsonKind::object || !inner) {
      blame(fmt::format("has a {} that is no object", pointer));
      return {};
    }
    return std::move(*inner);
  }

  // Of an object whose members are texts or lists of texts.
  NamedTexts named_texts(const EventMembers& event, std::string_view key) {
    NamedTexts out;
    for (const JsonMember& member : object(event, key)) {
      if (member.kind == JsonKind::string) {
        out.emplace_back(member.key, member.text);
      } else if (member.kind != JsonKind::null) {
        for (std::string& one : texts(member, key)) out.emplace_back(member.key, std::move(one));
      }
    }
    return out;
  }

  std::vector<std::string> texts(const JsonMember& list, std::string_view pointer) {
    std::vector<std::string> out;
    const auto elements = list.kind == JsonKind::array
                              ? base::parse_json_array(list.text)
                              : base::Result<EventMembers>(EventMembers{list});
    for (const JsonMember& one : elements.value_or(EventMembers())) {
      if (one.kind != JsonKind::string) {
        blame(fmt::format("has a value in {} that is no text", pointer));
      }
      out.push_back(one.text);
    }
    return out;
  }

 private:
  static std::string_view last_step(std::string_view pointer) {
    return pointer.substr(pointer.rfind('.') + 1);
  }

  std::optional<base::Error> fault_;
};

// As it may stand in a request's target: what is not visible there is escaped, and `forbidden`.
std::string escape_for_target(std::string_view text, std::string_view forbidden) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    if (c > 0x20 && c < 0x7f && !forbidden.contains(c)) {
      out.push_back(c);
    } else {
      out += base::percent_encode({&c, 1});
    }
  }
  return out;
}

// Only what cannot stand in a path is escaped, so that one that was sent encoded stays as it is.
std::string path_as_sent(GatewayReader& reader, std::string_view path, bool was_decoded) {
  if (!path.starts_with('/')) reader.blame("has a path that does not start with /");
  return escape_for_target(path, was_decoded ? "?#%" : "?#");
}

std::string_view without_stage(std::string_view path, std::string_view stage) {
  std::string_view rest = path;
  if (stage.empty() || stage == "$default" || !rest.starts_with('/')) return path;
  rest.remove_prefix(1);
  if (!rest.starts_with(stage)) return path;
  rest.remove_prefix(stage.size());
  if (rest.empty()) return "/";
  return rest.front() == '/' ? rest : path;
}

std::string encoded_query(const NamedTexts& parameters) {
  std::string query;
  for (const auto& [name, value] : parameters) {
    if (!query.empty()) query.push_back('&');
    query += base::percent_encode(name) + "=" + base::percent_encode(value);
  }
  return query;
}

std::string body_of_event(GatewayReader& reader, const EventMembers& event) {
  std::string body = reader.text(event, "body");
  const JsonMember* const encoded = given_member(event, "isBase64Encoded");
  if (encoded == nullptr || encoded->text != "true") return body;
  auto bytes = base::base64_decode(body);
  if (!bytes) reader.blame("has a body that is no base64, as isBase64Encoded says it is");
  return bytes.value_or(std::string());
}

void add_length(net::Request& request) {
  const bool takes_body =
      request.method == "POST" || request.method == "PUT" || request.method == "PATCH";
  if (request.body.empty() && !takes_body) return;
  if (request.headers.has("Content-Length") || request.headers.has("Transfer-Encoding")) return;
  request.headers.add("Content-Length", std::to_string(request.body.size()));
}

// `of_http_api`: not of a REST API.
net::Request read_first_format(GatewayReader& reader, const EventMembers& event,
                               const EventMembers& context, bool of_http_api) {
  net::Request request;
  request.method = reader.needed_text(event, "httpMethod");
  const std::string path = reader.needed_text(event, "path");
  const std::string stage = reader.text(context, "requestContext.stage");
  request.path = path_as_sent(reader, of_http_api ? without_stage(path, stage) : path, of_http_api);
  const bool by_list = given_member(event, "multiValueQueryStringParameters") != nullptr;
  request.query = encoded_query(reader.named_texts(
      event, by_list ? "multiValueQueryStringParameters" : "queryStringParameters"));
  request.peer = reader.text(reader.object(context, "requestContext.identity"),
                             "requestContext.identity.sourceIp");
  return request;
}

net::Request read_second_format(GatewayReader& reader, const EventMembers& event,
                                const EventMembers& context) {
  net::Request request;
  const EventMembers http = reader.object(context, "requestContext.http");
  request.method = reader.needed_text(http, "requestContext.http.method");
  request.peer = reader.text(http, "requestContext.http.sourceIp");
  const std::string path = reader.needed_text(event, "rawPath");
  const std::string stage = reader.text(context, "requestContext.stage");
  const bool of_function_url =
      reader.text(context, "requestContext.domainName").contains(".lambda-url.");
  request.path = path_as_sent(reader, without_stage(path, stage), !of_function_url);
  request.query = escape_for_target(reader.text(event, "rawQueryString"), "#");
  return request;
}

void add_headers(GatewayReader& reader, net::Headers& headers, const EventMembers& event) {
  const bool by_list = given_member(event, "multiValueHeaders") != nullptr;
  for (auto& [name, value] : reader.named_texts(event, by_list ? "multiValueHeaders" : "headers")) {
    headers.add(std::move(name), std::move(value));
  }
  const JsonMember* const cookies = given_member(event, "cookies");
  if (cookies == nullptr || headers.has("Cookie")) return;
  std::string all = fmt::format("{}", fmt::join(reader.texts(*cookies, "cookies"), "; "));
  if (!all.empty()) headers.add("Cookie", std::move(all));
}

// JSON holds text only; a header that is none can be told apart, at least.
void append_header_text(std::string& out, std::string_view text) {
  if (base::is_valid_utf8(text)) return base::append_json_string(out, text);
  base::append_json_string(out, base::percent_encode(text));
}

void append_header_values(std::string& out, const std::vector<std::string_view>& values,
                          PayloadFormat format) {
  if (format == PayloadFormat::v2) {
    return append_header_text(out, fmt::format("{}", fmt::join(values, ", ")));
  }
  out.push_back('[');
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (i > 0) out.push_back(',');
    append_header_text(out, values[i]);
  }
  out.push_back(']');
}

// The fields in their order, each name once, as it is written first.
void append_headers(std::string& out, const net::Headers& headers, PayloadFormat format) {
  std::vector<std::pair<std::string_view, std::vector<std::string_view>>> fields;
  for (const auto& [name, value] : headers) {
    // Cookies cannot be put into one list.
    if (format == PayloadFormat::v2 && base::equals_ignoring_case(name, "Set-Cookie")) continue;
    const auto same = [&](const auto& field) {
      return base::equals_ignoring_case(field.first, name);
    };
    auto field = std::ranges::find_if(fields, same);
    if (field == fields.end()) field = fields.insert(fields.end(), {name, {}});
    field->second.emplace_back(value);
  }
  out += format == PayloadFormat::v1 ? R"("multiValueHeaders":{)" : R"("headers":{)";
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (i > 0) out.push_back(',');
    append_header_text(out, fields[i].first);
    out.push_back(':');
    append_header_values(out, fields[i].second, format);
  }
  out.push_back('}');
}

void append_cookies(std::string& out, const net::Headers& headers) {
  bool first = true;
  for (const auto& [name, value] : headers) {
    if (!base::equals_ignoring_case(name, "Set-Cookie")) continue;
    out += first ? R"(,"cookies":[)" : ",";
    first = false;
    append_header_text(out, value);
  }
  if (!first) out.push_back(']');
}

}  // namespace

base::Result<GatewayRequest> read_gateway_event(std::string_view event) {
  GatewayReader reader;
  const auto members = base::parse_json_object(event);
  if (!members) {
    reader.blame("is not understood: " + members.error().message);
    return base::fail(*reader.fault());
  }
  const EventMembers context = reader.object(*members, "requestContext");
  if (context.empty()) reader.blame("has no requestContext");
  const std::string version = reader.text(*members, "version");
  GatewayRequest read;
  if (version == "2.0") {
    read.format = PayloadFormat::v2;
    read.request = read_second_format(reader, *members, context);
  } else if (version.empty() || version == "1.0") {
    // A REST API does not name the version.
    read.request = read_first_format(reader, *members, context, !version.empty());
  } else {
    reader.blame(fmt::format("is of payload version {}; 1.0 and 2.0 are understood",
                             base::clip(version, kMaxQuotedVersionBytes)));
  }
  if (!base::is_token(read.request.method)) reader.blame("has a method that HTTP does not allow");
  add_headers(reader, read.request.headers, *members);
  read.request.body = body_of_event(reader, *members);
  add_length(read.request);
  read.request_id = reader.text(context, "requestContext.requestId");
  if (reader.fault()) return base::fail(*reader.fault());
  return read;
}

std::string gateway_answer(const net::Response& response, PayloadFormat format, bool head_only) {
  ORDO_ASSERT(response.stream == nullptr);
  std::string out = fmt::format(R"({{"statusCode":{},)", response.status);
  append_headers(out, response.headers, format);
  if (format == PayloadFormat::v2) append_cookies(out, response.headers);
  const bool is_text = head_only || base::is_valid_utf8(response.body);
  out += is_text ? R"(,"isBase64Encoded":false,"body":)" : R"(,"isBase64Encoded":true,"body":)";
  if (head_only) {
    out += R"("")";
  } else {
    base::append_json_string(out, is_text ? response.body : base::base64_encode(response.body));
  }
  out.push_back('}');
  return out;
}

}  // namespace ordo::aws
