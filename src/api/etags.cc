#include "api/etags.h"

#include <charconv>
#include <cstdint>
#include <string>
#include <utility>

#include "api/problem.h"
#include "net/field_values.h"

namespace ordo::api {
namespace {

// The tags of a list, each with its quotes and its W/ if it has one; nothing when malformed.
std::optional<std::vector<std::string_view>> split_tags(std::string_view field) {
  std::vector<std::string_view> tags;
  field = net::strip(field);
  while (true) {
    while (field.starts_with(',')) field = net::strip(field.substr(1));
    if (field.empty()) return tags;
    const std::size_t open = field.starts_with("W/") ? 2 : 0;
    if (open >= field.size() || field[open] != '"') return std::nullopt;
    const std::size_t close = field.find('"', open + 1);
    if (close == std::string_view::npos) return std::nullopt;
    tags.push_back(field.substr(0, close + 1));
    field = net::strip(field.substr(close + 1));
    if (field.empty()) return tags;
    if (field.front() != ',') return std::nullopt;
  }
}

std::optional<std::uint64_t> number_of(std::string_view digits) {
  std::uint64_t number = 0;
  const char* const end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, number);
  if (error != std::errc() || stop != end) return std::nullopt;
  return number;
}

// "17-3" in quotes: version 3 of the task at 17.
std::optional<domain::SeenVersion> version_of(std::string_view tag) {
  if (!tag.starts_with('"')) return std::nullopt;
  const std::string_view inside = tag.substr(1, tag.size() - 2);
  const std::size_t dash = inside.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  const auto sequence = number_of(inside.substr(0, dash));
  const auto version = number_of(inside.substr(dash + 1));
  if (!sequence || !version) return std::nullopt;
  return domain::SeenVersion(domain::Version(*version), domain::Sequence(*sequence));
}

}  // namespace

base::Result<std::optional<std::vector<domain::SeenVersion>>> parse_if_match(
    const net::Headers& headers) {
  std::string room;
  const std::string_view field = headers.list("If-Match", room);
  if (!headers.has("If-Match") || net::strip(field) == "*") {
    return std::optional<std::vector<domain::SeenVersion>>();
  }
  const auto tags = split_tags(field);
  if (!tags || tags->empty()) {
    return base::fail(bad_field("If-Match", "bad_etag", "ETags are wanted, in their quotes, or *"));
  }
  std::vector<domain::SeenVersion> demanded;
  for (const std::string_view tag : *tags) {
    if (const auto version = version_of(tag)) demanded.push_back(*version);
  }
  return std::optional(std::move(demanded));
}

domain::SeenVersion current_of(const std::vector<domain::SeenVersion>& any,
                               const domain::Task& task) {
  for (const domain::SeenVersion& seen : any) {
    if (domain::check_version(task, seen)) return seen;
  }
  return domain::Version(0);
}

bool none_match_names(std::string_view field, std::string_view etag) {
  if (field.empty()) return false;
  if (net::strip(field) == "*") return true;
  const auto tags = split_tags(field);
  if (!tags) return false;
  for (std::string_view tag : *tags) {
    if (tag.starts_with("W/")) tag.remove_prefix(2);
    if (tag == etag) return true;
  }
  return false;
}

}  // namespace ordo::api
