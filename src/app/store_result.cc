#include "app/store_result.h"

#include <optional>
#include <utility>
#include <vector>

#include "app/order_results.h"
#include "base/json.h"

namespace ordo::app {
namespace {

struct Result {
  domain::OrderRecord record;
  domain::OrderStatus status = domain::OrderStatus::pending;
};

std::optional<std::string> member(const std::vector<base::JsonMember>& members,
                                  std::string_view key, base::JsonKind kind) {
  const base::JsonMember* const found = base::find_member(members, key);
  if (found == nullptr || found->kind != kind) return std::nullopt;
  return found->text;
}

std::optional<Result> parse_result(const std::string& payload) {
  using enum base::JsonKind;
  const auto members = base::parse_json_object(payload);
  if (!members) return std::nullopt;
  const auto id = member(*members, "record_id", string);
  const auto parameter_1 = member(*members, "parameter_1", string);
  const auto parameter_2 = member(*members, "parameter_2", number);
  const auto status = domain::order_status_named(member(*members, "status", string).value_or(""));
  const bool whole = id && parameter_1 && parameter_2 && status &&
                     *status != domain::OrderStatus::pending && !domain::check_record_id(*id);
  if (!whole) return std::nullopt;
  return Result{{domain::RecordId(*id), *parameter_1, *parameter_2}, *status};
}

// On its way through a state machine a number keeps what a double holds of it. The order itself has
// all of its digits, for as long as it is kept.
void as_it_was_sent(Result& result, const ports::Reads& reads, base::WallTime now) {
  const auto kept = reads.orders.find(result.record.id, now);
  if (!kept || !*kept) return;
  const domain::Order& order = **kept;
  if (order.status == result.status && order.record.parameter_1 == result.record.parameter_1) {
    result.record = order.record;
  }
}

ports::CallFault rejection(const Result& result) {
  // With all that a cause needs beside it, for it is cut where it is too long.
  constexpr std::size_t kMaxOrderBytes = ports::kMaxCallCauseBytes - 1024;
  std::string order = R"(,"order":)";
  append_order_result(order, result.record, result.status);
  if (order.size() > kMaxOrderBytes) {
    order = R"(,"order":{"record_id":)";
    base::append_json_string(order, result.record.id.value());
    order += R"(,"status":"rejected")";
  }
  order.push_back('}');
  return order_fault("OrderRejected", "the auction rejected order " + result.record.id.value(),
                     order);
}

std::string stored_answer(const ports::ObjectInfo& info) {
  std::string out = R"({"bucket":)";
  base::append_json_string(out, kOrderResultsBucket);
  out += R"(,"key":)";
  base::append_json_string(out, info.key);
  out += R"(,"etag":)";
  base::append_json_string(out, info.etag);
  out.push_back('}');
  return out;
}

ports::CallOutcome store(ports::ObjectStore& objects, const Result& result, base::WallTime now) {
  const std::string bucket(kOrderResultsBucket);
  const std::string key = result.record.id.value() + ".json";
  std::string body;
  append_order_result(body, result.record, result.status);
  body += R"(,"stored_at":)";
  const auto failed = [](const base::Error& error) {
    return std::unexpected(order_fault("ServiceUnavailable", error.message));
  };
  const auto before = objects.get(bucket, key);
  if (!before) return failed(before.error());
  if (*before && (*before)->body.starts_with(body)) return stored_answer((*before)->info);
  base::append_json_or_null(body, now);
  body.push_back('}');
  const auto put = objects.put(bucket, key, body, "application/json");
  if (!put) return failed(put.error());
  return stored_answer(*put);
}

}  // namespace

void store_result(Backend& backend, ports::ObjectStore& objects, const std::string& payload,
                  FunctionAnswer answer) {
  std::optional<Result> result = parse_result(payload);
  if (!result) {
    return answer(std::unexpected(order_fault(
        "InvalidOrder",
        R"(an order is wanted: {"record_id", "parameter_1", "parameter_2", "status"})")));
  }
  backend.for_objects().run_call([&objects, &clock = backend.clock, result = std::move(*result),
                                  answer = std::move(answer)](const ports::Reads& reads) mutable {
    const base::WallTime now = clock.wall();
    as_it_was_sent(result, reads, now);
    if (result.status == domain::OrderStatus::rejected) {
      return answer(std::unexpected(rejection(result)));
    }
    answer(store(objects, result, now));
  });
}

}  // namespace ordo::app
