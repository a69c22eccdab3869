#include "domain/order.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>
#include <utility>

namespace ordo::domain {
namespace {

std::string code_of(const std::optional<Violation>& violation) {
  return violation ? violation->code : "";
}

OrderRecord record(std::string parameter_1, std::string parameter_2) {
  return {RecordId("r"), std::move(parameter_1), std::move(parameter_2)};
}

TEST(OrderRules, ARecordIdIsAShortNameThatAPathCanHold) {
  EXPECT_EQ(code_of(check_record_id("A-z_0.9:x")), "");
  EXPECT_EQ(code_of(check_record_id(std::string(128, 'a'))), "");
  EXPECT_EQ(code_of(check_record_id(std::string(129, 'a'))), "too_long");
  EXPECT_EQ(code_of(check_record_id("")), "empty");
  EXPECT_EQ(code_of(check_record_id("a b")), "bad_characters");
  EXPECT_EQ(code_of(check_record_id("ä")), "bad_characters");
  EXPECT_EQ(code_of(check_record_id("..")), "reserved");
}

TEST(OrderRules, Parameter1IsAnyTextOfSomeLength) {
  EXPECT_EQ(code_of(check_parameter_1("")), "");
  EXPECT_EQ(code_of(check_parameter_1(" a\tb\nc ")), "");
  std::string umlauts;
  for (int i = 0; i < 10'000; ++i) umlauts += "ä";
  EXPECT_EQ(code_of(check_parameter_1(umlauts)), "");
  EXPECT_EQ(code_of(check_parameter_1(umlauts + "ä")), "too_long");
  EXPECT_EQ(code_of(check_parameter_1(std::string("a\0b", 3))), "control_character");
}

TEST(OrderRules, Parameter2IsANumberOfSomeLength) {
  EXPECT_EQ(code_of(check_parameter_2("-4.50e-3")), "");
  EXPECT_EQ(code_of(check_parameter_2("0." + std::string(998, '9'))), "");
  EXPECT_EQ(code_of(check_parameter_2("0." + std::string(999, '9'))), "too_long");
}

TEST(OrderRules, Parameter2IsANumberThatAPipelineCanHold) {
  EXPECT_EQ(code_of(check_parameter_2("-1.7e308")), "");
  EXPECT_EQ(code_of(check_parameter_2("1e-400")), "");
  EXPECT_EQ(code_of(check_parameter_2("1e400")), "out_of_range");
  EXPECT_EQ(code_of(check_parameter_2("-1e400")), "out_of_range");
  EXPECT_EQ(code_of(check_parameter_2(std::string(1000, '9'))), "out_of_range");
}

TEST(OrderValues, NumbersAreComparedByValueAndTextsByTheirBytes) {
  EXPECT_TRUE(same_values(record("a", "4"), record("a", "4.0")));
  EXPECT_FALSE(same_values(record("a", "4"), record("a ", "4")));
  EXPECT_FALSE(same_values(record("a", "4"), record("a", "5")));
}

TEST(OrderValues, OneNumberHasManySpellings) {
  for (const char* spelling : {"4", "4.0", "4.000", "0.4e1", "40e-1", "4E0", "4e+0", "0.04e2"}) {
    EXPECT_TRUE(same_number("4", spelling)) << spelling;
  }
  for (const char* zero : {"0", "-0", "0.0", "0e9", "-0.000e-7"}) {
    EXPECT_TRUE(same_number("0", zero)) << zero;
  }
  for (const char* other : {"-4", "40", "0.4", "4.0000000000000000000001", "4e1", "0"}) {
    EXPECT_FALSE(same_number("4", other)) << other;
  }
  EXPECT_FALSE(same_number("9007199254740993", "9007199254740992")) << "no double tells them apart";
  EXPECT_TRUE(same_number("1e2000000000", "10e1999999999"));
  EXPECT_FALSE(same_number("1e2000000000", "1e2000000001"));
}

RC_GTEST_PROP(OrderValues, MovingThePointAndTheExponentTogetherKeepsTheNumber, ()) {
  const auto whole = *rc::gen::inRange(-1'000'000, 1'000'000);
  const auto places = *rc::gen::inRange(0, 30);
  const auto exponent = *rc::gen::inRange(-50, 50);
  const std::string shifted = fmt::format(
      "{}{}e{}", whole, std::string(static_cast<std::size_t>(places), '0'), exponent - places);
  RC_ASSERT(same_number(fmt::format("{}e{}", whole, exponent), shifted));
  RC_ASSERT(same_number(fmt::format("{}e{}", whole + 1, exponent), shifted) == false);
}

TEST(Order, ItsStatusHasANameBothWays) {
  for (const auto status : {OrderStatus::pending, OrderStatus::accepted, OrderStatus::rejected}) {
    EXPECT_EQ(order_status_named(name_of(status)), status);
  }
  EXPECT_EQ(order_status_named("Pending"), std::nullopt);
}

TEST(Order, ExpiresExactlyAtItsTime) {
  Order order;
  order.expires_at = base::WallTime::from_ms(1000);
  EXPECT_FALSE(is_expired(order, base::WallTime::from_ms(999)));
  EXPECT_TRUE(is_expired(order, base::WallTime::from_ms(1000)));
}

TEST(Order, IsShownAsItWasSent) {
  Order order;
  order.record = {RecordId("r-1"), "a\"b", "4.50"};
  order.status = OrderStatus::rejected;
  order.accepted_at = base::WallTime::from_ms(0);
  order.expires_at = base::WallTime::from_ms(86'400'000);
  std::string out;
  append_order(out, order);
  EXPECT_EQ(out,
            R"({"record_id":"r-1","parameter_1":"a\"b","parameter_2":4.50,"status":"rejected",)"
            R"("accepted_at":"1970-01-01T00:00:00.000Z","expires_at":"1970-01-02T00:00:00.000Z"})");
}

}  // namespace
}  // namespace ordo::domain
