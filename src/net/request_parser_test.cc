#include "net/request_parser.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>

#include "support/pick.h"

namespace ordo::net {
namespace {

constexpr std::size_t kBody = 64;

const ParserLimits& limits() {
  static const std::function<std::size_t(const Request&)> body_limit = [](const Request& head) {
    return head.path == "/large" ? 10 * kBody : kBody;
  };
  static const ParserLimits all{16UL * 1024, body_limit};
  return all;
}

// All that the parser takes of `bytes`, offered in pieces of `step` with what it left before.
struct Outcome {
  std::string said;  // "GET /path?query [a=b] body", or "status code"
  std::string rest;
};
std::string said_by(const RequestParser& parser) {
  if (parser.fault()) {
    return std::to_string(parser.fault()->status) + " " + parser.fault()->code;
  }
  if (!parser.done()) return "more";
  const Request& request = parser.request();
  std::string out = request.method + " " + request.path + "?" + request.query;
  for (const auto& [name, value] : request.headers) out += " [" + name + "=" + value + "]";
  return out + " " + request.body;
}
Outcome parse(std::string_view bytes, std::size_t step = std::string_view::npos) {
  RequestParser parser(limits());
  std::string waiting;
  while (!bytes.empty() && !parser.done() && !parser.fault()) {
    waiting += bytes.substr(0, step);
    bytes.remove_prefix(std::min(step, bytes.size()));
    waiting.erase(0, parser.feed(waiting));
  }
  return {said_by(parser), waiting + std::string(bytes)};
}
std::string said_of(std::string_view bytes) {
  return parse(bytes).said;
}
std::string with_head(const std::string& fields, const std::string& body = "") {
  return "POST /a HTTP/1.1\r\nHost: h\r\n" + fields + "\r\n" + body;
}

TEST(RequestParser, TakesAWholeRequestApart) {
  EXPECT_EQ(said_of("GET /a/b?c=%20d&e HTTP/1.1\r\nHost: h\r\nX-A:  b c \r\n\r\n"),
            "GET /a/b?c=%20d&e [Host=h] [X-A=b c] ");
  EXPECT_EQ(said_of(with_head("Content-Length: 3\r\n", "abc")),
            "POST /a? [Host=h] [Content-Length=3] abc");
  EXPECT_EQ(said_of("GET http://h:1/x?y HTTP/1.1\r\nHost: h\r\n\r\n"), "GET /x?y [Host=h] ");
  EXPECT_EQ(said_of("OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n"), "OPTIONS *? [Host=h] ");
}

TEST(RequestParser, OneBlankLineBeforeARequestIsSkipped) {
  const std::string get = "GET /a HTTP/1.1\r\nHost: h\r\n\r\n";
  EXPECT_EQ(said_of("\r\n" + get), "GET /a? [Host=h] ");
  EXPECT_EQ(parse("\r\n" + get, 1).said, "GET /a? [Host=h] ");
  EXPECT_EQ(said_of("\r\n"), "more");
  EXPECT_EQ(said_of("\r\n\r\n" + get), "400 bad_request_line");
  EXPECT_EQ(said_of("\n" + get), "400 bad_line_ending");
  EXPECT_EQ(said_of("\r" + get).substr(0, 3), "400");
  RequestParser parser(limits());
  EXPECT_EQ(parser.feed("\r"), 0U);
  EXPECT_TRUE(parser.started()) << "it has its time like any request";
}

TEST(RequestParser, AChunkedBodyIsPutTogetherWithoutItsTrailers) {
  EXPECT_EQ(said_of(with_head("Transfer-Encoding: chunked\r\n",
                              "3;ext=\"x\"\r\nabc\r\nA\r\n0123456789\r\n0\r\nX-T: t\r\n\r\n")),
            "POST /a? [Host=h] [Transfer-Encoding=chunked] abc0123456789");
}

TEST(RequestParser, AnEmptyChunkedBodyMayEndInPieces) {
  const std::string bytes = with_head("Transfer-Encoding: chunked\r\n", "0\r\n\r\n");
  for (std::size_t one = 1; one <= 5; ++one) {
    for (std::size_t two = 0; two < one; ++two) {
      RequestParser parser(limits());
      std::size_t used = parser.feed(std::string_view(bytes).substr(0, bytes.size() - one));
      used += parser.feed(std::string_view(bytes).substr(used, bytes.size() - two - used));
      parser.feed(std::string_view(bytes).substr(used));
      EXPECT_EQ(said_by(parser), "POST /a? [Host=h] [Transfer-Encoding=chunked] ");
    }
  }
}

TEST(RequestParser, LeavesTheNextRequestWhereItIs) {
  const std::string first = with_head("Content-Length: 3\r\n", "abc");
  const std::string second = "GET /b HTTP/1.1\r\nHost: h\r\n\r\n";
  EXPECT_EQ(parse(first + second).rest, second);
  RequestParser parser(limits());
  const std::string both = first + second;
  const std::size_t used = parser.feed(both);
  ASSERT_TRUE(parser.done());
  EXPECT_EQ(parser.feed(std::string_view(both).substr(used)), 0U) << "one at a time";
  parser.reset();
  EXPECT_FALSE(parser.started());
  parser.feed(std::string_view(both).substr(used));
  EXPECT_EQ(said_by(parser), "GET /b? [Host=h] ");
  EXPECT_EQ(parser.take().path, "/b");
}

TEST(RequestParser, KnowsWhetherTheConnectionStays) {
  const auto stays = [](const std::string& bytes) {
    RequestParser parser(limits());
    parser.feed(bytes);
    EXPECT_TRUE(parser.done()) << bytes;
    return std::pair(parser.keep_alive(), parser.is_http_1_0());
  };
  using Pair = std::pair<bool, bool>;
  EXPECT_EQ(stays("GET / HTTP/1.1\r\nHost: h\r\n\r\n"), Pair(true, false));
  EXPECT_EQ(stays("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"), Pair(false, false));
  EXPECT_EQ(stays("GET / HTTP/1.0\r\n\r\n"), Pair(false, true));
  EXPECT_EQ(stays("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"), Pair(true, true));
}

TEST(RequestParser, KnowsWhoWaitsForAContinue) {
  RequestParser parser(limits());
  parser.feed(with_head("Content-Length: 3\r\nExpect: 100-Continue\r\n"));
  EXPECT_TRUE(parser.header_done());
  EXPECT_TRUE(parser.expects_continue());
  EXPECT_FALSE(parser.done());
  EXPECT_EQ(said_of(with_head("Expect: a-miracle\r\n")), "417 unknown_expectation");
  RequestParser old(limits());
  old.feed("GET / HTTP/1.0\r\nExpect: a-miracle\r\n\r\n");
  EXPECT_TRUE(old.done()) << "HTTP/1.0 has no expectations";
}

TEST(RequestParser, AnEmptyFeedAndALateOneAreNothing) {
  RequestParser parser(limits());
  EXPECT_EQ(parser.feed(""), 0U);
  EXPECT_FALSE(parser.started());
  parser.feed("nonsense\r\n\r\n");
  ASSERT_TRUE(parser.fault());
  EXPECT_EQ(parser.feed("GET / HTTP/1.1\r\nHost: h\r\n\r\n"), 0U);
  EXPECT_FALSE(parser.done());
}

TEST(RequestParser, ABodyHasTheLimitOfItsPath) {
  const auto post = [](const std::string& path, std::size_t bytes, bool chunked) {
    std::string out = "POST " + path + " HTTP/1.1\r\nHost: h\r\n";
    const std::string body(bytes, 'x');
    if (!chunked) return out + "Content-Length: " + std::to_string(bytes) + "\r\n\r\n" + body;
    out += "Transfer-Encoding: chunked\r\n\r\n";
    for (std::size_t i = 0; i < bytes; ++i) out += "1\r\nx\r\n";
    return out + "0\r\n\r\n";
  };
  for (const bool chunked : {false, true}) {
    EXPECT_NE(said_of(post("/a", kBody, chunked)), "413 body_too_large");
    EXPECT_EQ(said_of(post("/a", kBody + 1, chunked)), "413 body_too_large");
    EXPECT_NE(said_of(post("/large", 10 * kBody, chunked)), "413 body_too_large");
    EXPECT_EQ(said_of(post("/large", 10 * kBody + 1, chunked)), "413 body_too_large");
  }
  EXPECT_EQ(said_of(with_head("Content-Length: 99999\r\n")), "413 body_too_large")
      << "before a byte of it is read";
  EXPECT_EQ(said_of(with_head("Transfer-Encoding: chunked\r\n", "FFFFFFFF\r\n")),
            "413 body_too_large");
}

TEST(RequestParser, AHeadHasALimitHoweverItGrows) {
  const std::string many = [] {
    std::string out;
    for (int i = 0; i < 2000; ++i) out += "X-" + std::to_string(i) + ": 123456\r\n";
    return out;
  }();
  EXPECT_EQ(said_of(with_head(many)), "431 header_too_large");
  EXPECT_EQ(said_of(with_head("X: " + std::string(17'000, 'x') + "\r\n")), "431 header_too_large");
  EXPECT_EQ(said_of("GET /" + std::string(17'000, 'x')), "431 header_too_large");
  EXPECT_EQ(parse(with_head(many), 100).said, "431 header_too_large");
  EXPECT_EQ(said_of(with_head("Transfer-Encoding: chunked\r\n", "1;" + std::string(17'000, 'x'))),
            "400 bad_chunk");
}

// One request, cut anywhere.
RC_GTEST_PROP(RequestParserProperty, HoweverItIsCutTheRequestIsTheSame, ()) {
  std::string body;
  std::string fields;
  if (testing::one_in(2)) {
    const std::string content(testing::pick<std::size_t>(0, kBody), 'b');
    fields = "Content-Length: " + std::to_string(content.size()) + "\r\n";
    body = content;
  } else if (testing::one_in(2)) {
    fields = "Transfer-Encoding: chunked\r\n";
    const int chunks = testing::pick(0, 5);
    for (int i = 0; i < chunks; ++i) body += "3\r\nabc\r\n";
    body += "0\r\n\r\n";
  }
  const int extra = testing::pick(0, 4);
  for (int i = 0; i < extra; ++i) fields += "X-" + std::to_string(i) + ": v\r\n";
  const std::string bytes = with_head(fields, body);
  const Outcome whole = parse(bytes);
  RC_ASSERT(whole.said.starts_with("POST"));
  for (std::size_t cut = 1; cut < bytes.size(); ++cut) {
    RequestParser parser(limits());
    const std::size_t used = parser.feed(std::string_view(bytes).substr(0, cut));
    RC_ASSERT(!parser.fault());
    parser.feed(std::string_view(bytes).substr(used));
    RC_ASSERT(said_by(parser) == whole.said);
  }
  RC_ASSERT(parse(bytes, 1).said == whole.said);
}

RC_GTEST_PROP(RequestParserProperty, AnyDamageIsRefusedOrReadButNeverPastItsEnd, ()) {
  std::string bytes = testing::one_in(2)
                          ? with_head("Content-Length: 3\r\nX-A: b\r\n", "abc")
                          : with_head("Transfer-Encoding: chunked\r\n", "0\r\nX-T: t\r\n\r\n");
  const int damages = testing::pick(1, 4);
  for (int i = 0; i < damages; ++i) {
    bytes[testing::pick<std::size_t>(0, bytes.size())] = static_cast<char>(testing::pick(0, 256));
  }
  const Outcome outcome = parse(bytes, testing::pick<std::size_t>(1, 9));
  RC_ASSERT(outcome.rest.size() <= bytes.size());
  RC_ASSERT(!outcome.said.empty());
}

}  // namespace
}  // namespace ordo::net
