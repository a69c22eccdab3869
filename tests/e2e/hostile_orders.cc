// Harm to orders. Nothing of a list that is refused may be accepted.
#include "hostile.h"

namespace ordo::e2e {
namespace {

constexpr std::string_view kOne = R"({"record_id":"a","parameter_1":"x","parameter_2":1})";

std::string post(std::string_view body) {
  return testing::request_text("POST", "/orders", kAsJson, body);
}
std::string get(std::string_view target) {
  return testing::request_text("GET", target, {});
}
std::string with(std::string_view members) {
  return "[" + std::string(kOne) + R"(,{"record_id":"b",)" + std::string(members) + "}]";
}

}  // namespace

std::vector<Hostile> hostile_orders() {
  const std::string one(kOne);
  return {
      {"an object for orders", post(one), 400, "invalid", ":wrong_type"},
      {"no orders", post("[]"), 400, "invalid", ":empty"},
      {"1 001 orders", post("[" + times(1000, one + ",") + one + "]"), 400, "invalid", ":too_many"},
      {"an order that is a list", post("[" + one + ",[]]"), 400, "invalid", "/1:wrong_type"},
      {"an order without a number", post(with(R"("parameter_1":"x")")), 400, "invalid",
       "/1/parameter_2:required"},
      {"a number in quotes", post(with(R"("parameter_1":"x","parameter_2":"1")")), 400, "invalid",
       "/1/parameter_2:wrong_type"},
      {"a number of 1 001 digits",
       post(with(R"("parameter_1":"x","parameter_2":)" + times(1001, "9"))), 400, "invalid",
       "/1/parameter_2:too_long"},
      {"a number with a leading zero", post(with(R"("parameter_1":"x","parameter_2":01)")), 400,
       "invalid", "/1:malformed"},
      {"not a number", post(with(R"("parameter_1":"x","parameter_2":NaN)")), 400, "invalid",
       "/1:malformed"},
      {"a text of 10 001 characters",
       post(with(R"("parameter_2":1,"parameter_1":")" + times(10'001, "x") + "\"")), 400, "invalid",
       "/1/parameter_1:too_long"},
      {"a zero byte in an order", post(with(R"("parameter_2":1,"parameter_1":"\u0000")")), 400,
       "invalid", "/1/parameter_1:control_character"},
      {"an order that says its status",
       post(with(R"("parameter_2":1,"parameter_1":"","status":"accepted")")), 400, "invalid",
       "/1/status:unknown_field"},
      {"a field twice in an order",
       post(with(R"("parameter_2":1,"parameter_2":1,"parameter_1":"")")), 400, "invalid",
       "/1:malformed"},
      {"a record twice with other values",
       post("[" + one + R"(,{"record_id":"a","parameter_1":"x","parameter_2":2}])"), 409,
       "conflict", "/1/record_id:taken"},
      {"orders that break off", post("[" + one + ","), 400, "invalid", ""},
      {"an unknown status of orders", get("/orders?status=dead"), 400, "invalid",
       "?status:unknown_value"},
      {"a cursor of another list", get("/orders?cursor=c1-1-0011223344556677"), 400, "invalid",
       "?cursor:wrong_cursor"},
      {"an order that nobody sent", get("/orders/a"), 404, "not_found", ""},
  };
}

}  // namespace ordo::e2e
