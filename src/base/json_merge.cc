// RFC 7396 on compact text.
#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/json.h"

namespace ordo::base {
namespace {

void append_value(std::string& out, const JsonMember& member) {
  if (member.kind == JsonKind::string) {
    append_json_string(out, member.text);
  } else {
    out += member.text;
  }
}

// The recursion is as deep as the parser allows a text to be.
Result<std::string> merge(std::string_view target, std::string_view patch) {
  Result<std::vector<JsonMember>> members = parse_json_object(target);
  if (!members) return fail(std::move(members.error()));
  Result<std::vector<JsonMember>> changes = parse_json_object(patch);
  if (!changes) return fail(std::move(changes.error()));
  // By key, so that a patch of many members stays linear. The views stay valid: keys never move.
  std::unordered_map<std::string_view, std::size_t> places;
  members->reserve(members->size() + changes->size());
  for (std::size_t i = 0; i < members->size(); ++i) places.emplace((*members)[i].key, i);
  std::vector<bool> removed(members->size(), false);
  for (JsonMember& change : *changes) {
    const auto place = places.find(change.key);
    JsonMember* old = place == places.end() ? nullptr : &(*members)[place->second];
    if (change.kind == JsonKind::null) {
      if (old != nullptr) removed[place->second] = true;
      continue;
    }
    if (change.kind == JsonKind::object) {
      const bool both = old != nullptr && old->kind == JsonKind::object;
      Result<std::string> merged = merge(both ? std::string_view(old->text) : "{}", change.text);
      if (!merged) return merged;
      change.text = std::move(*merged);
    }
    if (old != nullptr) {
      old->kind = change.kind;
      old->text = std::move(change.text);
    } else {
      members->push_back(std::move(change));
      removed.push_back(false);
    }
  }
  std::string out = "{";
  for (std::size_t i = 0; i < members->size(); ++i) {
    if (removed[i]) continue;
    if (out.size() > 1) out.push_back(',');
    append_json_string(out, (*members)[i].key);
    out.push_back(':');
    append_value(out, (*members)[i]);
  }
  out.push_back('}');
  return out;
}

}  // namespace

Result<std::string> merge_patch_json(std::string_view target, std::string_view patch) {
  return merge(target, patch);
}

}  // namespace ordo::base
