#include "api/router.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace ordo::api {
namespace {

std::string operation_at(std::string_view method, std::string_view path) {
  const Match match = find_route(method, path);
  return match.route == nullptr ? "" : std::string(match.route->operation);
}

TEST(Router, EveryRouteIsFoundByItsMethodAndPath) {
  for (const Route& route : routes()) {
    std::string path(route.path);
    const std::string_view variable = variable_of(route.path);
    const bool fixed = variable.empty();
    if (!fixed) path.replace(path.find(variable), variable.size(), "x-1");
    const std::string_view second = second_variable_of(route.path);
    if (!second.empty()) path.replace(path.find(second), second.size(), "a/b");
    const Match match = find_route(route.method, path);
    ASSERT_EQ(match.route, &route) << route.method << ' ' << path;
    EXPECT_EQ(match.id, fixed ? "" : "x-1");
    EXPECT_EQ(match.rest, second.empty() ? "" : "a/b");
    EXPECT_NE(match.allow.find(route.method), std::string::npos);
  }
}

TEST(Router, TheLastOfTwoVariablesTakesTheRestOfThePath) {
  const Match match = find_route("GET", "/objects/b/a//b%2Fc/%2E%2E/");
  EXPECT_EQ(operation_at("GET", "/objects/b/k"), "getObject");
  EXPECT_EQ(match.id, "b");
  EXPECT_EQ(match.rest, "a//b/c/../");
  EXPECT_EQ(find_route("GET", "/objects/b//").rest, "/");
  EXPECT_EQ(operation_at("GET", "/objects/b"), "listObjects");
  EXPECT_EQ(operation_at("GET", "/objects/b/"), "");
  EXPECT_EQ(operation_at("GET", "/objects//k"), "");
  EXPECT_TRUE(find_route("GET", "/objects/b/%zz").bad_encoding);
  EXPECT_TRUE(find_route("GET", "/objects/%zz/k").bad_encoding);
}

TEST(Router, OperationsAreNamedOnce) {
  std::set<std::string_view> names;
  for (const Route& route : routes()) EXPECT_TRUE(names.insert(route.operation).second);
}

TEST(Router, HeadFindsWhatGetFinds) {
  EXPECT_EQ(operation_at("HEAD", "/tasks"), "listTasks");
  EXPECT_EQ(operation_at("HEAD", "/tasks/x/cancel"), "");
}

TEST(Router, AnUnknownMethodLearnsTheOthers) {
  const Match match = find_route("PUT", "/tasks/7");
  EXPECT_EQ(match.route, nullptr);
  EXPECT_EQ(match.allow, "GET, HEAD, PATCH, DELETE, OPTIONS");
  EXPECT_EQ(find_route("get", "/tasks").route, nullptr) << "methods have a case";
}

TEST(Router, AFixedPathHidesOnlyTheMethodsThatItHas) {
  EXPECT_EQ(operation_at("POST", "/tasks/batch"), "createTasks");
  for (const char* method : {"GET", "HEAD", "PATCH", "DELETE"}) {
    const Match match = find_route(method, "/tasks/batch");
    ASSERT_NE(match.route, nullptr) << method;
    EXPECT_EQ(match.route->path, "/tasks/{id}") << method;
    EXPECT_EQ(match.id, "batch") << method;
  }
  const Match match = find_route("PUT", "/tasks/batch");
  EXPECT_EQ(match.route, nullptr);
  EXPECT_EQ(match.allow, "POST, GET, HEAD, PATCH, DELETE, OPTIONS");
}

TEST(Router, WhatIsNotThereAllowsNothing) {
  for (const char* path : {"", "*", "/task", "/tasks/", "/tasks/a/b", "/tasks//cancel", "//",
                           "/tasks/7/cancel/", "/Tasks", "/docs/"}) {
    const Match match = find_route("GET", path);
    EXPECT_EQ(match.route, nullptr) << path;
    EXPECT_EQ(match.allow, "") << path;
  }
}

TEST(Router, TheVariableIsDecodedOnce) {
  EXPECT_EQ(find_route("GET", "/tasks/a%2Fb").id, "a/b");
  EXPECT_EQ(find_route("GET", "/tasks/a%252Fb").id, "a%2Fb");
  EXPECT_EQ(find_route("GET", "/tasks/a+b").id, "a+b");
  EXPECT_EQ(find_route("POST", "/tasks/x%2D1/cancel").id, "x-1");
}

TEST(Router, ABadEscapeIsToldApartFromAnUnknownPath) {
  for (const char* path : {"/tasks/%", "/tasks/%zz", "/tasks/%ff"}) {
    const Match match = find_route("GET", path);
    EXPECT_TRUE(match.bad_encoding) << path;
    EXPECT_NE(match.route, nullptr) << path;
  }
}

}  // namespace
}  // namespace ordo::api
