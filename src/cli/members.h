// Looking into an answer.
#pragma once

#include <algorithm>
#include <string_view>
#include <vector>

#include "base/json.h"

namespace ordo::cli {

// A member for people: a string's characters, the text of anything else, "" when it is null or not
// there. Lives as long as `members`.
inline std::string_view text_of(const std::vector<base::JsonMember>& members,
                                std::string_view key) {
  const auto member = std::ranges::find(members, key, &base::JsonMember::key);
  if (member == members.end() || member->kind == base::JsonKind::null) return {};
  return member->text;
}

}  // namespace ordo::cli
