#include "aws/item.h"

#include <algorithm>
#include <boost/json.hpp>
#include <charconv>
#include <utility>

#include "base/iso8601.h"

namespace ordo::aws {

void Item::set_text(std::string name, std::string text) {
  attributes_.insert_or_assign(std::move(name), Attribute{false, std::move(text)});
}

void Item::set_number(std::string name, std::uint64_t number) {
  set_number_text(std::move(name), std::to_string(number));
}

void Item::set_number_text(std::string name, std::string digits) {
  attributes_.insert_or_assign(std::move(name), Attribute{true, std::move(digits)});
}

void Item::set_time(std::string name, base::WallTime time) {
  set_text(std::move(name), base::format_time(time));
}

void Item::set_expiry(base::WallTime time) {
  set_number(kExpires,
             static_cast<std::uint64_t>((std::max<std::int64_t>(time.ms(), 0) + 999) / 1000));
}

void Item::set_text_if(std::string name, const std::optional<std::string>& text) {
  if (text) set_text(std::move(name), *text);
}

void Item::set_time_if(std::string name, const std::optional<base::WallTime>& time) {
  if (time) set_time(std::move(name), *time);
}

std::optional<std::string> Item::text(std::string_view name) const {
  const auto found = attributes_.find(name);
  if (found == attributes_.end() || found->second.is_number) return std::nullopt;
  return found->second.value;
}

std::optional<std::uint64_t> Item::number(std::string_view name) const {
  const auto found = attributes_.find(name);
  if (found == attributes_.end() || !found->second.is_number) return std::nullopt;
  const std::string& digits = found->second.value;
  std::uint64_t number = 0;
  const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (read.ec != std::errc() || read.ptr != digits.data() + digits.size()) return std::nullopt;
  return number;
}

std::optional<base::WallTime> Item::time(std::string_view name) const {
  const auto written = text(name);
  if (!written) return std::nullopt;
  const auto time = base::parse_time(*written);
  return time ? std::optional(*time) : std::nullopt;
}

std::size_t Item::bytes() const noexcept {
  std::size_t sum = 0;
  for (const auto& [name, attribute] : attributes_) sum += name.size() + attribute.value.size();
  return sum;
}

void Item::append_members(std::string& out) const {
  for (const auto& [name, attribute] : attributes_) {
    base::append_json_string(out, name);
    out += attribute.is_number ? R"(:{"N":)" : R"(:{"S":)";
    base::append_json_string(out, attribute.value);
    out += "},";
  }
}

void Item::remove(std::string_view name) {
  const auto found = attributes_.find(name);
  if (found != attributes_.end()) attributes_.erase(found);
}

base::Result<Item> Item::parse(const base::JsonValue& attributes) {
  const auto* const object = attributes.if_object();
  if (object == nullptr) {
    return base::fail(base::ErrorCode::internal, "an item of DynamoDB is a JSON object");
  }
  Item item;
  for (const auto& [name, typed] : *object) {
    const auto* const value = typed.if_object();
    if (value == nullptr || value->size() != 1) {
      return base::fail(base::ErrorCode::internal,
                        "the attribute \"" + std::string(name) + "\" of an item has no type");
    }
    const auto& [type, content] = *value->begin();
    const auto* const text = content.if_string();
    if (text == nullptr || (type != "S" && type != "N")) continue;
    item.attributes_.insert_or_assign(std::string(name),
                                      Attribute{type == "N", std::string(*text)});
  }
  return item;
}

}  // namespace ordo::aws
