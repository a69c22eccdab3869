#include "base/json.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/iso8601.h"
#include "base/json_parsing.h"

namespace ordo::base {
namespace {

// Receives the parser's events and builds either one compact text (depth 0 wanted) or the members
// of the outermost object or array, each with its own text.
class Collector {
 public:
  // Names the parser library looks for.
  // NOLINTBEGIN(readability-identifier-naming)
  static constexpr std::size_t max_object_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_array_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_key_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_string_size = static_cast<std::size_t>(-1);
  // NOLINTEND(readability-identifier-naming)

  using Code = boost::system::error_code;

  explicit Collector(bool take_apart) : take_apart_(take_apart) {}

  bool on_document_begin(Code&) { return true; }
  bool on_document_end(Code&) { return true; }

  bool on_object_begin(Code&) {
    begin(JsonKind::object);
    open('{');
    if (keys_.size() < depth_) keys_.resize(depth_);
    keys_[depth_ - 1].clear();
    return true;
  }
  bool on_object_end(std::size_t, Code&) { return close('}'); }
  bool on_array_begin(Code&) {
    begin(JsonKind::array);
    open('[');
    return true;
  }
  bool on_array_end(std::size_t, Code&) { return close(']'); }

  bool on_key_part(boost::json::string_view part, std::size_t, Code&) {
    partial_.append(part.data(), part.size());
    return true;
  }
  bool on_key(boost::json::string_view part, std::size_t, Code& code) {
    partial_.append(part.data(), part.size());
    if (!keys_[depth_ - 1].insert(partial_)) {
      duplicate_ = std::move(partial_);
      code = boost::json::error::exception;
      return false;
    }
    if (own_level()) {
      members_.emplace_back();
      members_.back().key = std::move(partial_);
      partial_ = {};
    } else {
      std::string& out = text();
      if (out.back() != '{') out.push_back(',');
      append_json_string(out, partial_);
      out.push_back(':');
      partial_.clear();
    }
    after_key_ = true;
    return true;
  }

  bool on_string_part(boost::json::string_view part, std::size_t, Code&) {
    partial_.append(part.data(), part.size());
    return true;
  }
  bool on_string(boost::json::string_view part, std::size_t, Code&) {
    partial_.append(part.data(), part.size());
    const bool own = begin(JsonKind::string);
    if (own) {
      text() = std::move(partial_);
      partial_ = {};
    } else {
      append_json_string(text(), partial_);
      partial_.clear();
    }
    return true;
  }

  bool on_number_part(boost::json::string_view part, Code&) {
    partial_.append(part.data(), part.size());
    return true;
  }
  bool on_int64(std::int64_t, boost::json::string_view part, Code&) { return number(part); }
  bool on_uint64(std::uint64_t, boost::json::string_view part, Code&) { return number(part); }
  bool on_double(double, boost::json::string_view part, Code&) { return number(part); }
  bool on_bool(bool value, Code&) {
    begin(JsonKind::boolean);
    text() += value ? "true" : "false";
    return true;
  }
  bool on_null(Code&) {
    begin(JsonKind::null);
    text() += "null";
    return true;
  }
  bool on_comment_part(boost::json::string_view, Code&) { return true; }
  bool on_comment(boost::json::string_view, Code&) { return true; }

  [[nodiscard]] JsonKind root() const { return root_; }
  [[nodiscard]] const std::optional<std::string>& duplicate() const { return duplicate_; }
  [[nodiscard]] std::string take_text() { return std::move(whole_); }
  [[nodiscard]] std::vector<JsonMember> take_members() { return std::move(members_); }

 private:
  // Whether the parser stands directly inside the container that is being taken apart.
  [[nodiscard]] bool own_level() const { return take_apart_ && depth_ == 1; }
  std::string& text() { return take_apart_ && !members_.empty() ? members_.back().text : whole_; }

