// What goes to the server beside a statement's text: values in PostgreSQL's binary format.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.h"

namespace ordo::postgres {

// The numbers are PostgreSQL's own (pg_type.oid), fixed for its built-in types.
enum class Type : std::uint16_t {
  boolean = 16,
  bytes = 17,
  int8 = 20,
  int2 = 21,
  int4 = 23,
  text = 25,
  time = 1184,  // timestamptz
};

// As PostgreSQL keeps numbers.
[[nodiscard]] constexpr std::int64_t raw(std::uint64_t number) noexcept {
  return static_cast<std::int64_t>(number);
}

// Whether a value of type text can be this: all of UTF-8 but U+0000. Anything else fails the
// statement that it goes to.
[[nodiscard]] bool can_be_text(std::string_view text) noexcept;

// Values of one type for many rows, sent as an array: unnest() makes rows of several.
class Column {
 public:
  explicit Column(Type type);

  Column& add(std::int64_t number);    // of any type of integers
  Column& add(std::string_view text);  // text or bytes
  Column& add(base::WallTime time);
  Column& add_null();
  template <class T>
  Column& add(const std::optional<T>& value) {
    return value ? add(*value) : add_null();
  }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }

 private:
  friend class Params;
  Type type_;
  std::string bytes_;
  std::uint32_t size_ = 0;
  bool has_null_ = false;
};

class Params {
 public:
  struct One {
    std::uint32_t type = 0;
    std::optional<std::string> bytes;
  };

  Params& add(std::int64_t number);  // int8
  Params& add(std::string_view text);
  Params& add(base::WallTime time);
  Params& add(bool value);
  template <class T>
  Params& add(const std::optional<T>& value);
  Params& add_bytes(std::string_view bytes);
  Params& add(Column column);

  [[nodiscard]] const std::vector<One>& all() const noexcept { return all_; }

 private:
  Params& put(Type type, std::optional<std::string> bytes);
  static constexpr Type type_for(std::int64_t) { return Type::int8; }
  static constexpr Type type_for(std::string_view) { return Type::text; }
  static constexpr Type type_for(base::WallTime) { return Type::time; }

  std::vector<One> all_;
};

template <class T>
Params& Params::add(const std::optional<T>& value) {
  if (value) return add(*value);
  return put(type_for(T{}), std::nullopt);
}

}  // namespace ordo::postgres
