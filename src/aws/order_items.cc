#include "aws/order_items.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "base/digest.h"
#include "base/json.h"
#include "base/text.h"

namespace ordo::aws {
namespace {

constexpr char kExact[] = "parameter_2_as_sent";
constexpr char kExpiresExactly[] = "expires_at_ms";

// Numbers of DynamoDB have 38 digits and exponents from -130 to 125; ours have no such bounds.
bool fits_dynamo(std::string_view number) {
  constexpr std::size_t kMaxDigits = 38;
  constexpr int kMaxExponent = 80;  // with 38 digits before or behind the point still well inside
  const std::size_t e = number.find_first_of("eE");
  const std::string_view digits = number.substr(0, e);
  if (static_cast<std::size_t>(std::ranges::count_if(digits, base::is_digit)) > kMaxDigits) {
    return false;
  }
  if (e == std::string_view::npos) return true;
  std::string_view exponent = number.substr(e + 1);
  if (exponent.starts_with('+')) exponent.remove_prefix(1);
  int value = 0;
  const auto read = std::from_chars(exponent.data(), exponent.data() + exponent.size(), value);
  return read.ec == std::errc() && value <= kMaxExponent && value >= -kMaxExponent;
}

std::uint64_t milliseconds(base::WallTime time) {
  return static_cast<std::uint64_t>(std::max<std::int64_t>(time.ms(), 0));
}

}  // namespace

std::string order_shelf(std::uint64_t shelf) {
  return fmt::format("orders/{}", shelf);
}

Item item_of(const OrderRow& row) {
  const domain::Order& order = row.order;
  Item item;
  item.set_text("shelf", order_shelf(order.number.value() % kOrderShelves));
  item.set_number("number", order.number.value());
  if (order.status == domain::OrderStatus::pending) item.set_text("lot", kPendingLot);
  item.set_text("parameter_1", order.record.parameter_1);
  if (fits_dynamo(order.record.parameter_2)) {
    item.set_number_text("parameter_2", order.record.parameter_2);
  }
  item.set_text(kExact, order.record.parameter_2);
  item.set_text("status", std::string(domain::name_of(order.status)));
  item.set_time("accepted_at", order.accepted_at);
  item.set_number(kExpiresExactly, milliseconds(order.expires_at));
  item.set_expiry(order.expires_at);
  if (!row.settled_by.empty()) item.set_text("settled_by", row.settled_by);
  if (!row.batch.empty()) item.set_text("batch", row.batch);
  return item;
}

base::Result<OrderRow> order_row_of(const Item& item) {
  const auto id = item.text("record_id");
  const auto number = item.number("number");
  const auto status = domain::order_status_named(item.text("status").value_or(""));
  const auto accepted = item.time("accepted_at");
  const auto expires = item.number(kExpiresExactly);
  const auto parameter_2 = item.text(kExact);
  if (!id || !number || !status || !accepted || !expires || !parameter_2) {
    return base::fail(
        base::ErrorCode::internal,
        fmt::format("the item \"{}\" of the orders table is no order", id.value_or("")));
  }
  OrderRow row;
  row.order = {domain::OrderNumber(*number),
               {domain::RecordId(*id), item.text("parameter_1").value_or(""), *parameter_2},
               *status,
               *accepted,
               base::WallTime::from_ms(static_cast<std::int64_t>(*expires))};
  row.settled_by = item.text("settled_by").value_or("");
  row.batch = item.text("batch").value_or("");
  return row;
}

std::string key_of_batch(const std::string& batch) {
  return "#batch#" + batch;
}

Item item_of(BatchState state, base::WallTime keep_until) {
  Item item;
  item.set_text("state", state == BatchState::committed ? "committed" : "aborted");
  item.set_expiry(keep_until);
  return item;
}

BatchState batch_state_of(const Item& item) {
  return item.text("state") == "committed" ? BatchState::committed : BatchState::aborted;
}

// Names may be longer than a key, and may have any characters.
std::string key_of_settled(const std::string& name) {
  return "#settled#" + base::hex_digest(base::HashAlgorithm::sha256, name);
}

Item item_of(const Settled& settled) {
  std::string ids = "[";
  for (const domain::RecordId& id : settled.ids) {
    if (ids.size() > 1) ids.push_back(',');
    base::append_json_string(ids, id.value());
  }
  ids.push_back(']');
  Item item;
  item.set_text("ids", std::move(ids));
  item.set_number(kExpiresExactly, milliseconds(settled.keep_until));
  item.set_expiry(settled.keep_until);
  return item;
}

Settled settled_of(const Item& item) {
  Settled settled;
  settled.keep_until =
      base::WallTime::from_ms(static_cast<std::int64_t>(item.number(kExpiresExactly).value_or(0)));
  const auto ids = base::parse_json_array(item.text("ids").value_or("[]"));
  if (!ids) return settled;
  for (const base::JsonMember& id : *ids) settled.ids.emplace_back(id.text);
  return settled;
}

}  // namespace ordo::aws
