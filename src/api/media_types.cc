#include "api/media_types.h"

#include <cstddef>

#include "base/text.h"
#include "net/field_values.h"

namespace ordo::api {
namespace {

using base::equals_ignoring_case;
using net::take_part;

// How closely a range of Accept names the type: 3 exactly, 2 "application/*", 1 "*/*", 0 not.
std::size_t closeness(std::string_view range, std::string_view type) {
  if (equals_ignoring_case(range, type)) return 3;
  if (range == "*/*") return 1;
  const bool family =
      range.ends_with("/*") && type.size() >= range.size() - 1 &&
      equals_ignoring_case(range.substr(0, range.size() - 1), type.substr(0, range.size() - 1));
  return family ? 2 : 0;
}

}  // namespace

bool accepts(std::string_view accept, std::string_view type) {
  if (net::strip(accept).empty() || type == "*/*") return true;
  // The most specific range that covers the type decides.
  std::size_t best = 0;
  bool taken = false;
  while (!accept.empty()) {
    std::string_view parameters = take_part(accept, ',');
    const std::size_t close = closeness(take_part(parameters, ';'), type);
    if (close == 0 || close < best) continue;
    const bool wanted = !net::weighs_nothing(parameters);
    taken = close == best ? taken || wanted : wanted;
    best = close;
  }
  return taken;
}

bool is_json(std::string_view content_type, bool merge_patch) {
  const std::string_view type = take_part(content_type, ';');
  const bool known = equals_ignoring_case(type, "application/json") ||
                     (merge_patch && equals_ignoring_case(type, "application/merge-patch+json"));
  if (!known) return false;
  while (!content_type.empty()) {
    const std::string_view parameter = take_part(content_type, ';');
    if (parameter.empty()) continue;
    if (!net::is_parameter(parameter)) return false;
    std::string_view value = parameter;
    if (!equals_ignoring_case(take_part(value, '='), "charset")) continue;
    if (!equals_ignoring_case(value, "utf-8") && !equals_ignoring_case(value, "\"utf-8\"")) {
      return false;
    }
  }
  return true;
}

}  // namespace ordo::api
