#include "api/problem.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <string>

namespace ordo::api {
namespace {

using base::ErrorCode;

struct Told {
  ErrorCode code;
  int status;
  const char* name;
};

class EveryError : public ::testing::TestWithParam<Told> {};

TEST_P(EveryError, HasItsStatusAndItsName) {
  const Problem problem = problem_of({GetParam().code, "why", {}});
  EXPECT_EQ(problem.status, GetParam().status);
  EXPECT_EQ(problem.code, GetParam().name);
  const net::Response response = respond_problem(problem);
  EXPECT_EQ(response.status, GetParam().status);
  EXPECT_EQ(response.headers.get("Content-Type"), "application/problem+json");
  const bool again = response.status == 429 || response.status == 503;
  EXPECT_EQ(response.headers.get("Retry-After"), again ? "1" : "");
}

INSTANTIATE_TEST_SUITE_P(Problem, EveryError,
                         ::testing::Values(Told{ErrorCode::invalid, 400, "invalid"},
                                           Told{ErrorCode::not_found, 404, "not_found"},
                                           Told{ErrorCode::conflict, 409, "conflict"},
                                           Told{ErrorCode::precondition_failed, 412,
                                                "precondition_failed"},
                                           Told{ErrorCode::too_large, 413, "too_large"},
                                           Told{ErrorCode::busy, 429, "busy"},
                                           Told{ErrorCode::unavailable, 503, "unavailable"},
                                           Told{ErrorCode::fatal, 500, "internal"},
                                           Told{ErrorCode::internal, 500, "internal"}),
                         [](const auto& of) { return "Code" + std::to_string(of.index); });

TEST(Problem, WhatBrokeOnOurSideStaysInTheLog) {
  const Problem problem = problem_of({ErrorCode::internal, "/secret/path is gone", {}});
  EXPECT_EQ(problem.detail.find("secret"), std::string::npos);
}

TEST(Problem, IsJsonWithAllItsErrorsInOrder) {
  std::string body;
  append_problem(body, {400, "invalid", "say \"it\"\n", {{"/a~1b", "x", "\t"}, {"?q", "y", "z"}}});
  EXPECT_EQ(boost::json::parse(body), boost::json::parse(R"({"type":"urn:ordo:problem:invalid",
              "title":"The request is not valid","status":400,"detail":"say \"it\"\n",
              "errors":[{"pointer":"/a~1b","code":"x","message":"\t"},
                        {"pointer":"?q","code":"y","message":"z"}]})"));
}

TEST(Problem, WithoutErrorsThereIsNoEmptyList) {
  std::string body;
  append_problem(body, {404, "not_found", "no", {}});
  EXPECT_FALSE(boost::json::parse(body).as_object().contains("errors"));
}

TEST(Problem, EveryStatusHasATitleOfItsOwn) {
  for (const int status :
       {400, 404, 405, 406, 408, 409, 411, 412, 413, 415, 417, 429, 431, 501, 503, 505}) {
    std::string body;
    append_problem(body, {status, "x", "y", {}});
    const boost::json::value title = boost::json::parse(body).at("title");
    EXPECT_NE(title, "Something went wrong on our side") << status;
  }
}

TEST(Problem, ABadFieldIsOneInvalidError) {
  const base::Error error = bad_field("/x", "code", "message");
  EXPECT_EQ(error.code, ErrorCode::invalid);
  ASSERT_EQ(error.fields.size(), 1U);
  EXPECT_EQ(error.fields[0].pointer, "/x");
}

}  // namespace
}  // namespace ordo::api
