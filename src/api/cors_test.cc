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

}  // namespace
}  // namespace ordo::api
