#include "api/order_fields.h"

#include <fmt/format.h>

#include <array>
#include <string>
#include <utility>

#include "api/problem.h"
#include "base/json_split.h"

namespace ordo::api {
namespace {

using base::JsonKind;
using base::JsonMember;
using domain::OrderRecord;
using domain::Violation;
using Fault = std::optional<Violation>;

constexpr std::string_view kRecordIdSchema =
    R"("minLength":1,"maxLength":128,"pattern":"^(?!\\.\\.?$)[A-Za-z0-9._:-]+$","description":"Unique for as long as the order is kept","example":"r-17")";
constexpr std::string_view kTextSchema =
    R"("maxLength":10000,"description":"Kept as it is sent","example":"abc")";
constexpr std::string_view kNumberSchema =
    R"("description":"Kept digit for digit; 1000 characters at most","example":4)";

const std::array kFields{
    Field<OrderRecord>{"record_id", JsonKind::string, false, kRecordIdSchema,
                       [](OrderRecord& record, JsonMember& member) -> Fault {
                         if (auto fault = domain::check_record_id(member.text)) return fault;
                         record.id = domain::RecordId(std::move(member.text));
                         return std::nullopt;
                       }},
    Field<OrderRecord>{"parameter_1", JsonKind::string, false, kTextSchema,
                       [](OrderRecord& record, JsonMember& member) -> Fault {
                         if (auto fault = domain::check_parameter_1(member.text)) return fault;
                         record.parameter_1 = std::move(member.text);
                         return std::nullopt;
                       }},
    Field<OrderRecord>{"parameter_2", JsonKind::number, false, kNumberSchema,
                       [](OrderRecord& record, JsonMember& member) -> Fault {
                         if (auto fault = domain::check_parameter_2(member.text)) return fault;
                         record.parameter_2 = std::move(member.text);
                         return std::nullopt;
                       }},
};

std::vector<base::FieldError> need_all(const OrderRecord&, const GivenFields& given) {
  std::vector<base::FieldError> faults;
  for (const Field<OrderRecord>& field : kFields) {
    if (given.has(field.name)) continue;
    faults.push_back({pointer_to(field.name), "required", "every order has it"});
  }
  return faults;
}

base::Result<OrderRecord> decode_order(std::string_view entry) {
  if (base::raw_json_kind(entry) == JsonKind::object) return decode(order_fields(), entry);
  if (const auto json = base::compact_json(entry); !json) return base::fail(json.error());
  return base::fail(bad_field("", "wrong_type", "an order is a JSON object"));
}

// A body that is JSON, but no list, is a field of the wrong type; one that is none has only a
// place.
base::Error fault_of_list(std::string_view body, const base::Error& error) {
  const auto json = base::compact_json(body);
  if (!json || base::raw_json_kind(*json) == JsonKind::array) return error;
  return bad_field("", "wrong_type", error.message);
}

// Adds the faults of the order at `index`; one that is no JSON has a single one.
void add_faults(std::vector<base::FieldError>& all, std::size_t index, base::Error error) {
  const std::string at = fmt::format("/{}", index);
  if (error.fields.empty()) error.fields.push_back({"", "malformed", std::move(error.message)});
  for (base::FieldError& fault : error.fields) {
    if (all.size() >= kMaxFieldErrors) return;
    fault.pointer.insert(0, at);
    all.push_back(std::move(fault));
  }
}

}  // namespace

const FieldTable<OrderRecord>& order_fields() {
  static const FieldTable<OrderRecord> table{
      "OrderRecord", kFields, need_all, R"("required":["record_id","parameter_1","parameter_2"])"};
  return table;
}

base::Result<std::vector<OrderRecord>> decode_orders(std::string_view body) {
  const auto entries = base::split_json_array(body, kMaxOrders);
  if (!entries && entries.error().code == base::ErrorCode::too_large) {
    return base::fail(bad_field("", "too_many", "1000 orders are taken at once"));
  }
  if (!entries) return base::fail(fault_of_list(body, entries.error()));
  if (entries->empty()) return base::fail(bad_field("", "empty", "send at least one order"));
  std::vector<OrderRecord> records;
  records.reserve(entries->size());
  std::vector<base::FieldError> faults;
  for (std::size_t i = 0; i < entries->size() && faults.size() < kMaxFieldErrors; ++i) {
    base::Result<OrderRecord> record = decode_order((*entries)[i]);
    if (record) {
      records.push_back(std::move(*record));
    } else {
      add_faults(faults, i, std::move(record.error()));
    }
  }
  if (faults.empty()) return records;
  return base::fail(
      base::Error{base::ErrorCode::invalid, "nothing was accepted; see errors", std::move(faults)});
}

std::string orders_schema() {
  return fmt::format(
      R"({{"type":"array","minItems":1,"maxItems":{},"items":{{"$ref":"#/components/schemas/{}"}}}})",
      kMaxOrders, order_fields().name);
}

std::string order_schema() {
  constexpr std::string_view kTime = R"({"type":"string","format":"date-time"})";
  return fmt::format(
      R"({{"type":"object","required":["record_id","parameter_1","parameter_2","status","accepted_at","expires_at"],"properties":{{)"
      R"("record_id":{{"type":"string"}},"parameter_1":{{"type":"string"}},"parameter_2":{{"type":"number"}},)"
      R"("status":{{"type":"string","enum":["pending","accepted","rejected"]}},)"
      R"("accepted_at":{0},"expires_at":{0}}}}})",
      kTime);
}

}  // namespace ordo::api
