#include "states/scope.h"

#include <utility>

namespace ordo::states {

const Json* Variables::find(std::string_view name) const {
  for (const Variables* scope = this; scope != nullptr; scope = scope->outer_) {
    const auto found = scope->own_.find(name);
    if (found != scope->own_.end()) return &found->second;
  }
  return nullptr;
}

void Variables::set(std::string name, Json value) {
  own_.insert_or_assign(std::move(name), std::move(value));
}

}  // namespace ordo::states
