// A line of target, then the patch: merged as the RFC's algorithm merges them.
#include <boost/json.hpp>
#include <string>
#include <string_view>

#include "base/json.h"
#include "base/limits.h"
#include "fuzz/target.h"
#include "support/reference_merge.h"

namespace ordo::fuzz {
namespace {

boost::json::value tree(std::string_view text) {
  boost::json::parse_options options;
  options.max_depth = base::kMaxJsonDepth;
  return boost::json::parse({text.data(), text.size()}, {}, options);
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
