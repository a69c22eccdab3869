// An order: a record with two parameters that a client hands in, kept for a while, and settled by a
// pipeline.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/strong.h"
#include "base/time.h"
#include "domain/text_rules.h"

namespace ordo::domain {

using RecordId = base::Strong<struct RecordIdTag, std::string>;

// The place of an order in the order of acceptance: grows, is never used again.
using OrderNumber = base::Strong<struct OrderNumberTag, std::uint64_t>;

// The numbers are stored: never renumber.
enum class OrderStatus : std::uint8_t { pending = 0, accepted = 1, rejected = 2 };

[[nodiscard]] std::string_view name_of(OrderStatus status) noexcept;
[[nodiscard]] std::optional<OrderStatus> order_status_named(std::string_view name) noexcept;

// What the client says, kept as it was sent.
struct OrderRecord {
  RecordId id;
  std::string parameter_1;
  std::string parameter_2;  // a JSON number, digit for digit

  friend bool operator==(const OrderRecord&, const OrderRecord&) = default;
};

struct Order {
  OrderNumber number;
  OrderRecord record;
  OrderStatus status = OrderStatus::pending;
  base::WallTime accepted_at;
  base::WallTime expires_at;  // from then on it is gone

  friend bool operator==(const Order&, const Order&) = default;
};

[[nodiscard]] constexpr bool is_expired(const Order& order, base::WallTime now) noexcept {
  return order.expires_at <= now;
}

// Whether two records of one id say the same: equal text and equal numbers, however written.
[[nodiscard]] bool same_values(const OrderRecord& one, const OrderRecord& other);

// Whether two JSON numbers have the same value: 4, 4.0 and 0.4e1 do. Exact, whatever their size.
[[nodiscard]] bool same_number(std::string_view one, std::string_view other);

// Bytes of the texts whose size has no small bound.
[[nodiscard]] std::size_t text_bytes(const OrderRecord& record) noexcept;

inline constexpr std::size_t kMaxRecordIdLength = 128;
inline constexpr std::size_t kMaxParameterLength = 10'000;
inline constexpr std::size_t kMaxNumberLength = 1'000;

[[nodiscard]] std::optional<Violation> check_record_id(std::string_view id);
[[nodiscard]] std::optional<Violation> check_parameter_1(std::string_view text);
// Of a text that is a JSON number.
[[nodiscard]] std::optional<Violation> check_parameter_2(std::string_view number);

// Appends the record as a JSON object that is left open: the brace at its end is the caller's.
void append_open_record(std::string& out, const OrderRecord& record);

// Appends the order as people and programs outside see it: one JSON object.
void append_order(std::string& out, const Order& order);

}  // namespace ordo::domain
