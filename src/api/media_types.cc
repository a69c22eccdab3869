#include "api/media_types.h"

#include <algorithm>
#include <cstddef>
#include <string>

#include "base/text.h"

namespace ordo::api {
namespace {

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

// Cuts the part before `mark` off the front, trimmed.
std::string_view cut(std::string_view& rest, char mark) {
  const std::size_t end = rest.find(mark);
  const std::string_view part = base::trim(rest.substr(0, end));
  rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
  return part;
}

bool range_covers(std::string_view range, std::string_view type) {
  if (range == "*/*" || range == type) return true;
  return range.ends_with("/*") && type.starts_with(range.substr(0, range.size() - 1));
}

// "q=0", "q=0.000"
bool is_refusal(std::string_view parameter) {
  if (!parameter.starts_with("q=")) return false;
  const std::string_view weight = parameter.substr(2);
  return !weight.empty() && weight.find_first_not_of("0.") == std::string_view::npos;
}

}  // namespace

bool accepts(std::string_view accept, std::string_view type) {
  if (base::trim(accept).empty() || type == "*/*") return true;
  const std::string all = lower(accept);
  std::string_view rest = all;
  // The most specific range that covers the type decides.
  std::size_t best = 0;
  bool taken = false;
  while (!rest.empty()) {
    std::string_view item = cut(rest, ',');
    const std::string_view range = cut(item, ';');
    if (!range_covers(range, type)) continue;
    bool refused = false;
    while (!item.empty()) refused = is_refusal(cut(item, ';')) || refused;
    const std::size_t specific = range == type ? 3 : range == "*/*" ? 1 : 2;
    if (specific < best) continue;
    taken = specific == best ? taken || !refused : !refused;
    best = specific;
  }
  return taken;
}

bool is_json(std::string_view content_type, bool merge_patch) {
  const std::string all = lower(content_type);
  std::string_view rest = all;
  const std::string_view type = cut(rest, ';');
  const bool known =
      type == "application/json" || (merge_patch && type == "application/merge-patch+json");
  if (!known) return false;
  while (!rest.empty()) {
    const std::string_view parameter = cut(rest, ';');
    const bool fine =
        parameter.empty() || parameter == "charset=utf-8" || parameter == "charset=\"utf-8\"";
    if (!fine) return false;
  }
  return true;
}

}  // namespace ordo::api
