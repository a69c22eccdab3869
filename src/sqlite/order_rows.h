// Orders as rows: the columns in one order.
#pragma once

#include <cstdint>
#include <string_view>

#include "domain/order.h"
#include "sqlite/connection.h"

namespace ordo::sqlite {

// read_order expects exactly these.
inline constexpr std::string_view kOrderColumns =
    "n, record_id, status, accepted_at, expires_at, parameter_2, parameter_1";

[[nodiscard]] domain::Order read_order(const Statement& row);

// As SQLite keeps numbers.
[[nodiscard]] inline std::int64_t raw(domain::OrderNumber number) {
  return static_cast<std::int64_t>(number.value());
}

}  // namespace ordo::sqlite
