#include "net/http.h"

#include <algorithm>

#include "base/text.h"

namespace ordo::net {

void Headers::add(std::string name, std::string value) {
  if (items_.empty()) items_.reserve(8);
  items_.emplace_back(std::move(name), std::move(value));
}

std::string_view Headers::get(std::string_view name) const noexcept {
  for (const auto& [key, value] : items_) {
    if (base::equals_ignoring_case(key, name)) return value;
  }
  return {};
}

std::string_view Headers::list(std::string_view name, std::string& room) const {
  if (count(name) <= 1) return get(name);
  room.clear();
  for (const auto& [key, value] : items_) {
    if (!base::equals_ignoring_case(key, name)) continue;
    if (!room.empty()) room += ", ";
    room += value;
  }
  return room;
}

std::size_t Headers::count(std::string_view name) const noexcept {
  return static_cast<std::size_t>(std::ranges::count_if(
      items_, [&](const auto& item) { return base::equals_ignoring_case(item.first, name); }));
}

}  // namespace ordo::net
