// Orders as rows: the columns in one order, and how they are read.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "domain/order.h"
#include "postgres/params.h"
#include "postgres/rows.h"

namespace ordo::postgres {

// For SELECT … FROM orders o. The large texts are last.
inline constexpr std::string_view kOrderColumns =
    "o.n, o.record_id, o.status, o.accepted_at, o.expires_at, o.parameter_2, o.parameter_1";
inline constexpr int kOrderColumnCount = 7;
// Of the texts whose size has no small bound, as domain::text_bytes.
inline constexpr std::string_view kOrderBytes =
    "octet_length(o.parameter_1) + octet_length(o.parameter_2)";

// Of the first columns.
[[nodiscard]] domain::Order read_order(const Rows& rows, std::size_t row);

[[nodiscard]] inline std::int64_t raw(domain::OrderNumber number) {
  return raw(number.value());
}

}  // namespace ordo::postgres
