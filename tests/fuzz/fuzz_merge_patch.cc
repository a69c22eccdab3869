// A line of target, then the patch: merged as the RFC's algorithm merges them.
#include <boost/json.hpp>
#include <string>
#include <string_view>

#include "base/json.h"
#include "fuzz/target.h"
#include "support/reference_merge.h"

namespace ordo::fuzz {
namespace {

// Numbers as they are written: the library reads 0e400 as "not a number", which equals nothing.
// NOLINTNEXTLINE(misc-no-recursion): as deep as the parser lets a text be
boost::json::value tree(base::JsonKind kind, std::string_view text) {
  if (kind == base::JsonKind::null) return nullptr;
  if (kind == base::JsonKind::object) {
    boost::json::object object;
    const auto members = base::parse_json_object(text);
    for (const base::JsonMember& member : members.value()) {
      object[member.key] = tree(member.kind, member.text);
    }
    return object;
  }
  if (kind == base::JsonKind::array) {
    boost::json::array array;
    const auto elements = base::parse_json_array(text);
    for (const base::JsonMember& element : elements.value()) {
      array.push_back(tree(element.kind, element.text));
    }
    return array;
  }
  return boost::json::string(std::string(base::json_kind_name(kind)) + ' ' + std::string(text));
}
boost::json::value tree(std::string_view object) {
  return tree(base::JsonKind::object, object);
}

void check(const Halves& in) {
  const bool objects = base::parse_json_object(in.first).has_value() &&
                       base::parse_json_object(in.second).has_value();
  const base::Result<std::string> merged = base::merge_patch_json(in.first, in.second);
  ORDO_ASSERT(merged.has_value() == objects);
  if (!merged) {
    ORDO_ASSERT(merged.error().code == base::ErrorCode::invalid);
    return;
  }
  ORDO_ASSERT(tree(*merged) == testing::merged_by_the_book(tree(in.first), tree(in.second)));
  ORDO_ASSERT(base::compact_json(*merged).value() == *merged);
  ORDO_ASSERT(base::merge_patch_json(*merged, in.second).value() == *merged);
  ORDO_ASSERT(base::merge_patch_json(*merged, "{}").value() == *merged);
}

}  // namespace
}  // namespace ordo::fuzz

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  ordo::fuzz::check(ordo::fuzz::halves_of(ordo::fuzz::text_of(data, size)));
  return 0;
}
