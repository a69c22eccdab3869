#include "postgres/rows.h"

#include <charconv>

#include "base/assert.h"
#include "postgres/wire.h"

namespace ordo::postgres {

std::size_t Rows::size() const {
  return result_ == nullptr ? 0 : static_cast<std::size_t>(PQntuples(result_.get()));
}

bool Rows::is_null(std::size_t row, int column) const {
  return PQgetisnull(result_.get(), static_cast<int>(row), column) != 0;
}

std::string_view Rows::text(std::size_t row, int column) const {
  const int at = static_cast<int>(row);
  return {PQgetvalue(result_.get(), at, column),
          static_cast<std::size_t>(PQgetlength(result_.get(), at, column))};
}

std::int64_t Rows::integer(std::size_t row, int column) const {
  const std::string_view bytes = text(row, column);
  switch (bytes.size()) {
    case 0:
      return 0;
    case 2:
      return static_cast<std::int16_t>(number_in<std::uint16_t>(bytes));
    case 4:
      return static_cast<std::int32_t>(number_in<std::uint32_t>(bytes));
    default:
      ORDO_ASSERT(bytes.size() == 8);
      return static_cast<std::int64_t>(number_in<std::uint64_t>(bytes));
  }
}

bool Rows::boolean(std::size_t row, int column) const {
  const std::string_view bytes = text(row, column);
  return !bytes.empty() && bytes[0] != '\0';
}

std::optional<std::string> Rows::optional_string(std::size_t row, int column) const {
  if (is_null(row, column)) return std::nullopt;
  return string(row, column);
}

base::WallTime Rows::time(std::size_t row, int column) const {
  return time_of(integer(row, column));
}

std::optional<base::WallTime> Rows::optional_time(std::size_t row, int column) const {
  if (is_null(row, column)) return std::nullopt;
  return time(row, column);
}

std::uint64_t Rows::changed() const {
  const std::string_view text = PQcmdTuples(result_.get());
  std::uint64_t count = 0;
  std::from_chars(text.data(), text.data() + text.size(), count);
  return count;
}

}  // namespace ordo::postgres
