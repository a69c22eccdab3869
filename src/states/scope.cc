#include "states/scope.h"

#include <utility>

#include "base/json_tree.h"

namespace ordo::states {

const Json* Variables::find(std::string_view name) const {
  for (const Variables* scope = this; scope != nullptr; scope = scope->outer_) {
    const auto found = scope->own_.find(name);
    if (found != scope->own_.end()) return &found->second;
  }
  return nullptr;
}

void Variables::set(std::string name, Json value) {
  const std::size_t bytes = base::json_tree_bytes(value, kMaxStateBytes);
  const auto [place, is_new] = own_.try_emplace(std::move(name));
  if (!is_new) own_bytes_ -= base::json_tree_bytes(place->second, kMaxStateBytes);
  place->second = std::move(value);
  own_bytes_ += bytes;
}

std::size_t Variables::all_bytes() const {
  std::size_t bytes = 0;
  for (const Variables* scope = this; scope != nullptr; scope = scope->outer_) {
    bytes += scope->own_bytes_;
  }
  return bytes;
}

}  // namespace ordo::states
