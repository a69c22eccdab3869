#include "domain/order.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <system_error>

#include "base/json.h"

namespace ordo::domain {
namespace {

constexpr std::array<std::string_view, 3> kOrderStatusNames{"pending", "accepted", "rejected"};

// A number as 0.DIGITS times ten to the power of `scale`, its digits without zeros at either end;
// zero has none.
struct Decimal {
  bool negative = false;
  std::string digits;
  std::int64_t scale = 0;

  friend bool operator==(const Decimal&, const Decimal&) = default;
};

Decimal decimal_of(std::string_view number) {
  Decimal decimal;
  decimal.negative = number.starts_with('-');
  if (decimal.negative) number.remove_prefix(1);
  const std::size_t mark = number.find_first_of("eE");
  if (mark != std::string_view::npos) {
    std::string_view exponent = number.substr(mark + 1);
    if (exponent.starts_with('+')) exponent.remove_prefix(1);
    std::from_chars(exponent.data(), exponent.data() + exponent.size(), decimal.scale);
    number = number.substr(0, mark);
  }
  const std::size_t point = number.find('.');
  const std::string_view whole = number.substr(0, point);
  decimal.digits = whole;
  if (point != std::string_view::npos) decimal.digits += number.substr(point + 1);
  const std::size_t first = decimal.digits.find_first_not_of('0');
  if (first == std::string::npos) return {};
  decimal.scale += static_cast<std::int64_t>(whole.size()) - static_cast<std::int64_t>(first);
  decimal.digits.erase(decimal.digits.find_last_not_of('0') + 1);
  decimal.digits.erase(0, first);
  return decimal;
}

}  // namespace

std::string_view name_of(OrderStatus status) noexcept {
  return kOrderStatusNames[static_cast<std::size_t>(status)];
}

std::optional<OrderStatus> order_status_named(std::string_view name) noexcept {
  for (std::size_t i = 0; i < kOrderStatusNames.size(); ++i) {
    if (kOrderStatusNames[i] == name) return static_cast<OrderStatus>(i);
  }
  return std::nullopt;
}

bool same_values(const OrderRecord& one, const OrderRecord& other) {
  return one.parameter_1 == other.parameter_1 && same_number(one.parameter_2, other.parameter_2);
}

bool same_number(std::string_view one, std::string_view other) {
  return one == other || decimal_of(one) == decimal_of(other);
}

std::size_t text_bytes(const OrderRecord& record) noexcept {
  return record.parameter_1.size() + record.parameter_2.size();
}

std::optional<Violation> check_record_id(std::string_view id) {
  return check_path_name("a record_id", id, kMaxRecordIdLength);
}

std::optional<Violation> check_parameter_1(std::string_view text) {
  return check_text("parameter_1", text, 0, kMaxParameterLength);
}

std::optional<Violation> check_parameter_2(std::string_view number) {
  if (auto fault = check_length("parameter_2", number.size(), 1, kMaxNumberLength)) return fault;
  double value = 0;
  const auto read = std::from_chars(number.data(), number.data() + number.size(), value);
  // Out of range is what is too small, too: that comes to nothing.
  if (read.ec == std::errc() || decimal_of(number).scale < 0) return std::nullopt;
  return Violation{"out_of_range", "a parameter_2 is at most about 1.8e308, as pipelines compute"};
}

void append_open_record(std::string& out, const OrderRecord& record) {
  out += R"({"record_id":)";
  base::append_json_string(out, record.id.value());
  out += R"(,"parameter_1":)";
  base::append_json_string(out, record.parameter_1);
  out += R"(,"parameter_2":)";
  out += record.parameter_2;
}

void append_order(std::string& out, const Order& order) {
  append_open_record(out, order.record);
  out += R"(,"status":)";
  base::append_json_string(out, name_of(order.status));
  out += R"(,"accepted_at":)";
  base::append_json_or_null(out, order.accepted_at);
  out += R"(,"expires_at":)";
  base::append_json_or_null(out, order.expires_at);
  out.push_back('}');
}

}  // namespace ordo::domain
