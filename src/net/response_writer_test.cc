#include "net/response_writer.h"

#include <gtest/gtest.h>

#include <string>

namespace ordo::net {
namespace {

constexpr std::string_view kDate = "Sun, 06 Nov 1994 08:49:37 GMT";

AnswerStyle plain() {
  AnswerStyle style;
  style.date = kDate;
  return style;
}
std::string written(const Response& response, const AnswerStyle& style) {
  std::string out;
  append_response(out, response, style);
  return out;
}
Response with_body(std::string body, int status = 200) {
  Response response;
  response.status = status;
  response.headers.add("Content-Type", "text/plain");
  response.body = std::move(body);
  return response;
}
bool has(const std::string& text, std::string_view what) {
  return text.find(what) != std::string::npos;
}

TEST(ResponseWriter, IsOneRunOfBytesBehindWhatIsThere) {
  std::string out = "before";
  append_response(out, with_body("abc"), plain());
  EXPECT_EQ(out,
            "beforeHTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nDate: Sun, 06 Nov 1994 08:49:37 "
            "GMT\r\nContent-Length: 3\r\n\r\nabc");
}

TEST(ResponseWriter, HeadTellsTheLengthOnly) {
  AnswerStyle style = plain();
  style.head_only = true;
  const std::string out = written(with_body("abc"), style);
  EXPECT_TRUE(has(out, "Content-Length: 3\r\n"));
  EXPECT_TRUE(out.ends_with("\r\n\r\n"));
}

TEST(ResponseWriter, SomeStatusesHaveNoBodyAtAll) {
  for (const int status : {100, 204, 304}) {
    const std::string out = written(with_body("abc", status), plain());
    EXPECT_FALSE(has(out, "Content-Length")) << status;
    EXPECT_TRUE(out.ends_with("\r\n\r\n")) << status;
  }
  EXPECT_TRUE(has(written(with_body("", 201), plain()), "Content-Length: 0\r\n"));
}

TEST(ResponseWriter, SaysWhatBecomesOfTheConnectionWhereItIsNotPlain) {
  AnswerStyle style = plain();
  EXPECT_FALSE(has(written(with_body("a"), style), "Connection:"));
  style.http_1_0 = true;
  EXPECT_TRUE(has(written(with_body("a"), style), "Connection: keep-alive\r\n"));
  style.keep_alive = false;
  EXPECT_TRUE(has(written(with_body("a"), style), "Connection: close\r\n"));
}

TEST(ResponseWriter, OnlyALargeBodyForAClientThatTakesItIsCompressed) {
  AnswerStyle style = plain();
  style.gzip = true;
  EXPECT_FALSE(has(written(with_body(std::string(kGzipFrom - 1, 'a')), style), "gzip"));
  const std::string small = written(with_body(std::string(kGzipFrom, 'a')), style);
  EXPECT_TRUE(has(small, "Content-Encoding: gzip\r\n"));
  EXPECT_TRUE(has(small, "Vary: Accept-Encoding\r\n"));
  EXPECT_LT(small.size(), kGzipFrom);
  style.gzip = false;
  const std::string large = written(with_body(std::string(kGzipFrom, 'a')), style);
  EXPECT_FALSE(has(large, "Content-Encoding"));
  EXPECT_TRUE(has(large, "Vary: Accept-Encoding\r\n")) << "caches keep both forms apart";
  Response encoded = with_body(std::string(kGzipFrom, 'a'));
  encoded.headers.add("Content-Encoding", "br");
  style.gzip = true;
  EXPECT_FALSE(has(written(encoded, style), "gzip"));
}

TEST(ResponseWriter, WhatHasATagIsSentAsItIs) {
  AnswerStyle style = plain();
  style.gzip = true;
  Response tagged = with_body(std::string(kGzipFrom, 'a'));
  tagged.headers.add("ETag", "\"1-1\"");
  const std::string out = written(tagged, style);
  EXPECT_FALSE(has(out, "Content-Encoding"));
  EXPECT_FALSE(has(out, "Vary"));
}

TEST(ResponseWriter, EveryStatusThatIsUsedHasItsPhrase) {
  for (const int status : {200, 201, 202, 204, 304, 400, 401, 403, 404, 405, 406, 408, 409,
                           411, 412, 413, 414, 415, 417, 422, 429, 431, 500, 501, 503, 505}) {
    EXPECT_NE(reason_phrase(status), "Unknown") << status;
  }
  EXPECT_EQ(reason_phrase(299), "Unknown");
}

TEST(ResponseWriter, ADateIsAsTheRfcWritesIt) {
  EXPECT_EQ(http_date(784'111'777), kDate);
  EXPECT_EQ(http_date(0), "Thu, 01 Jan 1970 00:00:00 GMT");
  EXPECT_EQ(http_date(951'782'400), "Tue, 29 Feb 2000 00:00:00 GMT");
}

}  // namespace
}  // namespace ordo::net
