#include "api/media_types.h"

#include <algorithm>
#include <charconv>
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

// Of the parameters of a range. One that makes no sense is none.
double weight_of(std::string_view parameters) {
  if (net::weighs_nothing(parameters)) return 0;
  while (!parameters.empty()) {
    std::string_view value = take_part(parameters, ';');
    if (!equals_ignoring_case(take_part(value, '='), "q")) continue;
    value = net::strip(value);
    double weight = 1;
    std::from_chars(value.data(), value.data() + value.size(), weight);
    return weight > 0 && weight <= 1 ? weight : 1;
  }
  return 1;
}

// 0: it is not taken.
double weight_in(std::string_view accept, std::string_view type) {
  if (net::strip(accept).empty()) return 1;
  // The most specific range that covers the type decides; of equals, the kinder one.
  std::size_t best = 0;
  double weight = 0;
  while (!accept.empty()) {
    std::string_view parameters = take_part(accept, ',');
    const std::size_t close = closeness(take_part(parameters, ';'), type);
    if (close == 0 || close < best) continue;
    const double wanted = weight_of(parameters);
    weight = close == best ? std::max(weight, wanted) : wanted;
    best = close;
  }
  return weight;
}

}  // namespace

bool accepts(std::string_view accept, std::string_view type) {
  return type == "*/*" || weight_in(accept, type) > 0;
}

std::optional<std::size_t> preferred(std::string_view accept,
                                     std::span<const std::string_view> types) {
  std::optional<std::size_t> best;
  double most = 0;
  for (std::size_t i = 0; i < types.size(); ++i) {
    const double weight = weight_in(accept, types[i]);
    if (weight <= most) continue;
    most = weight;
    best = i;
  }
  return best;
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
