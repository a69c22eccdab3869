#include "postgres/params.h"

#include "base/assert.h"
#include "base/text.h"
#include "postgres/wire.h"

namespace ordo::postgres {
namespace {

// Of an array: dimensions, whether there are nulls, the elements' type, their count, the first
// one's index.
constexpr std::size_t kArrayHeader = 20;

constexpr std::uint32_t array_of(Type type) {
  switch (type) {
    case Type::boolean:
      return 1000;
    case Type::bytes:
      return 1001;
    case Type::int8:
      return 1016;
    case Type::int2:
      return 1005;
    case Type::int4:
      return 1007;
    case Type::text:
      return 1009;
    case Type::time:
      return 1185;
  }
  return 0;
}

std::string encoded(std::int64_t number) {
  std::string bytes;
  append_number(bytes, static_cast<std::uint64_t>(number));
  return bytes;
}

}  // namespace

bool can_be_text(std::string_view text) noexcept {
  return !text.contains('\0') && base::is_valid_utf8(text);
}

Column::Column(Type type) : type_(type), bytes_(kArrayHeader, '\0') {}

Column& Column::add(std::int64_t number) {
  ++size_;
  switch (type_) {
    case Type::int2:
      append_number(bytes_, std::uint32_t{2});
      append_number(bytes_, static_cast<std::uint16_t>(number));
      break;
    case Type::int4:
      append_number(bytes_, std::uint32_t{4});
      append_number(bytes_, static_cast<std::uint32_t>(number));
      break;
    default:
      ORDO_ASSERT(type_ == Type::int8 || type_ == Type::time);
      append_number(bytes_, std::uint32_t{8});
      append_number(bytes_, static_cast<std::uint64_t>(number));
  }
  return *this;
}

Column& Column::add(std::string_view text) {
  ORDO_ASSERT(type_ == Type::text || type_ == Type::bytes);
  ++size_;
  append_number(bytes_, static_cast<std::uint32_t>(text.size()));
  bytes_.append(text);
  return *this;
}

Column& Column::add(base::WallTime time) {
  ORDO_ASSERT(type_ == Type::time);
  return add(micros_of(time));
}

Column& Column::add_null() {
  ++size_;
  has_null_ = true;
  append_number(bytes_, ~std::uint32_t{0});
  return *this;
}

Params& Params::put(Type type, std::optional<std::string> bytes) {
  all_.push_back({static_cast<std::uint32_t>(type), std::move(bytes)});
  return *this;
}

Params& Params::add(std::int64_t number) {
  return put(Type::int8, encoded(number));
}

Params& Params::add(std::string_view text) {
  return put(Type::text, std::string(text));
}

Params& Params::add_bytes(std::string_view bytes) {
  return put(Type::bytes, std::string(bytes));
}

Params& Params::add(base::WallTime time) {
  return put(Type::time, encoded(micros_of(time)));
}

Params& Params::add(bool value) {
  return put(Type::boolean, std::string(1, value ? '\1' : '\0'));
}

Params& Params::add(Column column) {
  std::string header;
  header.reserve(kArrayHeader);
  append_number(header, std::uint32_t{1});
  append_number(header, std::uint32_t{column.has_null_});
  append_number(header, static_cast<std::uint32_t>(column.type_));
  append_number(header, column.size_);
  append_number(header, std::uint32_t{1});
  column.bytes_.replace(0, kArrayHeader, header);
  all_.push_back({array_of(column.type_), std::move(column.bytes_)});
  return *this;
}

}  // namespace ordo::postgres
