#include "states/expression_parser.h"

#include <fmt/format.h>

#include <boost/json/string.hpp>
#include <string>
#include <utility>

#include "base/json_tree.h"
#include "base/text.h"
#include "states/json_path_cursor.h"
#include "states/json_path_parser.h"

namespace ordo::states {
namespace {

bool is_name(char c) {
  return base::is_alphanumeric(c) || c == '.' || c == '_';
}

// Everything that ends a number or a word.
bool is_word(char c) {
  return is_name(c) || c == '-' || c == '+';
}

class ExpressionParser {
 public:
  explicit ExpressionParser(std::string_view text) : cursor_(text) {}

  base::Result<Term> parse() {
    Term term = cursor_.peek() == '$' ? path() : call(0);
    if (!cursor_.done()) cursor_.complain("something follows");
    if (cursor_.failed()) return base::fail(cursor_.error());
    return term;
  }

 private:
  Term path() {
    const std::string_view text = cursor_.rest().substr(0, path_extent(cursor_.rest()));
    base::Result<JsonPath> path = JsonPath::parse(text);
    if (!path) {
      cursor_.complain(path.error().message);
      return Json();
    }
    cursor_.skip(text.size());
    return *std::move(path);
  }

  // NOLINTNEXTLINE(misc-no-recursion): kMaxNestedCalls
  Term call(std::size_t level) {
    std::size_t size = 0;
    while (is_name(cursor_.peek(size))) ++size;
    const std::string_view name = cursor_.rest().substr(0, size);
    auto call = std::make_unique<Invocation>();
    call->function = find_intrinsic(name);
    if (call->function == nullptr) {
      cursor_.complain(unknown(name));
      return Json();
    }
    if (level == kMaxNestedCalls) {
      cursor_.complain(fmt::format("more than {} levels of calls", kMaxNestedCalls));
      return Json();
    }
    cursor_.skip(size);
    if (!cursor_.take('(')) cursor_.complain("expected '('");
    arguments(*call, level + 1);
    return call;
  }

  // NOLINTNEXTLINE(misc-no-recursion): kMaxNestedCalls
  void arguments(Invocation& call, std::size_t level) {
    const Intrinsic& function = *call.function;
    cursor_.skip_space();
    if (!cursor_.take(')')) {
      do {
        cursor_.skip_space();
        call.arguments.push_back(argument(function, call.arguments.size(), level));
        cursor_.skip_space();
      } while (cursor_.take(','));
      if (!cursor_.take(')')) return cursor_.complain("expected ',' or ')'");
    }
    if (call.arguments.size() < function.least || call.arguments.size() > function.most) {
      cursor_.complain(fmt::format("{} takes {}, not {}", function.name, arity(function),
                                   call.arguments.size()));
    }
  }

  // NOLINTNEXTLINE(misc-no-recursion): kMaxNestedCalls
  Term argument(const Intrinsic& function, std::size_t index, std::size_t level) {
    const char c = cursor_.peek();
    if (c == '$') return path();
    if (c == 'S') return call(level);
    const bool is_template = function.name == "States.Format" && index == 0;
    Json literal = c == '\'' ? quoted(is_template) : word();
    const Kinds wanted = function.kinds_of(index);
    if (!cursor_.failed() && (kind_of(literal) & wanted) == 0) {
      cursor_.complain(fmt::format("argument {} of {} must be {}, not {}", index + 1, function.name,
                                   describe(wanted), describe(kind_of(literal))));
    }
    return literal;
  }

  // A template keeps the escapes of its braces: only the function knows which are places.
  Json quoted(bool is_template) {
    cursor_.skip(1);
    std::string out;
    while (!cursor_.done() && cursor_.peek() != '\'') {
      if (cursor_.take('\\')) {
        const char escaped = cursor_.peek();
        if (cursor_.done() || std::string_view("'{}\\").find(escaped) == std::string_view::npos) {
          cursor_.complain("only \\', \\{, \\} and \\\\ are escapes");
          return {};
        }
        if (is_template) out += '\\';
      }
      out += cursor_.peek();
      cursor_.skip(1);
    }
    if (is_template && !cursor_.done() && !format_complaint(out).empty()) {
      cursor_.complain(format_complaint(out));
    }
    if (!cursor_.take('\'')) cursor_.complain("a text is not closed");
    return boost::json::string(out);
  }

  Json word() {
    std::size_t size = 0;
    while (is_word(cursor_.peek(size))) ++size;
    const std::string_view text = cursor_.rest().substr(0, size);
    base::Result<Json> value = base::parse_json_tree(text);
    if (!value) {
      cursor_.complain("expected a path, a 'text', a number, true, false, null or a call");
      return {};
    }
    cursor_.skip(size);
    return *std::move(value);
  }

  static std::string unknown(std::string_view name) {
    if (name.empty()) return "expected a path or a call of an intrinsic function";
    const std::string_view nearest = nearest_intrinsic(name);
    return fmt::format("there is no function '{}'{}", base::clip(name, 64),
                       nearest.empty() ? "" : fmt::format(" (meant {}?)", nearest));
  }
  static std::string arity(const Intrinsic& function) {
    if (function.most == function.least) {
      return fmt::format("{} argument{}", function.least, function.least == 1 ? "" : "s");
    }
    if (function.most > kMaxNestedCalls) return fmt::format("at least {}", function.least);
    return fmt::format("{} to {} arguments", function.least, function.most);
  }

  PathCursor cursor_;
};

}  // namespace

base::Result<Term> parse_expression(std::string_view text) {
  return ExpressionParser(text).parse();
}

}  // namespace ordo::states
