#include "api/query.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>

#include "base/percent.h"
#include "support/json_generators.h"

namespace ordo::api {
namespace {

// The one complaint about a query string.
base::FieldError complaint_of(std::string_view query) {
  const auto parameters = parse_query(query);
  if (parameters || parameters.error().fields.size() != 1) return {};
  return parameters.error().fields.front();
}

TEST(Query, AParameterIsDecodedAndAPlusIsASpace) {
  const auto parameters = parse_query("q=a+b%20c%2B&la%6Ee=m%C3%BCll");
  ASSERT_TRUE(parameters.has_value());
  EXPECT_EQ(*parameters, (QueryParameters{{"q", "a b c+"}, {"lane", "müll"}}));
}

TEST(Query, EmptyItemsAreNothingAndAMissingValueIsEmpty) {
  const auto parameters = parse_query("&a&&b=&c==x&");
  ASSERT_TRUE(parameters.has_value());
  EXPECT_EQ(*parameters, (QueryParameters{{"a", ""}, {"b", ""}, {"c", "=x"}}));
}

TEST(Query, TheSameParameterTwiceIsRefusedHoweverItIsWritten) {
  EXPECT_EQ(complaint_of("a=1&a=1").code, "duplicate");
  EXPECT_EQ(complaint_of("a=1&%61=2").pointer, "?a");
}

TEST(Query, ABadEscapeIsRefusedByName) {
  for (const char* query : {"q=%", "q=%4", "q=%zz", "q=%4z", "q=%ff", "q=%ED%A0%80"}) {
    const base::FieldError complaint = complaint_of(query);
    EXPECT_EQ(complaint.code, "bad_encoding") << query;
    EXPECT_EQ(complaint.pointer, "?q") << query;
  }
  EXPECT_EQ(complaint_of("%ff=1").pointer, "?");
}

TEST(Query, AllFaultsAreToldTogether) {
  const auto parameters = parse_query("a=1&a=2&b=%zz&c=3&a=3");
  ASSERT_FALSE(parameters.has_value());
  std::string faults;
  for (const base::FieldError& error : parameters.error().fields) {
    faults += error.pointer + " " + error.code + ", ";
  }
  EXPECT_EQ(faults, "?a duplicate, ?b bad_encoding, ?a duplicate, ");
}

TEST(Query, ThirtyTwoParametersAreTheMost) {
  std::string query;
  for (int i = 0; i < 32; ++i) query += "&p" + std::to_string(i) + "=1";
  EXPECT_TRUE(parse_query(query).has_value());
  EXPECT_EQ(complaint_of(query + "&one=more").code, "too_many");
}

RC_GTEST_PROP(QueryProperty, WhatIsEncodedIsDecodedAgain, ()) {
  const std::string text = testing::any_characters(20);
  const std::string encoded = base::percent_encode(text);
  const auto parameters = parse_query("k=" + encoded);
  RC_ASSERT(parameters.has_value());
  RC_ASSERT(*parameters == (QueryParameters{{"k", text}}));
}

RC_GTEST_PROP(QueryProperty, AnyBytesAreTakenOrRefusedWithFewComplaints, (const std::string& any)) {
  const auto parameters = parse_query(any);
  if (parameters) return;
  const std::size_t complaints = parameters.error().fields.size();
  RC_ASSERT(complaints >= 1U);
  RC_ASSERT(complaints <= 33U);
}

}  // namespace
}  // namespace ordo::api
