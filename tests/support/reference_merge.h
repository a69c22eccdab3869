// The algorithm of RFC 7396, section 2, on trees: what base::merge_patch_json should do.
#pragma once

#include <boost/json.hpp>

namespace ordo::testing {

// NOLINTNEXTLINE(misc-no-recursion): as deep as the parser lets a text be
inline boost::json::value merged_by_the_book(boost::json::value target,
                                             const boost::json::value& patch) {
  if (!patch.is_object()) return patch;
  if (!target.is_object()) target = boost::json::object();
  for (const auto& member : patch.as_object()) {
    if (member.value().is_null()) {
      target.as_object().erase(member.key());
    } else {
      auto& slot = target.as_object()[member.key()];
      slot = merged_by_the_book(slot, member.value());
    }
  }
  return target;
}

}  // namespace ordo::testing
