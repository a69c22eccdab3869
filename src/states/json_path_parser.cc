#include "states/json_path_parser.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/value.hpp>
#include <memory>
#include <optional>
#include <utility>

#include "base/text.h"
#include "states/json_path_cursor.h"
#include "states/json_path_filter_parser.h"

namespace ordo::states {
namespace {

constexpr std::size_t kMaxVariableName = 80;

bool is_space(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

// Everything else must be written in brackets.
bool may_be_in_a_plain_name(char c, bool in_filter) {
  constexpr std::string_view kNever = ".[](),'\"?*\\";
  constexpr std::string_view kNotInFilters = "=!<>&|~";
  if (static_cast<unsigned char>(c) <= ' ' || c == '\x7f') return false;
  if (kNever.find(c) != std::string_view::npos) return false;
  return !in_filter || kNotInFilters.find(c) == std::string_view::npos;
}

bool is_name_start(char c) {
  const char small = base::ascii_lower(c);
  return (small >= 'a' && small <= 'z') || c == '_' || static_cast<unsigned char>(c) >= 0x80;
}

class PathParser {
 public:
  explicit PathParser(std::string_view text) : cursor_(text) {}

  base::Result<PathText> parse() {
    PathText path;
    if (!cursor_.take('$')) cursor_.complain("a path begins with '$'");
    if (cursor_.take('$')) {
      path.root = JsonPath::Root::context;
    } else if (!cursor_.done() && cursor_.peek() != '.' && cursor_.peek() != '[') {
      path.root = JsonPath::Root::variable;
      path.variable = variable();
    }
    path.steps = steps(false, 0);
    if (!cursor_.done()) cursor_.complain("expected '.' or '['");
    if (cursor_.failed()) return base::fail(cursor_.error());
    return path;
  }

 private:
  std::string variable() {
    std::size_t size = 0;
    if (!is_name_start(cursor_.peek())) {
      cursor_.complain("expected '.', '[' or the name of a variable");
      return {};
    }
    while (is_name_start(cursor_.peek(size)) ||
           (cursor_.peek(size) >= '0' && cursor_.peek(size) <= '9')) {
      ++size;
    }
    std::string name(cursor_.rest().substr(0, size));
    if (base::count_characters(name) > kMaxVariableName) {
      cursor_.complain(
          fmt::format("a variable's name of more than {} characters", kMaxVariableName));
    }
    cursor_.skip(size);
    return name;
  }

  // NOLINTNEXTLINE(misc-no-recursion): kMaxFilterNesting
  PathSteps steps(bool in_filter, std::size_t nesting) {
    PathSteps steps;
    while (!cursor_.done() && (cursor_.peek() == '.' || cursor_.peek() == '[')) {
      if (steps.size() == kMaxPathSteps) {
        cursor_.complain(fmt::format("more than {} steps", kMaxPathSteps));
        break;
      }
      if (!steps.empty() && std::holds_alternative<PathLength>(steps.back().what)) {
        cursor_.complain("nothing may follow .length()");
        break;
      }
      steps.push_back(step(in_filter, nesting));
    }
    return steps;
  }

  // NOLINTNEXTLINE(misc-no-recursion): kMaxFilterNesting
  PathStep step(bool in_filter, std::size_t nesting) {
    PathStep step;
    if (cursor_.take('.')) {
      step.descend = cursor_.take('.');
      if (cursor_.peek() != '[') {
        plain(step, in_filter);
        return step;
      }
    }
    cursor_.skip(1);
    cursor_.skip_space();
    bracketed(step, nesting);
    cursor_.skip_space();
    if (!cursor_.take(']')) cursor_.complain("expected ']'");
    return step;
  }

  void plain(PathStep& step, bool in_filter) {
    if (cursor_.take('*')) {
      step.what = PathWildcard{};
      return;
    }
    std::size_t size = 0;
    while (may_be_in_a_plain_name(cursor_.peek(size), in_filter)) ++size;
    const std::string_view name = cursor_.rest().substr(0, size);
    if (name.empty()) {
      cursor_.complain("expected a name (one with such a character stands in brackets: ['…'])");
      return;
    }
    cursor_.skip(size);
    if (!cursor_.take('(')) {
      step.what = PathNames{{std::string(name)}};
      return;
    }
    if (name != "length" || !cursor_.take(')')) {
      return cursor_.complain("the only function of a path is .length()");
    }
    if (step.descend) return cursor_.complain("'..' and .length() do not go together");
    step.what = PathLength{};
  }

  // NOLINTNEXTLINE(misc-no-recursion): kMaxFilterNesting
  void bracketed(PathStep& step, std::size_t nesting) {
    const char c = cursor_.peek();
    if (cursor_.take('*')) {
      step.what = PathWildcard{};
    } else if (c == '\'' || c == '"') {
      names(step);
    } else if (cursor_.take('?')) {
      filter(step, nesting);
    } else if (cursor_.take('(')) {
      from_end(step);
    } else {
      numbers(step);
    }
  }

  void names(PathStep& step) {
    PathNames names;
    do {
      cursor_.skip_space();
      if (auto name = cursor_.quoted()) names.names.push_back(*std::move(name));
      cursor_.skip_space();
    } while (cursor_.take(','));
    step.what = std::move(names);
  }

  // NOLINTNEXTLINE(misc-no-recursion): kMaxFilterNesting
  void filter(PathStep& step, std::size_t nesting) {
    if (nesting >= kMaxFilterNesting) {
      return cursor_.complain(fmt::format("more than {} levels of a filter", kMaxFilterNesting));
    }
    cursor_.skip_space();
    if (!cursor_.take('(')) return cursor_.complain("expected '(' after '?'");
    const StepsReader read_steps = [this](std::size_t deeper) { return steps(true, deeper); };
    step.what =
        std::make_unique<PathFilter>(FilterParser(cursor_, read_steps, nesting + 1).parse());
    cursor_.skip_space();
    if (!cursor_.take(')')) cursor_.complain("expected ')'");
  }

  // [(@.length-1)]: the last element.
  void from_end(PathStep& step) {
    cursor_.skip_space();
    if (!cursor_.take(std::string_view("@.length"))) {
      return cursor_.complain("expected @.length");
    }
    cursor_.take(std::string_view("()"));
    cursor_.skip_space();
    if (!cursor_.take('-')) return cursor_.complain("expected '-'");
    cursor_.skip_space();
    const std::int64_t back = cursor_.integer();
    if (back <= 0) return cursor_.complain("expected a number over 0");
    cursor_.skip_space();
    if (!cursor_.take(')')) return cursor_.complain("expected ')'");
    step.what = PathIndices{{-back}};
  }

  void numbers(PathStep& step) {
    std::optional<std::int64_t> first;
    if (cursor_.peek() != ':') first = cursor_.integer();
    cursor_.skip_space();
    if (cursor_.take(':')) {
      PathSlice slice{first, std::nullopt};
      cursor_.skip_space();
      if (cursor_.peek() != ']') slice.to = cursor_.integer();
      if (!slice.from && !slice.to) cursor_.complain("expected a number on a side of ':'");
      step.what = slice;
      return;
    }
    PathIndices indices{{first.value_or(0)}};
    while (cursor_.take(',')) {
      cursor_.skip_space();
      indices.indices.push_back(cursor_.integer());
      cursor_.skip_space();
    }
    step.what = std::move(indices);
  }

  PathCursor cursor_;
};

bool is_single(const PathStep& step) {
  if (step.descend) return false;
  if (const auto* names = std::get_if<PathNames>(&step.what)) return names->names.size() == 1;
  if (const auto* indices = std::get_if<PathIndices>(&step.what))
    return indices->indices.size() == 1;
  return false;
}

template <class List, class Write>
std::string bracketed_list(const List& list, const Write& write) {
  std::string out = "[";
  for (const auto& item : list) {
    if (out.size() > 1) out += ',';
    write(out, item);
  }
  return out + "]";
}

std::string text_of(const PathStep& step) {
  struct Writer {
    std::string operator()(const PathNames& names) const {
      return bracketed_list(names.names, [](std::string& out, const std::string& name) {
        out += '\'';
        for (const char c : name) {
          if (c == '\'' || c == '\\') out += '\\';
          out += c;
        }
        out += '\'';
      });
    }
    std::string operator()(const PathIndices& indices) const {
      return bracketed_list(indices.indices, [](std::string& out, std::int64_t index) {
        out += std::to_string(index);
      });
    }
    std::string operator()(const PathSlice& slice) const {
      return fmt::format("[{}:{}]", slice.from ? std::to_string(*slice.from) : "",
                         slice.to ? std::to_string(*slice.to) : "");
    }
    std::string operator()(const PathWildcard&) const { return "[*]"; }
    std::string operator()(const PathLength&) const { return ".length()"; }
    std::string operator()(const std::unique_ptr<PathFilter>&) const { return "[?]"; }
  };
  return (step.descend ? ".." : "") + std::visit(Writer(), step.what);
}

}  // namespace

bool is_reference(const PathSteps& steps) {
  return std::ranges::all_of(steps, [](const PathStep& step) {
    const auto* indices = std::get_if<PathIndices>(&step.what);
    return is_single(step) && (indices == nullptr || indices->indices.front() >= 0);
  });
}

bool is_definite(const PathSteps& steps) {
  if (steps.empty()) return true;
  if (!std::all_of(steps.begin(), steps.end() - 1, is_single)) return false;
  const PathStep& last = steps.back();
  const bool made =
      std::holds_alternative<PathNames>(last.what) || std::holds_alternative<PathLength>(last.what);
  return is_single(last) || (made && !last.descend);
}

std::string normalized(std::span<const PathStep> steps) {
  std::string out;
  for (const PathStep& step : steps) out += text_of(step);
  return out;
}

base::Result<PathText> parse_path(std::string_view text) {
  return PathParser(text).parse();
}

std::size_t path_extent(std::string_view text) {
  std::size_t at = 0;
  std::size_t brackets = 0;
  char quote = 0;
  for (; at < text.size(); ++at) {
    const char c = text[at];
    if (quote != 0) {
      if (c == '\\') ++at;
      if (c == quote) quote = 0;
    } else if (brackets > 0 && (c == '\'' || c == '"')) {
      quote = c;
    } else if (c == '[') {
      ++brackets;
    } else if (c == ']') {
      brackets -= brackets > 0 ? 1 : 0;
    } else if (brackets == 0) {
      if (c == '(' && text.substr(at).starts_with("()")) {
        ++at;
      } else if (c == ',' || c == ')' || is_space(c)) {
        break;
      }
    }
  }
  return std::min(at, text.size());
}

}  // namespace ordo::states
