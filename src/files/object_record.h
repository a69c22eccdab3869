// What is kept beside an object: what its body is, so that lists need not read it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ordo::files {

// Tells one state of a file from another without a look at its content.
struct FileMark {
  std::uint64_t bytes = 0;
  std::int64_t modified_ns = 0;
  std::uint64_t inode = 0;

  friend bool operator==(const FileMark&, const FileMark&) = default;
};

struct BodyRecord {
  FileMark mark;
  std::string content_type;
  std::string etag;
};

// There may be two bodies: the one that is there and the one that is about to take its place.
struct ObjectRecord {
  std::string key;
  std::vector<BodyRecord> bodies;

  [[nodiscard]] const BodyRecord* find(const FileMark& mark) const;
};

[[nodiscard]] std::string record_text(const ObjectRecord& record);
// Nothing: it is none of ours, or damaged.
[[nodiscard]] std::optional<ObjectRecord> parse_record(std::string_view text);

}  // namespace ordo::files
