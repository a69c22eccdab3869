#include "states/resource.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

#include "base/text.h"

namespace ordo::states {
namespace {

constexpr std::size_t kMaxResourceBytes = 1024;
constexpr std::string_view kServicePrefix = "arn:aws:states:::";

bool is_plain_name(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return base::is_alphanumeric(c) || c == '-' || c == '_';
  });
}

base::Result<Resource> malformed(std::string_view text, std::string_view why) {
  return base::fail(base::ErrorCode::invalid,
                    fmt::format("\"{}\" is no resource: {}", base::clip(text, 128), why));
}

// "lambda:invoke.waitForTaskToken", "aws-sdk:s3:putObject".
base::Result<Resource> parse_service(std::string_view text, std::string_view rest) {
  Resource resource;
  resource.text = text;
  constexpr std::array<std::pair<std::string_view, Waiting>, 3> kEndings{
      {{".sync:2", Waiting::sync},
       {".sync", Waiting::sync},
       {".waitForTaskToken", Waiting::token}}};
  for (const auto& [ending, waiting] : kEndings) {
    if (!rest.ends_with(ending)) continue;
    rest.remove_suffix(ending.size());
    resource.waiting = waiting;
    resource.sync_2 = ending == ".sync:2";
    break;
  }
  const std::vector<std::string_view> parts = base::split(rest, ':');
  if (parts.size() < 2 || parts.size() > 3 || !std::ranges::all_of(parts, is_plain_name)) {
    return malformed(text,
                     "a service and an action are wanted, as in "
                     "\"arn:aws:states:::lambda:invoke\"");
  }
  resource.service = rest.substr(0, rest.rfind(':'));
  resource.action = parts.back();
  return resource;
}

// "arn:aws:lambda:region:account:function:name[:alias]".
base::Result<Resource> parse_function_arn(std::string_view text, std::string_view named) {
  const std::vector<std::string_view> parts = base::split(named, ':');
  if (parts.size() < 7 || parts.size() > 8 || parts[5] != "function" || !is_plain_name(parts[6])) {
    return malformed(text, "the ARN of a function ends in \":function:NAME\"");
  }
  if (parts.size() == 8 && parts[7] != "$LATEST" && !is_plain_name(parts[7])) {
    return malformed(text, "an alias is \"$LATEST\", or letters, digits, '-' and '_'");
  }
  Resource resource;
  resource.text = text;
  resource.action = text;
  return resource;
}

// With a plain name for each "${Name}" that a deployment is to put in.
std::string with_names(std::string_view text) {
  std::string out;
  for (;;) {
    const std::size_t begin = text.find("${");
    const std::size_t end = begin == std::string_view::npos ? begin : text.find('}', begin);
    out += text.substr(0, end == std::string_view::npos ? end : begin);
    if (end == std::string_view::npos) return out;
    const std::string_view name = text.substr(begin + 2, end - begin - 2);
    // Without a name it is no placeholder, and what it stands in is no name either.
    out += name.empty() ? "${}" : name == "AWS::Partition" ? "aws" : "Name";
    text.remove_prefix(end + 1);
  }
}

}  // namespace

base::Result<Resource> parse_resource(std::string_view text) {
  if (text.empty() || text.size() > kMaxResourceBytes) {
    return malformed(text, "1 to 1024 characters are wanted");
  }
  const std::string named = with_names(text);
  const std::string_view whole = named;
  if (whole.starts_with(kServicePrefix)) {
    return parse_service(text, whole.substr(kServicePrefix.size()));
  }
  if (whole.starts_with("arn:aws:lambda:")) return parse_function_arn(text, whole);
  Resource resource;
  resource.text = text;
  resource.action = text;
  const bool other_arn = whole.starts_with("arn:") && base::split(whole, ':').size() >= 6;
  if (!other_arn && !is_plain_name(whole)) {
    return malformed(text, "a function's name, an ARN or a placeholder \"${Name}\" is wanted");
  }
  return resource;
}

}  // namespace ordo::states
