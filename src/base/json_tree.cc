#include "base/json_tree.h"

#include <fmt/format.h>

#include <boost/json/value.hpp>
#include <boost/json/value_stack.hpp>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "base/json_parsing.h"

namespace ordo::base {
namespace {

// Receives the parser's events and builds the tree.
class TreeBuilder {
 public:
  // Names the parser library looks for.
  // NOLINTBEGIN(readability-identifier-naming)
  static constexpr std::size_t max_object_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_array_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_key_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_string_size = static_cast<std::size_t>(-1);
  // NOLINTEND(readability-identifier-naming)

  using Code = boost::system::error_code;
  using View = boost::json::string_view;

  TreeBuilder() { stack_.reset(); }

  bool on_document_begin(Code&) { return true; }
  bool on_document_end(Code&) { return true; }
  bool on_object_begin(Code&) {
    if (keys_.size() <= depth_) keys_.resize(depth_ + 1);
    keys_[depth_++].clear();
    return true;
  }
  bool on_object_end(std::size_t count, Code&) {
    --depth_;
    stack_.push_object(count);
    return true;
  }
  bool on_array_begin(Code&) { return true; }
  bool on_array_end(std::size_t count, Code&) {
    stack_.push_array(count);
    return true;
  }
  bool on_key_part(View part, std::size_t, Code&) {
    partial_.append(part.data(), part.size());
    return true;
  }
  bool on_key(View part, std::size_t, Code& code) {
    partial_.append(part.data(), part.size());
    if (!keys_[depth_ - 1].insert(partial_)) {
      duplicate_ = std::move(partial_);
      code = boost::json::error::exception;
      return false;
    }
    stack_.push_key(partial_);
    partial_.clear();
    return true;
  }
  bool on_string_part(View part, std::size_t, Code&) {
    stack_.push_chars(part);
    return true;
  }
  bool on_string(View part, std::size_t, Code&) {
    stack_.push_string(part);
    return true;
  }
  bool on_number_part(View part, Code&) {
    partial_.append(part.data(), part.size());
    return true;
  }
  bool on_int64(std::int64_t value, View, Code&) {
    partial_.clear();
    stack_.push_int64(value);
    return true;
  }
  bool on_uint64(std::uint64_t value, View, Code&) {
    partial_.clear();
    stack_.push_uint64(value);
    return true;
  }
  // The library's own reading of a fraction may be off by a bit: the text is read again.
  bool on_double(double about, View part, Code& code) {
    partial_.append(part.data(), part.size());
    double value = 0;
    const auto [end, fault] =
        std::from_chars(partial_.data(), partial_.data() + partial_.size(), value);
    if (fault == std::errc::result_out_of_range) {
      if (!(std::abs(about) < 1)) {
        code = boost::json::error::exponent_overflow;
        return false;
      }
      value = partial_.front() == '-' ? -0.0 : 0.0;
    }
    partial_.clear();
    stack_.push_double(value);
    return true;
  }
  bool on_bool(bool value, Code&) {
    stack_.push_bool(value);
    return true;
  }
  bool on_null(Code&) {
    stack_.push_null();
    return true;
  }
  bool on_comment_part(View, Code&) { return true; }
  bool on_comment(View, Code&) { return true; }

  [[nodiscard]] const std::optional<std::string>& duplicate() const { return duplicate_; }
  [[nodiscard]] JsonValue take() { return stack_.release(); }

