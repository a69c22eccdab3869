#include "base/json_split.h"

#include <fmt/format.h>

#include <optional>

namespace ordo::base {
namespace {

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

class Splitter {
 public:
  explicit Splitter(std::string_view text) : text_(text) {}

  void skip_space() {
    while (at_ < text_.size() && is_space(text_[at_])) ++at_;
  }
  [[nodiscard]] bool at_end() const { return at_ == text_.size(); }
  bool take(char wanted) {
    skip_space();
    if (at_end() || text_[at_] != wanted) return false;
    ++at_;
    return true;
  }
  // A string with its quotes; nothing when there is none or it does not end.
  std::optional<std::string_view> string() {
    skip_space();
    const std::size_t begin = at_;
    if (at_end() || text_[at_] != '"' || !skip_string()) return std::nullopt;
    return text_.substr(begin, at_ - begin);
  }
  // All up to a comma or a closing bracket of this level; nothing when the text ends before.
  std::optional<std::string_view> part() {
    skip_space();
    const std::size_t begin = at_;
    std::size_t depth = 0;
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '"') {
        if (!skip_string()) return std::nullopt;
        continue;
      }
      if (c == '[' || c == '{') {
        ++depth;
      } else if (c == ']' || c == '}') {
        if (depth == 0) return trimmed(begin);
        --depth;
      } else if (c == ',' && depth == 0) {
        return trimmed(begin);
      }
      ++at_;
    }
    return std::nullopt;
  }

  [[nodiscard]] std::unexpected<Error> fault() const {
    if (at_end()) {
      return fail(ErrorCode::invalid,
                  fmt::format("not valid JSON: the text ends too soon at byte {}", at_));
    }
    const auto byte = static_cast<unsigned char>(text_[at_]);
    if (byte > 0x20 && byte < 0x7f) {
      return fail(ErrorCode::invalid,
                  fmt::format("not valid JSON: unexpected '{}' at byte {}", text_[at_], at_));
    }
    return fail(ErrorCode::invalid,
                fmt::format("not valid JSON: unexpected 0x{:02x} at byte {}", byte, at_));
  }

 private:
  // Stands on the opening quote; false when nothing closes it.
  bool skip_string() {
    for (++at_; at_ < text_.size(); ++at_) {
      if (text_[at_] == '\\') {
        ++at_;
      } else if (text_[at_] == '"') {
        ++at_;
        return true;
      }
    }
    at_ = text_.size();
    return false;
  }
  [[nodiscard]] std::string_view trimmed(std::size_t begin) const {
    std::size_t end = at_;
    while (end > begin && is_space(text_[end - 1])) --end;
    return text_.substr(begin, end - begin);
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

// `read` takes one part from the scanner; nothing when there is none.
template <class Part, class Read>
Result<std::vector<Part>> split(std::string_view text, JsonKind kind, std::size_t at_most,
                                Read read) {
  const bool array = kind == JsonKind::array;
  Splitter scanner(text);
  scanner.skip_space();
  if (!scanner.take(array ? '[' : '{')) {
    const Result<std::string> whole = compact_json(text);
    if (!whole) return fail(whole.error());
    return fail(ErrorCode::invalid,
                fmt::format("a JSON {} is wanted here, not a JSON {}", json_kind_name(kind),
                            json_kind_name(raw_json_kind(*whole))));
  }
  const char end = array ? ']' : '}';
  std::vector<Part> parts;
  bool more = !scanner.take(end);
  while (more) {
    std::optional<Part> part = read(scanner);
    if (!part) return scanner.fault();
    if (parts.size() == at_most) {
      return fail(ErrorCode::too_large, fmt::format("more than {} parts", at_most));
    }
    parts.push_back(*part);
    more = scanner.take(',');
    if (!more && !scanner.take(end)) return scanner.fault();
  }
  scanner.skip_space();
  if (!scanner.at_end()) return scanner.fault();
  return parts;
}

}  // namespace

Result<std::vector<std::string_view>> split_json_array(std::string_view text, std::size_t at_most) {
  return split<std::string_view>(text, JsonKind::array, at_most,
                                 [](Splitter& scanner) -> std::optional<std::string_view> {
                                   const auto part = scanner.part();
                                   if (!part || part->empty()) return std::nullopt;
                                   return part;
                                 });
}

Result<std::vector<RawJsonMember>> split_json_object(std::string_view text, std::size_t at_most) {
  return split<RawJsonMember>(text, JsonKind::object, at_most,
                              [](Splitter& scanner) -> std::optional<RawJsonMember> {
                                const auto key = scanner.string();
                                if (!key || !scanner.take(':')) return std::nullopt;
                                const auto value = scanner.part();
                                if (!value || value->empty()) return std::nullopt;
                                return RawJsonMember{*key, *value};
                              });
}

JsonKind raw_json_kind(std::string_view part) noexcept {
  switch (part.empty() ? ' ' : part.front()) {
    case '{':
      return JsonKind::object;
    case '[':
      return JsonKind::array;
    case '"':
      return JsonKind::string;
    case 't':
    case 'f':
      return JsonKind::boolean;
    case 'n':
      return JsonKind::null;
    default:
      return JsonKind::number;
  }
}

}  // namespace ordo::base
