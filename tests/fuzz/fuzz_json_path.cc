// A line of path, then a value: read without a crash, followed in bounded time, and what is found
// is what the path names.
#include <boost/json.hpp>
#include <optional>
#include <string>

#include "base/json_tree.h"
#include "base/text.h"
#include "fuzz/target.h"
#include "states/json_path.h"

namespace ordo::fuzz {
namespace {

using states::Json;
using states::JsonPath;

void check_reference(const JsonPath& path, const Json& input, const std::optional<Json>& found) {
  Json changed = input;
  if (path.root() != JsonPath::Root::input) return;
  if (!path.put(changed, found.value_or(Json("new")))) {
    ORDO_ASSERT(!found && base::equal_json_trees(changed, input));
    return;
  }
  if (found) ORDO_ASSERT(base::equal_json_trees(changed, input));
  const states::Variables none;
  const states::Entropy entropy = [] { return std::uint64_t{0}; };
  const auto again = path.find({changed, input, none, entropy});
  ORDO_ASSERT(again && *again && base::equal_json_trees(**again, found.value_or(Json("new"))));
}

void check(const Halves& in) {
  if (!base::is_valid_utf8(in.first)) return;
  const base::Result<JsonPath> path = JsonPath::parse(in.first);
  if (!path) {
    ORDO_ASSERT(path.error().code == base::ErrorCode::invalid);
    ORDO_ASSERT(!path.error().message.empty() && base::is_valid_utf8(path.error().message));
    return;
  }
  ORDO_ASSERT(path->text() == in.first);
  const std::string normalized = path->normalized();
  if (normalized.find("[?]") == std::string::npos) {
    const base::Result<JsonPath> same = JsonPath::parse(normalized);
    ORDO_ASSERT(same && same->normalized() == normalized);
    ORDO_ASSERT(same->is_reference() == path->is_reference());
  }

  const base::Result<Json> input = base::parse_json_tree(in.second);
  if (!input) return;
  states::Variables variables;
  variables.set("v", *input);
  const states::Entropy entropy = [] { return std::uint64_t{0}; };
  const states::Scope scope{*input, *input, variables, entropy};
  const auto found = path->find(scope);
  const auto seen = path->look(scope);
  ORDO_ASSERT(found.has_value() == seen.has_value());
  if (!found) {
    ORDO_ASSERT(found.error() == seen.error());
    return;
  }
  ORDO_ASSERT(found->has_value() == seen->has_value());
  if (*found) ORDO_ASSERT(base::equal_json_trees(**found, **seen));
  if (path->is_reference()) check_reference(*path, *input, *found);
}

}  // namespace
}  // namespace ordo::fuzz

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  ordo::fuzz::check(ordo::fuzz::halves_of(ordo::fuzz::text_of(data, size)));
  return 0;
}
