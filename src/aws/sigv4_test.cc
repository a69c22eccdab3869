#include "aws/sigv4.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "base/iso8601.h"

namespace ordo::aws {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kSigningSecret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
const base::WallTime kSigningTime = base::parse_time("2015-08-30T12:36:00Z").value();

net::Request unsigned_get(std::string path, std::string query = "") {
  net::Request request;
  request.method = "GET";
  request.path = std::move(path);
  request.query = std::move(query);
  request.headers.add("Host", "h");
  return request;
}
// The lines of the path and of the query.
std::string what_is_signed(const net::Request& request, const std::string& service) {
  const std::string text = canonical_request(request, {"r", service});
  return text.substr(4, text.find('\n', text.find('\n', 4) + 1) - 4);
}

TEST(SigV4, EncodesPathsOnceMoreThanTheyAreSent) {
  EXPECT_EQ(what_is_signed(unsigned_get("/a%20b/c:d"), "lambda"), "/a%2520b/c%3Ad\n");
  EXPECT_EQ(what_is_signed(unsigned_get("//a/./b/../c/"), "lambda"), "/a/c/\n");
  EXPECT_EQ(what_is_signed(unsigned_get("/../.."), "lambda"), "/\n");
  EXPECT_EQ(what_is_signed(unsigned_get(""), "lambda"), "/\n");
}

TEST(SigV4, LeavesPathsOfS3AsTheyAre) {
  EXPECT_EQ(what_is_signed(unsigned_get("//a//./b/..//%C3%A4"), "s3"), "//a//./b/..//%C3%A4\n");
  // What the service makes of them before it compares.
  EXPECT_EQ(what_is_signed(unsigned_get("/a:b+c%2fd%"), "s3"), "/a%3Ab%2Bc%2Fd%25\n");
  EXPECT_EQ(what_is_signed(unsigned_get(""), "s3"), "/\n");
}

TEST(SigV4, SortsQueriesByNameAndThenByValue) {
  EXPECT_EQ(what_is_signed(unsigned_get("/", "b=2&a=2&a=1&c&a-=0&=v&&a+=%2b"), "sqs"),
            "/\n=v&a=1&a=2&a%2B=%2B&a-=0&b=2&c=");
}

TEST(SigV4, SignsTheBodyOfS3ByAHeaderOfItsOwn) {
  const std::string hash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
  net::Request request = unsigned_get("/k");
  sign(request, {"us-east-1", "s3"}, {"AKIDEXAMPLE", kSigningSecret}, kSigningTime);
  EXPECT_EQ(request.headers.get("X-Amz-Content-Sha256"), hash);
  EXPECT_THAT(std::string(request.headers.get("Authorization")),
              HasSubstr("SignedHeaders=host;x-amz-content-sha256;x-amz-date,"));
}

TEST(SigV4, LeavesOutWhatProxiesAndConnectionsChange) {
  net::Request request = unsigned_get("/");
  for (const char* name : {"User-Agent", "Connection", "Expect", "Content-Length", "TE",
                           "Accept-Encoding", "Transfer-Encoding", "X-Amzn-Trace-Id"}) {
    request.headers.add(name, "x");
  }
  request.headers.add("Accept", "application/json");
  sign(request, {"us-east-1", "sqs"}, {"AKIDEXAMPLE", kSigningSecret}, kSigningTime);
  EXPECT_THAT(std::string(request.headers.get("Authorization")),
              HasSubstr("SignedHeaders=accept;host;x-amz-date,"));
}

TEST(SigV4, NeverSendsTheSecret) {
  net::Request request = unsigned_get("/");
  sign(request, {"us-east-1", "s3"}, {"AKIDEXAMPLE", kSigningSecret, "session"}, kSigningTime);
  for (const auto& [name, value] : request.headers)
    EXPECT_THAT(value, Not(HasSubstr(kSigningSecret)));
}

}  // namespace
}  // namespace ordo::aws