 private:
  boost::json::value_stack stack_;
  std::size_t depth_ = 0;  // of objects
  std::string partial_;
  std::vector<KeySet> keys_;  // one a level
  std::optional<std::string> duplicate_;
};

// Between these an exponent is not worth its letters.
constexpr double kLeastPlain = 1e-3;
constexpr double kMostPlain = 1e7;

void append_double(std::string& out, double value) {
  if (!std::isfinite(value)) {
    out += "null";  // JSON has no word for it
    return;
  }
  const double size = std::abs(value);
  const bool plain = size == 0 || (size >= kLeastPlain && size < kMostPlain);
  char digits[32];
  const auto [end, fault] =
      std::to_chars(std::begin(digits), std::end(digits), value,
                    plain ? std::chars_format::fixed : std::chars_format::scientific);
  const std::string_view text(digits, end);
  if (plain) {
    out += text;
    if (text.find('.') == std::string_view::npos) out += ".0";
    return;
  }
  const std::size_t cut = text.find('e');
  const std::string_view mantissa = text.substr(0, cut);
  out += mantissa;
  if (mantissa.find('.') == std::string_view::npos) out += ".0";
  std::string_view exponent = text.substr(cut + 1);
  out += 'E';
  if (exponent.front() == '-') out += '-';
  exponent.remove_prefix(1);
  while (exponent.size() > 1 && exponent.front() == '0') exponent.remove_prefix(1);
  out += exponent;
}

std::size_t string_bytes(std::string_view text) {
  std::size_t bytes = text.size() + 2;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20) {
      bytes += byte == '"' || byte == '\\' ? 1 : 0;
      continue;
    }
    const bool has_letter = byte >= '\b' && byte <= '\r' && byte != '\v';
    bytes += has_letter ? 1 : 5;
  }
  return bytes;
}

// Adds up until there is more than `at_most`.
class Scale {
 public:
  explicit Scale(std::size_t at_most) : at_most_(at_most) {}

  // NOLINTNEXTLINE(misc-no-recursion): as deep as a tree may be
  void add(const JsonValue& value) {
    switch (value.kind()) {
      case boost::json::kind::null:
        bytes_ += 4;
        return;
      case boost::json::kind::bool_:
        bytes_ += value.get_bool() ? 4 : 5;
        return;
      case boost::json::kind::int64:
        bytes_ += fmt::formatted_size("{}", value.get_int64());
        return;
      case boost::json::kind::uint64:
        bytes_ += fmt::formatted_size("{}", value.get_uint64());
        return;
      case boost::json::kind::double_: {
        std::string text;
        append_double(text, value.get_double());
        bytes_ += text.size();
        return;
      }
      case boost::json::kind::string:
        bytes_ += string_bytes(value.get_string());
        return;
      case boost::json::kind::array:
        add_array(value.get_array());
        return;
      case boost::json::kind::object:
        add_object(value.get_object());
        return;
    }
  }
  [[nodiscard]] std::size_t bytes() const { return bytes_; }

 private:
  // Commas stand between, brackets around.
  static std::size_t frame(std::size_t count) { return count == 0 ? 2 : count + 1; }

  // NOLINTNEXTLINE(misc-no-recursion): as deep as a tree may be
  void add_array(const boost::json::array& array) {
    bytes_ += frame(array.size());
    for (const JsonValue& element : array) {
      if (bytes_ > at_most_) return;
      add(element);
    }
  }
  // NOLINTNEXTLINE(misc-no-recursion): as deep as a tree may be
  void add_object(const boost::json::object& object) {
    bytes_ += frame(object.size());
    for (const auto& member : object) {
      if (bytes_ > at_most_) return;
      bytes_ += string_bytes(member.key()) + 1;
      add(member.value());
    }
  }

  const std::size_t at_most_;
  std::size_t bytes_ = 0;
};

bool same_number(double real, std::int64_t whole) {
  constexpr double kEnd = 9223372036854775808.0;
  return real >= -kEnd && real < kEnd && static_cast<std::int64_t>(real) == whole &&
         std::trunc(real) == real;
}

bool same_number(double real, std::uint64_t whole) {
  constexpr double kEnd = 18446744073709551616.0;
  return real >= 0 && real < kEnd && static_cast<std::uint64_t>(real) == whole &&
         std::trunc(real) == real;
}

bool equal_numbers(const JsonValue& a, const JsonValue& b) {
  if (b.is_double() && !a.is_double()) return equal_numbers(b, a);
  if (a.is_double()) {
    if (b.is_double()) return a.get_double() == b.get_double();
    if (b.is_int64()) return same_number(a.get_double(), b.get_int64());
    return same_number(a.get_double(), b.get_uint64());
  }
  if (a.is_int64() && b.is_int64()) return a.get_int64() == b.get_int64();
  if (a.is_uint64() && b.is_uint64()) return a.get_uint64() == b.get_uint64();
  const JsonValue& with_sign = a.is_int64() ? a : b;
  const JsonValue& without = a.is_int64() ? b : a;
  return std::cmp_equal(with_sign.get_int64(), without.get_uint64());
}

