#include "app/http_call.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <utility>

#include "base/http_rules.h"
#include "base/json.h"
#include "base/text.h"
#include "ports/function_host.h"

namespace ordo::app {
namespace {

using states::kRuntime;

std::string media_type_of(const ports::HttpAnswer& answer) {
  const auto field = std::ranges::find_if(answer.headers, [](const ports::HttpField& one) {
    return base::equals_ignoring_case(one.name, "Content-Type");
  });
  if (field == answer.headers.end()) return {};
  std::string type(base::trim(std::string_view(field->value).substr(0, field->value.find(';'))));
  std::ranges::transform(type, type.begin(), base::ascii_lower);
  return type;
}

bool is_json_type(std::string_view type) {
  return type == "application/json" || type.ends_with("+json");
}

bool is_binary_type(std::string_view type) {
  return type == "application/octet-stream" || type.starts_with("image/") ||
         type.starts_with("video/") || type.starts_with("audio/");
}

// Whatever a server puts into its headers, they come out as text.
std::string_view text_or_nothing(std::string_view text) {
  return base::is_valid_utf8(text) ? text : std::string_view();
}

void append_headers(std::string& out, const std::vector<ports::HttpField>& headers) {
  std::map<std::string, std::vector<std::string_view>> by_name;
  for (const ports::HttpField& field : headers) {
    std::string name(text_or_nothing(field.name));
    std::ranges::transform(name, name.begin(), base::ascii_lower);
    by_name[std::move(name)].push_back(text_or_nothing(field.value));
  }
  out.push_back('{');
  for (const auto& [name, values] : by_name) {
    if (out.back() != '{') out.push_back(',');
    base::append_json_string(out, name);
    out += ":[";
    for (const std::string_view value : values) {
      if (out.back() != '[') out.push_back(',');
      base::append_json_string(out, value);
    }
    out.push_back(']');
  }
  out.push_back('}');
}

states::Outcome<std::string> output_of(const ports::HttpAnswer& answer) {
  const std::string type = media_type_of(answer);
  if (is_binary_type(type) || !base::is_valid_utf8(answer.body)) {
    return states::fault(kRuntime, fmt::format("the answer is no text, but \"{}\"",
                                               base::clip(text_or_nothing(type), 256)));
  }
  std::string out = R"({"Headers":)";
  append_headers(out, answer.headers);
  out += R"(,"ResponseBody":)";
  auto json = is_json_type(type) ? base::compact_json(answer.body)
                                 : base::Result<std::string>(std::string());
  if (json && !json->empty()) {
    out += *json;
  } else {
    base::append_json_string(out, answer.body);
  }
  fmt::format_to(std::back_inserter(out), R"(,"StatusCode":{},"StatusText":)", answer.status);
  base::append_json_string(out, answer.status_text);
  out.push_back('}');
  return out;
}

states::Fault status_fault(int status, std::string_view body) {
  return {fmt::format("States.Http.StatusCode.{}", status),
          std::string(base::clip(text_or_nothing(body), ports::kMaxCallCauseBytes))};
}

}  // namespace

states::Outcome<std::string> read_http_outcome(const ports::HttpOutcome& outcome) {
  if (outcome) {
    if (base::is_success(outcome->status)) return output_of(*outcome);
    return std::unexpected(status_fault(outcome->status, outcome->body));
  }
  const ports::HttpCallFault& fault = outcome.error();
  if (fault.status != 0 && !base::is_success(fault.status)) {
    return std::unexpected(status_fault(fault.status, {}));
  }
  switch (fault.fault) {
    case ports::HttpFault::no_connection:
      return states::fault(kNoHttpConnection, fault.message);
    case ports::HttpFault::unusable:
      return states::fault(kRuntime, fault.message);
    case ports::HttpFault::too_large:
      return states::fault(states::kDataLimitExceeded, fault.message);
    case ports::HttpFault::unheard:
      break;
  }
  return states::fault("States.Http.Socket", fault.message);
}

bool is_http_call(const states::Resource& resource) {
  return resource.service == "http" && resource.action == "invoke";
}

}  // namespace ordo::app
