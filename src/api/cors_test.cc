#include "api/cors.h"

#include <gtest/gtest.h>

namespace ordo::api {
namespace {

TEST(Cors, WithoutAListThereIsNothingOfIt) {
  net::Response response;
  add_cors(response, {}, "https://a.example");
  EXPECT_EQ(response.headers.begin(), response.headers.end());
}

TEST(Cors, AnOriginOnTheListMayRead) {
  net::Response response;
  add_cors(response, {"https://b.example", "https://a.example"}, "https://a.example");
  EXPECT_EQ(response.headers.get("Access-Control-Allow-Origin"), "https://a.example");
  EXPECT_EQ(response.headers.get("Vary"), "Origin");
  EXPECT_NE(response.headers.get("Access-Control-Expose-Headers").find("Idempotent-Replay"),
            std::string_view::npos);
  EXPECT_FALSE(response.headers.has("Access-Control-Allow-Credentials"));
}

TEST(Cors, AnyOtherOriginOrNoneMayNotButCachesAreTold) {
  for (const char* origin : {"", "https://a.example.evil", "http://a.example", "null"}) {
    net::Response response;
    add_cors(response, {"https://a.example"}, origin);
    EXPECT_FALSE(response.headers.has("Access-Control-Allow-Origin")) << origin;
    EXPECT_EQ(response.headers.get("Vary"), "Origin") << origin;
  }
}

TEST(Cors, AStarIsEveryOrigin) {
  net::Response response;
  add_cors(response, {"*"}, "https://any.example");
  EXPECT_EQ(response.headers.get("Access-Control-Allow-Origin"), "https://any.example");
}

TEST(Cors, APreflightOfAnOriginOnTheListIsGranted) {
  const net::Response response = preflight({"https://a.example"}, "https://a.example", "GET, POST");
  EXPECT_EQ(response.status, 204);
  EXPECT_EQ(response.headers.get("Allow"), "GET, POST");
  EXPECT_EQ(response.headers.get("Access-Control-Allow-Methods"), "GET, POST");
  EXPECT_EQ(response.headers.get("Access-Control-Max-Age"), "600");
  EXPECT_NE(response.headers.get("Access-Control-Allow-Headers").find("Idempotency-Key"),
            std::string_view::npos);
}

TEST(Cors, APreflightOfAnotherOriginLearnsOnlyTheMethods) {
  const net::Response response = preflight({"https://a.example"}, "https://b.example", "GET");
  EXPECT_EQ(response.status, 204);
  EXPECT_EQ(response.headers.get("Allow"), "GET");
  EXPECT_FALSE(response.headers.has("Access-Control-Allow-Methods"));
}

TEST(Cors, AnOriginIsAsABrowserSendsIt) {
  for (const char* good :
       {"https://a.example", "http://localhost:3000", "http://127.0.0.1:8080", "https://[::1]:1",
        "https://[2001:db8::1]", "http://a_b-c.example:443", "capacitor://localhost"}) {
    EXPECT_TRUE(is_origin(good)) << good;
  }
  for (const char* bad : {"",
                          "x",
                          "null",
                          "*",
                          "https://",
                          "://a",
                          "https://a/",
                          "https://a/b",
                          "https://a?b",
                          "https:a",
                          " https://a",
                          "https://a ",
                          "https://A.example",
                          "HTTPS://a",
                          "https://a:",
                          "https://a:0",
                          "https://a:080",
                          "https://a:65536",
                          "https://a:x",
                          "https://a:443",
                          "http://a:80",
                          "https://u@a",
                          "https://*.a.example",
                          "https://m\u00fcll.example",
                          "https://[::1",
                          "https://[]",
                          "https://:80"}) {
    EXPECT_FALSE(is_origin(bad)) << bad;
  }
}

}  // namespace
}  // namespace ordo::api