  // A value begins. Returns whether it is a member of its own.
  bool begin(JsonKind kind) {
    const bool after_key = std::exchange(after_key_, false);
    if (depth_ == 0) root_ = kind;
    if (own_level()) {
      if (!after_key) members_.emplace_back();  // an array's element
      members_.back().kind = kind;
      return true;
    }
    if (!after_key && depth_ > 0) {
      std::string& out = text();
      if (out.back() != '[') out.push_back(',');
    }
    return false;
  }
  void open(char bracket) {
    if (!(take_apart_ && depth_ == 0)) text().push_back(bracket);
    ++depth_;
  }
  bool close(char bracket) {
    --depth_;
    if (!(take_apart_ && depth_ == 0)) text().push_back(bracket);
    return true;
  }
  bool number(boost::json::string_view part) {
    begin(JsonKind::number);
    std::string& out = text();
    out += partial_;
    out.append(part.data(), part.size());
    partial_.clear();
    return true;
  }

  const bool take_apart_;
  std::size_t depth_ = 0;
  bool after_key_ = false;
  JsonKind root_ = JsonKind::null;
  std::string partial_;
  std::string whole_;
  std::vector<JsonMember> members_;
  std::vector<KeySet> keys_;  // one a level
  std::optional<std::string> duplicate_;
};

Result<std::vector<JsonMember>> take_apart(std::string_view text, JsonKind wanted) {
  boost::json::basic_parser<Collector> parser(strict_options(), true);
  if (Result<void> parsed = parse_into(parser, text); !parsed) {
    return fail(std::move(parsed.error()));
  }
  if (parser.handler().root() != wanted) {
    return fail(ErrorCode::invalid,
                fmt::format("a JSON {} is wanted here, not a JSON {}", json_kind_name(wanted),
                            json_kind_name(parser.handler().root())));
  }
  return parser.handler().take_members();
}

}  // namespace

std::string_view json_kind_name(JsonKind kind) noexcept {
  switch (kind) {
    case JsonKind::null:
      return "null";
    case JsonKind::boolean:
      return "boolean";
    case JsonKind::number:
      return "number";
    case JsonKind::string:
      return "string";
    case JsonKind::array:
      return "array";
    case JsonKind::object:
      return "object";
  }
  return "value";
}

Result<std::vector<JsonMember>> parse_json_object(std::string_view text) {
  return take_apart(text, JsonKind::object);
}

Result<std::vector<JsonMember>> parse_json_array(std::string_view text) {
  return take_apart(text, JsonKind::array);
}

const JsonMember* find_member(const std::vector<JsonMember>& members,
                              std::string_view key) noexcept {
  const auto member = std::ranges::find(members, key, &JsonMember::key);
  return member == members.end() ? nullptr : &*member;
}

std::string json_of(const JsonMember& member) {
  if (member.kind != JsonKind::string) return member.text;
  std::string json;
  append_json_string(json, member.text);
  return json;
}

std::string_view text_of(const std::vector<JsonMember>& members, std::string_view key) noexcept {
  const JsonMember* const member = find_member(members, key);
  if (member == nullptr || member->kind == JsonKind::null) return {};
  return member->text;
}

Result<std::string> compact_json(std::string_view text) {
  boost::json::basic_parser<Collector> parser(strict_options(), false);
  if (Result<void> parsed = parse_into(parser, text); !parsed) {
    return fail(std::move(parsed.error()));
  }
  return parser.handler().take_text();
}

void append_json_string(std::string& out, std::string_view text) {
  out.push_back('"');
  std::size_t plain = 0;  // start of the run that needs no escape
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c >= 0x20 && c != '"' && c != '\\') continue;
    out.append(text, plain, i - plain);
    plain = i + 1;
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\b':
        out += "\\b";
        break;
      case '\f':
        out += "\\f";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        fmt::format_to(std::back_inserter(out), "\\u{:04x}", c);
    }
  }
  out.append(text, plain);
  out.push_back('"');
}

void append_json_or_null(std::string& out, std::optional<std::string_view> text) {
  if (!text) {
    out += "null";
    return;
  }
  append_json_string(out, *text);
}

void append_json_or_null(std::string& out, std::optional<WallTime> time) {
  if (!time) {
    out += "null";
    return;
  }
  out.push_back('"');
  append_time(out, *time);
  out.push_back('"');
}

}  // namespace ordo::base
