#include "postgres/address.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace ordo::postgres {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(Address, IsShownWithoutItsSecrets) {
  EXPECT_EQ(printable("postgres://ordo:secret@db.example:5433/tasks?sslmode=verify-full"),
            "postgres://db.example:5433/tasks");
  EXPECT_EQ(printable("postgres://ordo@a,b/tasks"), "postgres://a,b/tasks");
  EXPECT_EQ(printable("postgres://ordo@[::1]:1,[::2]:2/tasks"), "postgres://::1,::2:1,2/tasks");
  EXPECT_EQ(printable("postgres:///?host=%2Frun%2Fpostgresql&user=ordo&password=secret"),
            "postgres:///run/postgresql/ordo");
}

TEST(Address, APasswordIsReadAsItWasEncoded) {
  const auto parts = read_address("postgres://ordo:a%2Fb%40c%25@db/tasks");
  ASSERT_TRUE(parts.has_value());
  EXPECT_EQ(parts->at("password"), "a/b@c%");
  EXPECT_EQ(parts->at("host"), "db");
}

TEST(Address, WhatIsEncodedMayBeAnything) {
  EXPECT_EQ(printable("postgres://o@db/my%40db%20%3D"), "postgres://db/my@db =");
  EXPECT_EQ(printable("postgres://o:a?b@db/tasks"), "postgres://db/tasks");
  EXPECT_EQ(printable("postgres:///tasks?host=@abstract&user=o@x"), "postgres://@abstract/tasks");
}

TEST(Address, TwoNotationsAtOnceAreNone) {
  for (const char* url : {"postgres://host=db password=cret dbname=y",
                          "postgres://ordo:pw@db/tasks password=cret", "postgres://host=db"}) {
    EXPECT_FALSE(read_address(url).has_value()) << url;
    EXPECT_EQ(printable(url), "postgres");
  }
}

// Each is what somebody writes whose password is not encoded; what it is read as is elsewhere.
class UnencodedPassword : public ::testing::TestWithParam<std::string> {};

TEST_P(UnencodedPassword, IsToldOfAndNotTold) {
  const std::string url = "postgres://ordo:" + GetParam() + "@db.example/tasks";
  const auto parts = read_address(url);
  ASSERT_FALSE(parts.has_value()) << parts->at("host");
  EXPECT_EQ(parts.error().code, base::ErrorCode::invalid);
  EXPECT_THAT(parts.error().message, AllOf(HasSubstr("/ as %2F"), Not(HasSubstr("cr"))));
  EXPECT_EQ(printable(url), "postgres");
}

INSTANTIATE_TEST_SUITE_P(Passwords, UnencodedPassword,
                         ::testing::Values("se/cret", "12/cret", "/cret", "cret@1", "c%cret",
                                           "cret%", "a/b@cret", "a?b@cret", "12/cr?et"));

TEST(Address, WhatIsWrongIsToldWhereNothingIsSecret) {
  EXPECT_THAT(read_address("postgres://db/tasks?sslmod=require").error().message,
              HasSubstr("\"sslmod\""));
  EXPECT_THAT(read_address("host=db password=cret et").error().message, Not(HasSubstr("et\"")));
}

}  // namespace
}  // namespace ordo::postgres
