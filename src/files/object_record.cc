#include "files/object_record.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <iterator>
#include <utility>

#include "base/json.h"

namespace ordo::files {
namespace {

template <class Number>
bool read_number(const std::vector<base::JsonMember>& members, std::string_view key, Number& to) {
  const std::string_view text = base::text_of(members, key);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), to);
  return error == std::errc() && end == text.data() + text.size();
}

std::optional<BodyRecord> parse_body(const base::JsonMember& element) {
  const auto members = base::parse_json_object(element.text);
  if (!members) return std::nullopt;
  BodyRecord body;
  body.content_type = base::text_of(*members, "content_type");
  body.etag = base::text_of(*members, "etag");
  const bool whole = read_number(*members, "bytes", body.mark.bytes) &&
                     read_number(*members, "modified_ns", body.mark.modified_ns) &&
                     read_number(*members, "inode", body.mark.inode) && !body.etag.empty() &&
                     !body.content_type.empty();
  return whole ? std::optional(std::move(body)) : std::nullopt;
}

}  // namespace

const BodyRecord* ObjectRecord::find(const FileMark& mark) const {
  const auto found = std::ranges::find(bodies, mark, &BodyRecord::mark);
  return found == bodies.end() ? nullptr : &*found;
}

std::string record_text(const ObjectRecord& record) {
  std::string out = R"({"key":)";
  base::append_json_string(out, record.key);
  out += R"(,"bodies":[)";
  for (const BodyRecord& body : record.bodies) {
    if (out.back() != '[') out.push_back(',');
    out += R"({"content_type":)";
    base::append_json_string(out, body.content_type);
    fmt::format_to(std::back_inserter(out),
                   R"(,"etag":"{}","bytes":{},"modified_ns":{},"inode":{}}})", body.etag,
                   body.mark.bytes, body.mark.modified_ns, body.mark.inode);
  }
  out += "]}\n";
  return out;
}

std::optional<ObjectRecord> parse_record(std::string_view text) {
  const auto members = base::parse_json_object(text);
  if (!members) return std::nullopt;
  ObjectRecord record;
  record.key = base::text_of(*members, "key");
  const auto bodies = base::parse_json_array(base::text_of(*members, "bodies"));
  if (record.key.empty() || !bodies) return std::nullopt;
  for (const base::JsonMember& element : *bodies) {
    std::optional<BodyRecord> body = parse_body(element);
    if (!body) return std::nullopt;
    record.bodies.push_back(std::move(*body));
  }
  return record;
}

}  // namespace ordo::files
