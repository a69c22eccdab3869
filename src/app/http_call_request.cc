// What a machine's parameters ask to be sent.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <utility>

#include "app/http_call.h"
#include "app/http_call_form.h"
#include "app/http_call_headers.h"
#include "base/http_rules.h"
#include "base/percent.h"
#include "base/text.h"

namespace ordo::app {
namespace {

using base::JsonKind;
using base::JsonMember;
using states::kRuntime;

constexpr std::string_view kJsonType = "application/json; charset=UTF-8";
constexpr std::string_view kFormType = "application/x-www-form-urlencoded";

bool starts_with_ignoring_case(std::string_view text, std::string_view prefix) {
  return base::equals_ignoring_case(text.substr(0, prefix.size()), prefix);
}

// Whoever has to escape something knows what it is; a user and a password belong to a connection.
bool is_endpoint(std::string_view url) {
  const std::size_t scheme = starts_with_ignoring_case(url, "https://")  ? 8
                             : starts_with_ignoring_case(url, "http://") ? 7
                                                                         : 0;
  const std::string_view authority = url.substr(scheme, url.find_first_of("/?", scheme) - scheme);
  return scheme != 0 && !authority.empty() && !authority.contains('@') &&
         std::ranges::all_of(url, [](char c) { return c > ' ' && c < '\x7f' && c != '#'; });
}

// One value or a list of values; nothing: something else.
std::optional<std::vector<std::string>> values_of(const JsonMember& member) {
  std::vector<JsonMember> members;
  if (member.kind == JsonKind::array) {
    auto elements = base::parse_json_array(member.text);
    if (!elements) return std::nullopt;
    members = std::move(*elements);
  } else {
    members.push_back(member);
  }
  std::vector<std::string> values;
  for (const JsonMember& one : members) {
    auto value = form_value(one);
    if (!value) return std::nullopt;
    values.push_back(std::move(*value));
  }
  return values;
}

struct FieldValues {
  std::string name;
  std::vector<std::string> values;
};

// The members of an object, each with its values; none when it is not there.
states::Outcome<std::vector<FieldValues>> read_fields(const CallParameters& parameters,
                                                      std::string_view name) {
  std::vector<FieldValues> fields;
  if (!parameters.has(name)) return fields;
  const auto object = parameters.object(name);
  if (!object) return states::fault(kRuntime, fmt::format("\"{}\" is not an object", name));
  for (const JsonMember& member : object->members()) {
    auto values = values_of(member);
    if (!values) {
      return states::fault(kRuntime,
                           fmt::format("\"{}\" of \"{}\" is neither a value nor a list of values",
                                       member.key, name));
    }
    fields.push_back({member.key, std::move(*values)});
  }
  return fields;
}

states::Outcome<std::vector<ports::HttpField>> read_headers(const CallParameters& parameters) {
  auto fields = read_fields(parameters, "Headers");
  if (!fields) return std::unexpected(std::move(fields.error()));
  std::vector<ports::HttpField> headers;
  for (FieldValues& field : *fields) {
    if (!base::is_token(field.name) || !std::ranges::all_of(field.values, is_header_value)) {
      return states::fault(kRuntime, fmt::format("\"{}\" cannot be sent as a header", field.name));
    }
    if (is_closed_to_definitions(field.name)) {
      return states::fault(
          kRuntime, fmt::format("the header \"{}\" cannot be set by a definition", field.name));
    }
    for (std::string& value : field.values) headers.push_back({field.name, std::move(value)});
  }
  return headers;
}

states::Outcome<std::string> read_url(const CallParameters& parameters) {
  auto url = parameters.text("ApiEndpoint");
  if (!url || !is_endpoint(*url)) {
    return states::fault(kRuntime,
                         "\"ApiEndpoint\" is not a URL of http or https, without a user and a "
                         "fragment, and escaped where it must be");
  }
  const auto fields = read_fields(parameters, "QueryParameters");
  if (!fields) return std::unexpected(fields.error());
  char mark = url->contains('?') ? '&' : '?';
  if (url->ends_with('?') || url->ends_with('&')) mark = '\0';
  for (const FieldValues& field : *fields) {
    for (const std::string& value : field.values) {
      if (mark != '\0') url->push_back(mark);
      mark = '&';
      *url += base::percent_encode(field.name) + "=" + base::percent_encode(value);
    }
  }
  return std::move(*url);
}

// How the body is to be a form; nothing: it is JSON.
states::Outcome<std::optional<FormArrays>> read_transform(const CallParameters& parameters) {
  if (!parameters.has("Transform")) return std::nullopt;
  const auto transform = parameters.object("Transform");
  const std::string encoding =
      transform ? transform->content("RequestBodyEncoding").value_or("NONE") : "";
  if (encoding == "NONE") return std::nullopt;
  const auto options = transform ? transform->object("RequestEncodingOptions") : std::nullopt;
  const auto arrays =
      form_arrays_named(options ? options->content("ArrayFormat").value_or("INDICES") : "INDICES");
  if (encoding == "URL_ENCODED" && arrays) return arrays;
  return states::fault(
      kRuntime, R"(of "Transform", "RequestBodyEncoding" is "NONE" or "URL_ENCODED", and the )"
                R"("ArrayFormat" of "RequestEncodingOptions" "INDICES", "REPEAT", "COMMAS" )"
                R"(or "BRACKETS")");
}

states::Outcome<void> read_body(const CallParameters& parameters, ports::HttpCall& call) {
  const auto arrays = read_transform(parameters);
  if (!arrays) return std::unexpected(arrays.error());
  const auto content = parameters.content("RequestBody");
  if (!content) return {};
  call.body = *content;
  const bool is_text = parameters.text("RequestBody").has_value();
  if (*arrays && !is_text) {
    const auto object = parameters.object("RequestBody");
    auto form = object ? form_of(object->members(), **arrays) : std::nullopt;
    if (!form) {
      return states::fault(kRuntime,
                           "\"RequestBody\" cannot be URL-encoded: it is not an object, or COMMAS "
                           "would have to separate more than values");
    }
    call.body = std::move(*form);
  }
  const bool typed = std::ranges::any_of(call.headers, [](const ports::HttpField& field) {
    return base::equals_ignoring_case(field.name, "Content-Type");
  });
  if (!typed)
    call.headers.push_back({"Content-Type", std::string(*arrays ? kFormType : kJsonType)});
  return {};
}

std::optional<std::string> connection_in(const CallParameters& parameters) {
  for (const std::string_view place : {"Authentication", "InvocationConfig"}) {
    const auto object = parameters.object(place);
    auto arn = object ? object->text("ConnectionArn") : std::nullopt;
    if (arn && !arn->empty()) return arn;
  }
  return std::nullopt;
}

}  // namespace

std::string connection_name(std::string_view name_or_arn) {
  constexpr std::string_view kBefore = ":connection/";
  const std::size_t at = name_or_arn.find(kBefore);
  if (!name_or_arn.starts_with("arn:") || at == std::string_view::npos) {
    return std::string(name_or_arn);
  }
  name_or_arn.remove_prefix(at + kBefore.size());
  return std::string(name_or_arn.substr(0, name_or_arn.find('/')));
}

states::Outcome<ports::HttpCall> read_http_call(const CallParameters& parameters) {
  static constexpr std::array<std::string_view, 7> kMethods{"GET",   "POST",    "PUT", "DELETE",
                                                            "PATCH", "OPTIONS", "HEAD"};
  ports::HttpCall call;
  const auto connection = connection_in(parameters);
  if (!connection) return states::fault(kRuntime, kHttpConnectionMissing);
  call.connection = connection_name(*connection);
  const auto method = parameters.text("Method");
  if (!method || std::ranges::find(kMethods, *method) == kMethods.end()) {
    return states::fault(kRuntime,
                         fmt::format("\"Method\" is not one of {}", fmt::join(kMethods, ", ")));
  }
  call.method = *method;
  auto url = read_url(parameters);
  if (!url) return std::unexpected(std::move(url.error()));
  call.url = std::move(*url);
  auto headers = read_headers(parameters);
  if (!headers) return std::unexpected(std::move(headers.error()));
  call.headers = std::move(*headers);
  if (auto body = read_body(parameters, call); !body) {
    return std::unexpected(std::move(body.error()));
  }
  return call;
}

}  // namespace ordo::app
