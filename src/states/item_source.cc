#include "states/item_source.h"

#include <fmt/format.h>

#include <array>
#include <boost/json.hpp>
#include <optional>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json_tree.h"
#include "base/text.h"
#include "states/execution.h"

namespace ordo::states {
namespace {

std::unexpected<Fault> unreadable(std::string why) {
  return fault(kItemReaderFailed, std::move(why));
}

// Rows of RFC 4180: fields may be quoted, and hold delimiters, line breaks and doubled quotes then.
class CsvRows {
 public:
  CsvRows(std::string_view text, char delimiter) : text_(text), delimiter_(delimiter) {}

  // The next row that is not empty; nothing: there is none.
  std::optional<std::vector<std::string>> next() {
    while (at_ < text_.size()) {
      std::vector<std::string> row = read();
      if (row.size() > 1 || !row[0].empty()) return row;
    }
    return std::nullopt;
  }
  // A quote that nothing has closed.
  [[nodiscard]] bool is_open() const { return open_; }

 private:
  std::vector<std::string> read() {
    std::vector<std::string> row(1);
    bool quoted = false;
    while (at_ < text_.size()) {
      const char c = text_[at_++];
      if (quoted) {
        if (c != '"') {
          row.back().push_back(c);
        } else if (at_ < text_.size() && text_[at_] == '"') {
          row.back().push_back('"');
          ++at_;
        } else {
          quoted = false;
        }
      } else if (c == '"' && row.back().empty()) {
        quoted = true;
      } else if (c == delimiter_) {
        row.emplace_back();
      } else if (c == '\n') {
        break;
      } else if (c != '\r' || (at_ < text_.size() && text_[at_] != '\n')) {
        row.back().push_back(c);
      }
    }
    open_ = open_ || quoted;
    return row;
  }

  std::string_view text_;
  char delimiter_;
  std::size_t at_ = 0;
  bool open_ = false;
};

char delimiter_of(std::string_view name) {
  constexpr std::array<std::pair<std::string_view, char>, 5> kDelimiters{
      {{"COMMA", ','}, {"PIPE", '|'}, {"SEMICOLON", ';'}, {"SPACE", ' '}, {"TAB", '\t'}}};
  for (const auto& [word, character] : kDelimiters) {
    if (word == name) return character;
  }
  return ',';
}

// Adds one more; false: there are enough.
class Items {
 public:
  explicit Items(std::size_t most) : most_(most) {}

  [[nodiscard]] bool is_full() const { return items_.size() >= most_; }
  Outcome<void> add(Json item) {
    if (items_.size() >= kMaxMapItems) {
      return unreadable(fmt::format("there are more than {} items", kMaxMapItems));
    }
    const std::size_t bytes = base::json_tree_bytes(item, kMaxStateBytes);
    bytes_ += bytes;
    if (bytes_ > kMaxItemsBytes) {
      return unreadable(fmt::format("the items have more than {} bytes", kMaxItemsBytes));
    }
    if (bytes > kMaxStateBytes) {
      return unreadable(
          fmt::format("item {} has more than {} bytes", items_.size(), kMaxStateBytes));
    }
    items_.push_back(std::move(item));
    return {};
  }
  boost::json::array take() { return std::move(items_); }

 private:
  std::size_t most_;
  std::size_t bytes_ = 0;
  boost::json::array items_;
};

Outcome<boost::json::array> of_array(Json value, std::size_t most) {
  if (!value.is_array()) return unreadable("Attempting to map over non-iterable node.");
  Items items(most);
  for (Json& item : value.get_array()) {
    if (items.is_full()) break;
    if (Outcome<void> added = items.add(std::move(item)); !added) {
      return std::unexpected(std::move(added.error()));
    }
  }
  return items.take();
}

Outcome<boost::json::array> of_lines(std::string_view text, std::size_t most) {
  Items items(most);
  for (std::size_t line = 1; !text.empty() && !items.is_full(); ++line) {
    const std::size_t end = text.find('\n');
    std::string_view one = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (one.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    base::Result<Json> value = base::parse_json_tree(one);
    if (!value) {
      return unreadable(fmt::format("line {} is not JSON: {}", line, value.error().message));
    }
    if (Outcome<void> added = items.add(std::move(*value)); !added) {
      return std::unexpected(std::move(added.error()));
    }
  }
  return items.take();
}

// A row with fewer fields than there are headers has empty ones; those that are too many go.
Outcome<boost::json::array> of_csv(const MapState::Reader& reader, std::string_view text,
                                   std::size_t most) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  CsvRows rows(text, delimiter_of(reader.delimiter));
  std::vector<std::string> headers = reader.headers;
  if (!reader.headers_given) {
    auto first = rows.next();
    if (!first) return unreadable("there is no row of headers");
    headers = std::move(*first);
  }
  const std::set<std::string_view> different(headers.begin(), headers.end());
  if (different.size() != headers.size()) {
    return unreadable("CSV headers cannot contain duplicates.");
  }
  Items items(most);
  while (!items.is_full()) {
    auto row = rows.next();
    if (!row) break;
    row->resize(headers.size());
    boost::json::object item;
    for (std::size_t i = 0; i < headers.size(); ++i) item[headers[i]] = (*row)[i];
    if (Outcome<void> added = items.add(std::move(item)); !added) {
      return std::unexpected(std::move(added.error()));
    }
  }
  if (rows.is_open()) return unreadable("a quoted field does not end");
  return items.take();
}

}  // namespace

Outcome<boost::json::array> read_items(const MapState::Reader& reader, Json answer,
                                       std::size_t most) {
  auto* object = answer.if_object();
  if (reader.resource.action == "listObjectsV2") {
    Json* contents = object == nullptr ? nullptr : object->if_contains("Contents");
    if (contents == nullptr) return unreadable("the answer of the reader has no \"Contents\"");
    return of_array(std::move(*contents), most);
  }
  Json* body = object == nullptr ? nullptr : object->if_contains("Body");
  if (body == nullptr) return unreadable("the answer of the reader has no \"Body\"");
  const bool is_json = reader.input_type.empty() || reader.input_type == "JSON";
  if (is_json && body->is_array()) return of_array(std::move(*body), most);
  const auto* string = body->if_string();
  if (string == nullptr) return unreadable("the \"Body\" of the reader's answer is no text");
  const std::string_view text(*string);
  if (reader.input_type == "MANIFEST") return unreadable("InputType MANIFEST is not supported");
  if (!base::is_valid_utf8(text)) return unreadable("what was read is not UTF-8");
  if (reader.input_type == "JSONL") return of_lines(text, most);
  if (reader.input_type == "CSV") return of_csv(reader, text, most);
  base::Result<Json> value = base::parse_json_tree(text);
  if (!value) return unreadable("what was read is not JSON: " + value.error().message);
  return of_array(std::move(*value), most);
}

}  // namespace ordo::states