// NOLINTNEXTLINE(misc-no-recursion): as deep as a tree may be
bool equal_arrays(const boost::json::array& a, const boost::json::array& b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (!equal_json_trees(a[i], b[i])) return false;
  }
  return true;
}

// NOLINTNEXTLINE(misc-no-recursion): as deep as a tree may be
bool equal_objects(const boost::json::object& a, const boost::json::object& b) {
  if (a.size() != b.size()) return false;
  for (const auto& member : a) {
    const JsonValue* other = b.if_contains(member.key());
    if (other == nullptr || !equal_json_trees(member.value(), *other)) return false;
  }
  return true;
}

}  // namespace

Result<JsonValue> parse_json_tree(std::string_view text) {
  boost::json::basic_parser<TreeBuilder> parser(strict_options());
  if (Result<void> parsed = parse_into(parser, text); !parsed) {
    return fail(std::move(parsed.error()));
  }
  return parser.handler().take();
}

// NOLINTNEXTLINE(misc-no-recursion): as deep as a tree may be
void append_json_tree(std::string& out, const JsonValue& value) {
  switch (value.kind()) {
    case boost::json::kind::null:
      out += "null";
      return;
    case boost::json::kind::bool_:
      out += value.get_bool() ? "true" : "false";
      return;
    case boost::json::kind::int64:
      fmt::format_to(std::back_inserter(out), "{}", value.get_int64());
      return;
    case boost::json::kind::uint64:
      fmt::format_to(std::back_inserter(out), "{}", value.get_uint64());
      return;
    case boost::json::kind::double_:
      append_double(out, value.get_double());
      return;
    case boost::json::kind::string:
      append_json_string(out, value.get_string());
      return;
    case boost::json::kind::array: {
      char before = '[';
      for (const JsonValue& element : value.get_array()) {
        out += std::exchange(before, ',');
        append_json_tree(out, element);
      }
      if (before == '[') out += '[';
      out += ']';
      return;
    }
    case boost::json::kind::object: {
      char before = '{';
      for (const auto& member : value.get_object()) {
        out += std::exchange(before, ',');
        append_json_string(out, member.key());
        out += ':';
        append_json_tree(out, member.value());
      }
      if (before == '{') out += '{';
      out += '}';
      return;
    }
  }
}

std::string json_tree_text(const JsonValue& value) {
  std::string out;
  append_json_tree(out, value);
  return out;
}

std::size_t json_tree_bytes(const JsonValue& value, std::size_t at_most) {
  Scale scale(at_most);
  scale.add(value);
  return scale.bytes();
}

// NOLINTNEXTLINE(misc-no-recursion): as deep as a tree may be
std::size_t json_tree_depth(const JsonValue& value) {
  std::size_t deepest = 0;
  if (value.is_array()) {
    for (const JsonValue& element : value.get_array()) {
      deepest = std::max(deepest, json_tree_depth(element));
    }
    return deepest + 1;
  }
  if (value.is_object()) {
    for (const auto& member : value.get_object()) {
      deepest = std::max(deepest, json_tree_depth(member.value()));
    }
    return deepest + 1;
  }
  return 0;
}

// NOLINTNEXTLINE(misc-no-recursion): as deep as a tree may be
bool equal_json_trees(const JsonValue& a, const JsonValue& b) {
  if (a.is_number() && b.is_number()) return equal_numbers(a, b);
  if (a.kind() != b.kind()) return false;
  switch (a.kind()) {
    case boost::json::kind::bool_:
      return a.get_bool() == b.get_bool();
    case boost::json::kind::string:
      return a.get_string() == b.get_string();
    case boost::json::kind::array:
      return equal_arrays(a.get_array(), b.get_array());
    case boost::json::kind::object:
      return equal_objects(a.get_object(), b.get_object());
    default:
      return true;  // null; numbers came before
  }
}

}  // namespace ordo::base
