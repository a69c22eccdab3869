#include <fmt/format.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "base/digest.h"
#include "support/api_harness.h"

namespace ordo::api {
namespace {

using testing::ApiHarness;

class ObjectEndpoints : public ::testing::Test {
 protected:
  void put(const std::string& key, const std::string& body,
           const std::string& type = "application/json") {
    ASSERT_TRUE(api_.objects().put("order-results", key, body, type).has_value());
  }
  net::Response get(const std::string& target) { return api_.ask("GET", "/objects/" + target); }
  std::vector<std::string> keys(const net::Response& response) {
    std::vector<std::string> keys;
    const boost::json::value page = boost::json::parse(response.body);
    for (const auto& item : page.at("items").as_array()) {
      keys.emplace_back(item.at("key").as_string());
    }
    return keys;
  }
  ApiHarness api_;
};

TEST_F(ObjectEndpoints, AnObjectIsAnsweredAsItIs) {
  put("a/b 1.json", R"({"x":1})");
  for (const char* const path : {"order-results/a/b%201.json", "order-results/a%2Fb%201.json"}) {
    const net::Response response = get(path);
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.body, R"({"x":1})");
    EXPECT_EQ(response.headers.get("Content-Type"), "application/json");
    EXPECT_EQ(response.headers.get("ETag"), "\"" + base::md5_hex(R"({"x":1})") + "\"");
    EXPECT_EQ(response.headers.get("Last-Modified"), "Fri, 02 Jan 2026 03:04:05 GMT");
    EXPECT_FALSE(response.headers.has("Content-Disposition"));
  }
  EXPECT_EQ(api_.ask("HEAD", "/objects/order-results/a/b%201.json").status, 200);
}

TEST_F(ObjectEndpoints, WhoHasItAlreadyIsToldSo) {
  put("k", "body");
  net::Request request = ApiHarness::request("GET", "/objects/order-results/k");
  request.headers.add("If-None-Match", "\"other\", W/\"" + base::md5_hex("body") + "\"");
  const net::Response response = api_.ask(std::move(request));
  EXPECT_EQ(response.status, 304);
  EXPECT_EQ(response.body, "");
  EXPECT_TRUE(response.headers.has("ETag"));
}

TEST_F(ObjectEndpoints, NothingRunsInABrowser) {
  for (const char* const type : {"text/html", "image/svg+xml", "application/xhtml+xml", "text/xml",
                                 "text/javascript", "application/pdf", "nonsense"}) {
    put("a/b\"ä.x", "<script>", type);
    const net::Response response = get("order-results/a/b%22%C3%A4.x");
    EXPECT_EQ(response.headers.get("Content-Type"), type);
    EXPECT_EQ(response.headers.get("Content-Disposition"),
              "attachment; filename*=UTF-8''b%22%C3%A4.x")
        << type;
    EXPECT_EQ(response.headers.get("X-Content-Type-Options"), "nosniff");
    EXPECT_EQ(response.headers.count("X-Content-Type-Options"), 1U);
    EXPECT_EQ(response.headers.get("Content-Security-Policy"), "default-src 'none'; sandbox");
  }
  for (const char* const type : {"application/JSON; charset=utf-8", "text/plain", "image/png"}) {
    put("shown", "x", type);
    const net::Response response = get("order-results/shown");
    EXPECT_FALSE(response.headers.has("Content-Disposition")) << type;
    EXPECT_EQ(response.headers.get("X-Content-Type-Options"), "nosniff");
  }
}

TEST_F(ObjectEndpoints, WhatIsNotThereIsNotFound) {
  put("k", "body");
  for (const char* const path :
       {"order-results/none", "none/k", "none", "..", "order-results/..%2Fk", "Order-Results/k"}) {
    const net::Response response = get(path);
    EXPECT_EQ(response.status, 404) << path;
    EXPECT_EQ(response.headers.get("Content-Type"), "application/problem+json");
  }
}

TEST_F(ObjectEndpoints, ListsGoPageByPage) {
  for (const char* const key : {"c", "a/1", "b", "a/2"}) put(key, "body");
  const std::string first = fmt::format(
      R"({{"items":[{{"key":"a/1","bytes":4,"content_type":"application/json","etag":"{}",)"
      R"("modified_at":"2026-01-02T03:04:05.678Z"}},)",
      base::md5_hex("body"));
  EXPECT_TRUE(get("order-results").body.starts_with(first)) << first;
  std::vector<std::string> walked;
  std::string next = "order-results?limit=3";
  int pages = 0;
  while (!next.empty()) {
    const net::Response page = get(next);
    ASSERT_EQ(page.status, 200) << page.body;
    for (std::string& key : keys(page)) walked.push_back(std::move(key));
    ++pages;
    const std::string link(page.headers.get("Link"));
    EXPECT_EQ(link.empty(), boost::json::parse(page.body).at("next_cursor").is_null());
    constexpr std::string_view kBegin = "</objects/";
    next = link.empty() ? "" : link.substr(kBegin.size(), link.find('>') - kBegin.size());
  }
  EXPECT_EQ(pages, 2);
  EXPECT_EQ(walked, (std::vector<std::string>{"a/1", "a/2", "b", "c"}));
  EXPECT_EQ(keys(get("order-results?prefix=a%2F")), (std::vector<std::string>{"a/1", "a/2"}));
}

TEST_F(ObjectEndpoints, ACursorIsOfItsListAlone) {
  for (const char* const key : {"a1", "a2", "b"}) put(key, "body");
  const net::Response page = get("order-results?prefix=a&limit=1");
  const std::string cursor(boost::json::parse(page.body).at("next_cursor").as_string());
  EXPECT_EQ(keys(get("order-results?prefix=a&cursor=" + cursor)), std::vector<std::string>{"a2"});
  EXPECT_TRUE(get("order-results?cursor=" + cursor).body.contains("wrong_cursor"));
  EXPECT_TRUE(get("others?prefix=a&cursor=" + cursor).body.contains("wrong_cursor"));
  for (const char* const bad : {"k1-", "k1--0123456789abcdef", "k1-6-0123456789abcdef", "c1-5-0",
                                "k1-6g-0123456789abcdef", "k1-4A-0123456789abcdef", "%C3%A4"}) {
    const net::Response refused = get(std::string("order-results?cursor=") + bad);
    EXPECT_EQ(refused.status, 400) << bad;
    EXPECT_TRUE(refused.body.contains("_cursor\"")) << refused.body;
  }
}

TEST_F(ObjectEndpoints, BadParametersAreAllNamed) {
  const net::Response response = get("order-results?limit=0&x=1&prefix=" + std::string(1025, 'p'));
  EXPECT_EQ(response.status, 400);
  for (const char* const pointer : {"?limit", "?x", "?prefix"}) {
    EXPECT_TRUE(response.body.contains(pointer)) << response.body;
  }
}

TEST_F(ObjectEndpoints, ADiskThatIsAwayIsSaid) {
  api_.objects().fail_with(base::Error{base::ErrorCode::unavailable, "away"});
  EXPECT_EQ(get("order-results/k").status, 503);
  EXPECT_EQ(get("order-results").status, 503);
}

}  // namespace
}  // namespace ordo::api
