#include "api/api.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <string>
#include <vector>

#include "base/limits.h"
#include "support/answers.h"
#include "support/api_harness.h"

namespace ordo::api {
namespace {

using testing::ApiHarness;
using testing::errors_in;
using testing::json_of;

// "status code" of a problem.
std::string problem_in(const net::Response& response) {
  EXPECT_EQ(response.headers.get("Content-Type"), "application/problem+json");
  const std::string type(json_of(response).at("type").as_string());
  return std::to_string(response.status) + " " + type.substr(type.rfind(':') + 1);
}

TEST(Api, EveryAnswerCarriesItsIdAndIsNotKept) {
  ApiHarness api;
  for (const char* path : {"/tasks", "/nowhere", "/livez", "/tasks/%zz"}) {
    const net::Response response = api.get(path);
    EXPECT_EQ(response.headers.get("X-Request-Id").size(), 36U) << path;
    EXPECT_EQ(response.headers.get("Cache-Control"), "no-store") << path;
    EXPECT_EQ(response.headers.get("X-Content-Type-Options"), "nosniff") << path;
  }
}

TEST(Api, ASaneRequestIdIsEchoedAndAnotherReplaced) {
  ApiHarness api;
  const auto echoed = [&](const std::string& id) {
    net::Request request = ApiHarness::request("GET", "/livez");
    request.headers.add("X-Request-Id", id);
    return std::string(api.ask(std::move(request)).headers.get("X-Request-Id")) == id;
  };
  EXPECT_TRUE(echoed("req-1.a:b_c"));
  EXPECT_TRUE(echoed(std::string(128, 'a')));
  for (const std::string& id : {std::string(129, 'a'), std::string("a b"), std::string("a\"b"),
                                std::string("ä"), std::string("a\r\nb")}) {
    EXPECT_FALSE(echoed(id)) << id;
  }
}

TEST(Api, WhatIsNotThereIsNotFound) {
  ApiHarness api;
  EXPECT_EQ(problem_in(api.get("/nowhere")), "404 not_found");
  EXPECT_EQ(problem_in(api.ask("OPTIONS", "/nowhere")), "404 not_found");
  EXPECT_EQ(problem_in(api.get("/tasks/%ff")), "400 invalid");
}

TEST(Api, AnotherMethodIsToldWhichThereAre) {
  ApiHarness api;
  const net::Response response = api.ask("PUT", "/tasks");
  EXPECT_EQ(problem_in(response), "405 method_not_allowed");
  EXPECT_EQ(response.headers.get("Allow"), "POST, GET, HEAD, OPTIONS");
  EXPECT_EQ(api.ask("OPTIONS", "/tasks").headers.get("Allow"), "POST, GET, HEAD, OPTIONS");
  EXPECT_EQ(api.ask("OPTIONS", "*").status, 204);
}

TEST(Api, AcceptMayExcludeTheAnswer) {
  ApiHarness api;
  net::Request request = ApiHarness::request("GET", "/tasks");
  request.headers.add("Accept", "text/html");
  EXPECT_EQ(problem_in(api.ask(request)), "406 not_acceptable");
  request.headers.add("accept", "application/json");
  EXPECT_EQ(api.ask(std::move(request)).status, 200) << "two lines are one list";
}

TEST(Api, AcceptCannotExcludeAnAnswerWithoutABody) {
  ApiHarness api;
  (void)api.post(R"({"title":"x","task_id":"a"})");
  net::Request request = ApiHarness::request("DELETE", "/tasks/a");
  request.headers.add("Accept", "text/plain");
  EXPECT_EQ(api.ask(std::move(request)).status, 204);
}

TEST(Api, ABodySaysOnceThatItIsPlainJson) {
  ApiHarness api;
  const auto with = [&](const char* method, std::vector<std::pair<const char*, const char*>> add) {
    net::Request request = ApiHarness::request(method, "/tasks/x");
    if (std::string_view(method) == "POST") request.path = "/tasks";
    request.body = R"({"title":"x"})";
    for (const auto& [name, value] : add) request.headers.add(name, value);
    return api.ask(std::move(request)).status;
  };
  EXPECT_EQ(with("POST", {}), 415);
  EXPECT_EQ(with("POST", {{"Content-Type", "text/plain"}}), 415);
  EXPECT_EQ(with("POST", {{"Content-Type", "application/merge-patch+json"}}), 415);
  EXPECT_EQ(
      with("POST", {{"Content-Type", "application/json"}, {"Content-Type", "application/json"}}),
      415);
  EXPECT_EQ(with("POST", {{"Content-Type", "application/json"}, {"Content-Encoding", "gzip"}}),
            415);
  EXPECT_EQ(with("POST", {{"Content-Type", "application/json"}}), 201);
  EXPECT_EQ(with("PATCH", {{"Content-Type", "application/merge-patch+json"}}), 404);
}

TEST(Api, ABodyThatIsWantedMustBeThere) {
  ApiHarness api;
  const net::Response response = api.ask("POST", "/tasks");
  EXPECT_EQ(problem_in(response), "400 invalid");
  EXPECT_EQ(json_of(response).at("errors").at(0).at("code"), "required");
}

TEST(Api, ABodyThatIsWantedSaysItsLength) {
  ApiHarness api;
  net::Request request;
  request.method = "POST";
  request.path = "/tasks";
  EXPECT_EQ(problem_in(api.ask(request)), "411 length_required");
  request.headers.add("Transfer-Encoding", "chunked");
  EXPECT_EQ(problem_in(api.ask(request)), "400 invalid");
}

TEST(Api, WhatBrokeIsReportedToTheLogOnly) {
  std::string fault = "none";
  ApiOptions options = ApiHarness::plain_options();
  options.on_answered = [&](const Answered& answered) { fault = answered.fault; };
  ApiHarness api(options);
  (void)api.get("/livez");
  EXPECT_EQ(fault, "");
  api.store().fail_next({base::ErrorCode::internal, "/secret/path is broken", {}});
  const net::Response response = api.post(R"({"title":"x"})");
  EXPECT_EQ(fault, "/secret/path is broken");
  EXPECT_EQ(response.body.find("secret"), std::string::npos);
}

TEST(Api, ARouteWithoutParametersNamesThoseThatItIsGiven) {
  ApiHarness api;
  EXPECT_EQ(problem_in(api.get("/livez?a=1")), "400 invalid");
  EXPECT_EQ(errors_in(api.get("/livez?a=1&b")), "?a unknown_parameter, ?b unknown_parameter");
  EXPECT_EQ(errors_in(api.ask("POST", "/tasks?a=1", R"({"title":"x"})")), "?a unknown_parameter");
  EXPECT_EQ(errors_in(api.get("/livez?a=%zz&b=1&b=2")), "?a bad_encoding, ?b duplicate");
  EXPECT_EQ(api.get("/livez?&").status, 200) << "an empty query";
  EXPECT_EQ(api.get("/tasks?limit=1").status, 200);
}

TEST(Api, ABatchMayBeLarger) {
  ApiHarness api;
  EXPECT_EQ(api.api().body_limit(ApiHarness::request("POST", "/tasks")), base::kMaxBodyBytes);
  EXPECT_EQ(api.api().body_limit(ApiHarness::request("POST", "/tasks/batch")),
            base::kMaxBatchBodyBytes);
}

TEST(Api, AFaultOfTheWireIsAProblemLikeAnyOtherAndEndsTheConnection) {
  ApiHarness api;
  net::Request partial;
  partial.headers.add("X-Request-Id", "r-1");
  const net::Response response = api.api().refuse({431, "header_too_large", "too much"}, partial);
  EXPECT_EQ(problem_in(response), "431 header_too_large");
  EXPECT_EQ(response.headers.get("X-Request-Id"), "r-1");
  EXPECT_TRUE(response.close);
}

TEST(Api, CorsIsForTheOriginsOfTheList) {
  ApiOptions options = ApiHarness::plain_options();
  options.cors_origins = {"https://a.example"};
  ApiHarness api(options);
  net::Request request = ApiHarness::request("OPTIONS", "/tasks");
  request.headers.add("Origin", "https://a.example");
  request.headers.add("Access-Control-Request-Method", "POST");
  const net::Response granted = api.ask(request);
  EXPECT_EQ(granted.status, 204);
  EXPECT_EQ(granted.headers.get("Access-Control-Allow-Origin"), "https://a.example");
  EXPECT_EQ(granted.headers.get("Access-Control-Allow-Methods"), granted.headers.get("Allow"));
  net::Request plain = ApiHarness::request("OPTIONS", "/tasks");
  plain.headers.add("Origin", "https://a.example");
  EXPECT_FALSE(api.ask(plain).headers.has("Access-Control-Allow-Methods")) << "no preflight";
  EXPECT_EQ(api.get("/livez").headers.get("Vary"), "Origin");
}

TEST(Api, APageOfAnotherSiteChangesNothingUnlessItIsListed) {
  ApiOptions options = ApiHarness::plain_options();
  options.cors_origins = {"https://a.example"};
  ApiHarness api(options);
  (void)api.post(R"({"title":"x","task_id":"a"})");
  const auto ask = [&](const char* method, const char* path, const char* site, const char* origin) {
    net::Request request = ApiHarness::request(method, path);
    request.headers.add("Sec-Fetch-Site", site);
    if (origin != nullptr) request.headers.add("Origin", origin);
    return api.ask(std::move(request));
  };
  for (const char* origin : {static_cast<const char*>(nullptr), "null", "https://b.example"}) {
    EXPECT_EQ(problem_in(ask("POST", "/tasks/a/cancel", "cross-site", origin)), "403 cross_site");
    EXPECT_EQ(problem_in(ask("DELETE", "/tasks/a", "cross-site", origin)), "403 cross_site");
    EXPECT_EQ(problem_in(ask("PATCH", "/tasks/a", "cross-site", origin)), "403 cross_site");
    EXPECT_EQ(ask("GET", "/tasks/a", "cross-site", origin).status, 200) << "CORS hides it";
  }
  EXPECT_EQ(ask("POST", "/tasks/a/cancel", "same-origin", nullptr).status, 200);
  EXPECT_EQ(ask("POST", "/tasks/a/cancel", "cross-site", "https://a.example").status, 200);
}

TEST(Api, WithoutAWordOfTheSiteItsOriginDecides) {
  ApiOptions options = ApiHarness::plain_options();
  options.cors_origins = {"https://a.example"};
  ApiHarness api(options);
  (void)api.post(R"({"title":"x","task_id":"a"})");
  const auto status = [&](const char* method, std::vector<std::string> origins,
                          const char* host = "localhost:8080") {
    net::Request request = ApiHarness::request(method, "/tasks/a");
    if (std::string_view(method) == "POST") request.path = "/tasks/a/cancel";
    if (host != nullptr) request.headers.add("Host", host);
    for (std::string& origin : origins) request.headers.add("Origin", std::move(origin));
    return api.ask(std::move(request)).status;
  };
  for (const char* origin :
       {"https://b.example", "null", "", "http://localhost", "http://localhost:8081",
        "http://localhost:8080/", "ftp://localhost:8080", "localhost:8080", "http://"}) {
    for (const char* method : {"POST", "PATCH", "DELETE"}) {
      EXPECT_EQ(status(method, {origin}), 403) << method << ' ' << origin;
    }
    EXPECT_EQ(status("GET", {origin}), 200) << origin;
    EXPECT_EQ(status("HEAD", {origin}), 200) << origin;
    EXPECT_EQ(status("OPTIONS", {origin}), 204) << origin;
  }
  for (const char* origin :
       {"https://a.example", "http://localhost:8080", "https://localhost:8080"}) {
    EXPECT_EQ(status("POST", {origin}), 200) << origin;
  }
  EXPECT_EQ(status("POST", {}), 200) << "no page asks";
  EXPECT_EQ(status("POST", {"http://a"}, "A"), 200);
  EXPECT_EQ(status("POST", {"http://"}, ""), 403);
  EXPECT_EQ(status("POST", {"http://localhost:8080"}, nullptr), 403);
  EXPECT_EQ(status("POST", {"https://a.example", "https://b.example"}), 403);
}

TEST(Api, AnyOriginThatIsAllowedIsEveryOne) {
  ApiOptions options = ApiHarness::plain_options();
  options.cors_origins = {"*"};
  ApiHarness api(options);
  (void)api.post(R"({"title":"x","task_id":"a"})");
  for (const char* origin : {"https://b.example", "null"}) {
    net::Request request = ApiHarness::request("POST", "/tasks/a/cancel");
    request.headers.add("Origin", origin);
    EXPECT_EQ(api.ask(std::move(request)).status, 200) << origin;
  }
}

TEST(Api, EveryAnswerIsReportedToTheLogOnce) {
  std::vector<std::string> seen;
  ApiOptions options = ApiHarness::plain_options();
  options.on_answered = [&](const Answered& answered) {
    seen.push_back(std::string(answered.method) + " " + std::string(answered.route) + " " +
                   std::to_string(answered.status) + " " + std::string(answered.traceparent) + " " +
                   std::to_string(answered.bytes_in));
    EXPECT_GT(answered.bytes_out, 0U);
    EXPECT_EQ(answered.peer, "127.0.0.1");
  };
  ApiHarness api(options);
  constexpr const char* kTrace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  net::Request request = ApiHarness::request("POST", "/tasks", R"({"title":"x"})");
  request.headers.add("traceparent", kTrace);
  (void)api.ask(std::move(request));
  net::Request bad = ApiHarness::request("GET", "/tasks/nope");
  bad.headers.add("traceparent", "garbage");
  (void)api.ask(std::move(bad));
  (void)api.get("/nowhere");
  EXPECT_EQ(seen, (std::vector<std::string>{std::string("POST /tasks 201 ") + kTrace + " 13",
                                            "GET /tasks/{id} 404  0", "GET other 404  0"}));
}

TEST(Api, ATraceparentIsStoredWithItsTask) {
  ApiHarness api;
  constexpr const char* kTrace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  const auto stored = [&](const char* trace, const char* id, const char* path) {
    const std::string task = std::string(R"({"title":"x","task_id":")") + id + "\"}";
    const bool batch = std::string_view(path) == "/tasks/batch";
    net::Request request =
        ApiHarness::request("POST", path, batch ? R"({"tasks":[)" + task + "]}" : task);
    request.headers.add("traceparent", trace);
    EXPECT_EQ(api.ask(std::move(request)).status / 100, 2);
    return (*api.store().find(domain::TaskId(id)))->traceparent;
  };
  EXPECT_EQ(stored(kTrace, "a", "/tasks"), kTrace);
  EXPECT_EQ(stored(kTrace, "b", "/tasks/batch"), kTrace);
  EXPECT_EQ(stored("00-zz-01", "c", "/tasks"), "");
}

}  // namespace
}  // namespace ordo::api
