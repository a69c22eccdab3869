#include "net/header_rules.h"

#include <gtest/gtest.h>

#include <string>

namespace ordo::net {
namespace {

Request with(std::initializer_list<std::pair<const char*, const char*>> fields) {
  Request request;
  for (const auto& [name, value] : fields) request.headers.add(name, value);
  return request;
}
std::string code_of(const std::optional<WireFault>& fault) {
  return fault ? std::to_string(fault->status) + " " + fault->code : "";
}

TEST(Headers, CompareWithoutCaseAndKeepTheirOrder) {
  const Request request = with({{"X-A", "1"}, {"x-a", "2"}, {"B", ""}});
  EXPECT_EQ(request.headers.get("x-A"), "1");
  EXPECT_EQ(request.headers.count("X-a"), 2U);
  EXPECT_TRUE(request.headers.has("b"));
  EXPECT_FALSE(request.headers.has("c"));
  EXPECT_EQ(request.headers.get("c"), "");
}

TEST(HeaderRules, ATargetIsAPathAndAQuery) {
  const auto split = [](const char* target, const char* method = "GET") {
    Request request;
    request.method = method;
    const auto fault = split_target(target, request);
    return fault ? code_of(fault) : request.path + " " + request.query;
  };
  EXPECT_EQ(split("/"), "/ ");
  EXPECT_EQ(split("/a?b?c"), "/a b?c");
  EXPECT_EQ(split("/a?"), "/a ");
  EXPECT_EQ(split("HTTP://h/a?b"), "/a b");
  EXPECT_EQ(split("http://h"), "/ ");
  EXPECT_EQ(split("*", "OPTIONS"), "* ");
  for (const char* bad : {"", "a", "*", "/a b", "/\x7f", "/\xc3\xa4", "/a#b", "http://",
                          "http:///a", "http://u@h/a", "http://h?a", "https://h/a"}) {
    EXPECT_EQ(split(bad), "400 bad_target") << bad;
  }
}

TEST(HeaderRules, AHostIsGivenOnce) {
  EXPECT_EQ(code_of(check_head(with({}), false)), "400 bad_host");
  EXPECT_EQ(code_of(check_head(with({}), true)), "") << "HTTP/1.0 knows none";
  EXPECT_EQ(code_of(check_head(with({{"Host", "a"}, {"host", "a"}}), true)), "400 bad_host");
}

TEST(HeaderRules, AHostIsANameOrAnAddressAndPerhapsAPort) {
  for (const char* good : {"", "x", "localhost:8080", "[::1]:1", "[::ffff:1.2.3.4]", "127.0.0.1",
                           "a.example:", "xn--a_b", "%C3%A9.example:80"}) {
    EXPECT_EQ(code_of(check_head(with({{"Host", good}}), false)), "") << good;
  }
  for (const char* bad : {"a b", "a\x80", "\"", "<", "user@a", "a/b", "a:b", "a:1:2", "[::1", "[]",
                          "[::1]x", "[g]", "%4", "%zz", "a?b", "::1", "http://a"}) {
    EXPECT_EQ(code_of(check_head(with({{"Host", bad}}), false)), "400 bad_host") << bad;
  }
}

TEST(HeaderRules, ALengthIsGivenOnceAndInDigits) {
  const auto check = [](std::initializer_list<std::pair<const char*, const char*>> fields) {
    return code_of(check_head(with(fields), true));
  };
  EXPECT_EQ(check({{"Content-Length", "3"}}), "");
  EXPECT_EQ(check({{"Content-Length", "3, 3"}}), "400 bad_content_length");
  EXPECT_EQ(check({{"Content-Length", "3"}, {"Content-Length", "3"}}), "400 bad_content_length");
  EXPECT_EQ(check({{"Transfer-Encoding", "chunked"}}), "400 bad_transfer_encoding") << "1.0";
}

TEST(HeaderRules, ChunkedIsTheOneEncoding) {
  const auto check = [](std::initializer_list<std::pair<const char*, const char*>> fields) {
    Request request = with(fields);
    request.headers.add("Host", "h");
    return code_of(check_head(request, false));
  };
  EXPECT_EQ(check({{"Transfer-Encoding", "Chunked"}}), "");
  EXPECT_EQ(check({{"Transfer-Encoding", "gzip"}}), "501 unknown_transfer_encoding");
  EXPECT_EQ(check({{"Transfer-Encoding", "chunked"}, {"Transfer-Encoding", "chunked"}}),
            "400 bad_transfer_encoding");
  EXPECT_EQ(check({{"Transfer-Encoding", "chunked"}, {"Content-Length", "3"}}),
            "400 bad_transfer_encoding");
}

TEST(HeaderRules, AVersionIsSeenInTheFirstLine) {
  EXPECT_TRUE(names_a_version("GET / HTTP/2.0\r\nHost: h"));
  for (const char* line : {"GET / HTTP/2\r\n", "GET / http/1.1\r\n", "GET  / HTTP/1.1\r\n", "",
                           "HTTP/1.1\r\n", "GET /\r\nX: HTTP/1.1"}) {
    EXPECT_FALSE(names_a_version(line)) << line;
  }
}

TEST(HeaderRules, ALineEndsWithBothCharactersAndIsNotFolded) {
  EXPECT_EQ(code_of(find_bare_line_feed("\n")), "400 bad_line_ending");
  EXPECT_EQ(code_of(find_bare_line_feed("a\r\nb\nc\r\n\r\n")), "400 bad_line_ending");
  EXPECT_EQ(code_of(find_bare_line_feed("a\r\n b\r\n\r\n")), "400 bad_header");
  EXPECT_EQ(code_of(find_bare_line_feed("a\r\nb\r\n\r\n\n")), "") << "the body is its own";
}

}  // namespace
}  // namespace ordo::net
