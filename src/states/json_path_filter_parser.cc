#include "states/json_path_filter_parser.h"

#include <fmt/format.h>

#include <array>
#include <boost/json/array.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/json_tree.h"
#include "base/text.h"

namespace ordo::states {
namespace {

using FilterKind = PathFilter::Kind;
using FilterComparison = PathFilter::Comparison;

// The longer before those that they begin with.
constexpr std::array<std::pair<std::string_view, FilterComparison>, 9> kSymbols{{
    {"===", FilterComparison::same},
    {"!==", FilterComparison::not_same},
    {"==", FilterComparison::equal},
    {"!=", FilterComparison::not_equal},
    {"=~", FilterComparison::matches},
    {"<=", FilterComparison::less_or_equal},
    {">=", FilterComparison::greater_or_equal},
    {"<", FilterComparison::less},
    {">", FilterComparison::greater},
}};

bool ends_word(char c) {
  constexpr std::string_view kEnds = " \t\r\n\v\f()[]=!<>&|~,'\"";
  return c == '\0' || kEnds.find(c) != std::string_view::npos;
}

PathFilter group(FilterKind kind, PathFilter first) {
  PathFilter filter{.kind = kind};
  filter.parts.push_back(std::move(first));
  return filter;
}

}  // namespace

PathFilter FilterParser::parse() {
  return any();
}

bool FilterParser::enter() {
  if (++nesting_ <= kMaxFilterNesting) return true;
  cursor_.complain(fmt::format("more than {} levels of a filter", kMaxFilterNesting));
  return false;
}

// NOLINTNEXTLINE(misc-no-recursion): kMaxFilterNesting
PathFilter FilterParser::any() {
  PathFilter first = all();
  cursor_.skip_space();
  if (!cursor_.take(std::string_view("||"))) return first;
  PathFilter filter = group(FilterKind::any, std::move(first));
  do {
    filter.parts.push_back(all());
    cursor_.skip_space();
  } while (cursor_.take(std::string_view("||")));
  return filter;
}

// NOLINTNEXTLINE(misc-no-recursion): kMaxFilterNesting
PathFilter FilterParser::all() {
  PathFilter first = negated();
  cursor_.skip_space();
  if (!cursor_.take(std::string_view("&&"))) return first;
  PathFilter filter = group(FilterKind::all, std::move(first));
  do {
    filter.parts.push_back(negated());
    cursor_.skip_space();
  } while (cursor_.take(std::string_view("&&")));
  return filter;
}

// NOLINTNEXTLINE(misc-no-recursion): kMaxFilterNesting
PathFilter FilterParser::negated() {
  bool negate = false;
  cursor_.skip_space();
  while (cursor_.take('!')) {
    negate = !negate;
    cursor_.skip_space();
  }
  PathFilter filter;
  if (cursor_.take('(')) {
    if (!enter()) return filter;
    filter = any();
    --nesting_;
    cursor_.skip_space();
    if (!cursor_.take(')')) cursor_.complain("expected ')'");
  } else {
    filter = comparison();
  }
  return negate ? group(FilterKind::negation, std::move(filter)) : std::move(filter);
}

// NOLINTNEXTLINE(misc-no-recursion): kMaxFilterNesting
PathFilter FilterParser::comparison() {
  PathFilter filter{.kind = FilterKind::comparison};
  filter.left = operand();
  cursor_.skip_space();
  if (const std::optional<FilterComparison> known = comparator()) {
    filter.comparison = *known;
    filter.right = operand();
    const bool pattern = std::holds_alternative<Pattern>(filter.left) ||
                         std::holds_alternative<Pattern>(filter.right);
    if (pattern != (*known == FilterComparison::matches) && !cursor_.failed()) {
      cursor_.complain("'=~' and a /pattern/ go together");
    }
    return filter;
  }
  if (std::holds_alternative<FilterPath>(filter.left)) {
    filter.kind = FilterKind::exists;
    return filter;
  }
  const Json* literal = std::get_if<Json>(&filter.left);
  if (literal == nullptr || !literal->is_bool()) {
    cursor_.complain("expected a comparison");
    return filter;
  }
  filter.kind = FilterKind::constant;
  return filter;
}

std::optional<FilterComparison> FilterParser::comparator() {
  for (const auto& [symbol, comparison] : kSymbols) {
    if (cursor_.take(symbol)) return comparison;
  }
  const std::string_view rest = cursor_.rest();
  if (rest.starts_with("nin") && ends_word(cursor_.peek(3))) {
    cursor_.skip(3);
    return FilterComparison::not_in;
  }
  if (rest.starts_with("in") && ends_word(cursor_.peek(2))) {
    cursor_.skip(2);
    return FilterComparison::in;
  }
  return std::nullopt;
}

// NOLINTNEXTLINE(misc-no-recursion): kMaxFilterNesting
FilterOperand FilterParser::operand() {
  cursor_.skip_space();
  if (cursor_.take('@')) return path(false);
  if (cursor_.take('$')) return path(true);
  if (cursor_.peek() == '/') return pattern();
  return literal();
}

// NOLINTNEXTLINE(misc-no-recursion): kMaxFilterNesting
FilterOperand FilterParser::path(bool from_root) {
  FilterPath path;
  path.from_root = from_root;
  path.steps = read_steps_(nesting_);
  path.definite = is_definite(path.steps);
  return path;
}

FilterOperand FilterParser::pattern() {
  cursor_.skip(1);
  std::string text;
  while (!cursor_.done() && cursor_.peek() != '/') {
    if (cursor_.peek() == '\\' && cursor_.peek(1) == '/')
      cursor_.skip(1);
    else if (cursor_.peek() == '\\') {
      text += cursor_.peek();
      cursor_.skip(1);
      if (cursor_.done()) break;
    }
    text += cursor_.peek();
    cursor_.skip(1);
  }
  if (!cursor_.take('/')) {
    cursor_.complain("a /pattern/ is not closed");
    return Json();
  }
  const bool ignore_case = cursor_.take('i');
  base::Result<Pattern> pattern = Pattern::parse(text, ignore_case);
  if (!pattern) {
    cursor_.complain(pattern.error().message);
    return Json();
  }
  return *std::move(pattern);
}

// NOLINTNEXTLINE(misc-no-recursion): kMaxFilterNesting
Json FilterParser::literal() {
  cursor_.skip_space();
  const char c = cursor_.peek();
  if (c == '\'' || c == '"') {
    const std::optional<std::string> text = cursor_.quoted();
    return text ? Json(boost::json::string(*text)) : Json();
  }
  if (c == '[') return list();
  if (c == '-' || base::is_digit(c)) return number();
  return word();
}

// NOLINTNEXTLINE(misc-no-recursion): kMaxFilterNesting
Json FilterParser::list() {
  boost::json::array elements;
  if (!enter()) return elements;
  cursor_.skip(1);
  cursor_.skip_space();
  if (!cursor_.take(']')) {
    do {
      elements.push_back(literal());
      cursor_.skip_space();
    } while (cursor_.take(','));
    if (!cursor_.take(']')) cursor_.complain("a list is not closed");
  }
  --nesting_;
  return elements;
}

Json FilterParser::number() {
  std::size_t size = 0;
  while (!ends_word(cursor_.peek(size))) ++size;
  const base::Result<Json> value = base::parse_json_tree(cursor_.rest().substr(0, size));
  if (!value) {
    cursor_.complain("expected a number");
    return {};
  }
  cursor_.skip(size);
  return *value;
}

// A word that is no keyword stands for itself: the service takes text without its quotes.
Json FilterParser::word() {
  std::size_t size = 0;
  while (!ends_word(cursor_.peek(size))) ++size;
  const std::string_view text = cursor_.rest().substr(0, size);
  if (text.empty()) {
    cursor_.complain("expected a path or a value");
    return {};
  }
  cursor_.skip(size);
  if (text == "true") return true;
  if (text == "false") return false;
  if (text == "null") return nullptr;
  return boost::json::string(text);
}

}  // namespace ordo::states
