// Requests that two parties could read in two ways: each is refused, never guessed at.
#include <gtest/gtest.h>

#include <ostream>
#include <string>

#include "net/request_parser.h"

namespace ordo::net {
namespace {

struct Shape {
  const char* name;
  std::string bytes;
  std::string refusal;  // "status code"

  friend std::ostream& operator<<(std::ostream& out, const Shape& shape) {
    return out << shape.name;
  }
};

std::string head(const std::string& fields, const std::string& body = "") {
  return "POST /a HTTP/1.1\r\nHost: h\r\n" + fields + "\r\n" + body;
}

std::string refusal_of(std::string_view bytes, std::size_t step) {
  const std::function<std::size_t(const Request&)> body_limit = [](const Request&) {
    return std::size_t{1024};
  };
  RequestParser parser({16UL * 1024, body_limit});
  std::string waiting;
  while (!bytes.empty() && !parser.done() && !parser.fault()) {
    waiting += bytes.substr(0, step);
    bytes.remove_prefix(std::min(step, bytes.size()));
    waiting.erase(0, parser.feed(waiting));
  }
  if (!parser.fault()) return parser.done() ? "taken" : "more";
  return std::to_string(parser.fault()->status) + " " + parser.fault()->code;
}

class EveryShape : public ::testing::TestWithParam<Shape> {};

TEST_P(EveryShape, IsRefusedAsAWhole) {
  EXPECT_EQ(refusal_of(GetParam().bytes, std::string_view::npos), GetParam().refusal);
}

TEST_P(EveryShape, IsRefusedByteByByte) {
  EXPECT_EQ(refusal_of(GetParam().bytes, 1).substr(0, 3), GetParam().refusal.substr(0, 3));
}

const std::string kChunked = "Transfer-Encoding: chunked\r\n";

INSTANTIATE_TEST_SUITE_P(
    Lengths, EveryShape,
    ::testing::Values(
        Shape{"both lengths", head("Content-Length: 3\r\n" + kChunked, "0\r\n\r\n"),
              "400 bad_transfer_encoding"},
        Shape{"both the other way", head(kChunked + "Content-Length: 3\r\n", "0\r\n\r\n"),
              "400 bad_content_length"},
        Shape{"two lengths", head("Content-Length: 3\r\nContent-Length: 4\r\n", "abcd"),
              "400 bad_content_length"},
        Shape{"the same length twice", head("Content-Length: 3\r\nContent-Length: 3\r\n", "abc"),
              "400 bad_content_length"},
        Shape{"a list of lengths", head("Content-Length: 3, 3\r\n", "abc"),
              "400 bad_content_length"},
        Shape{"a negative length", head("Content-Length: -1\r\n"), "400 bad_content_length"},
        Shape{"a length with a plus", head("Content-Length: +3\r\n", "abc"),
              "400 bad_content_length"},
        Shape{"a length in hex", head("Content-Length: 0x3\r\n", "abc"), "400 bad_content_length"},
        Shape{"an endless length", head("Content-Length: 99999999999999999999999\r\n"),
              "400 bad_content_length"},
        Shape{"two encodings", head(kChunked + kChunked, "0\r\n\r\n"), "400 bad_transfer_encoding"},
        Shape{"an encoding before chunked",
              head("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n"),
              "501 unknown_transfer_encoding"},
        Shape{"an unknown encoding", head("Transfer-Encoding: xchunked\r\n", "0\r\n\r\n"),
              "501 unknown_transfer_encoding"},
        Shape{"chunks in HTTP/1.0", "POST / HTTP/1.0\r\n" + kChunked + "\r\n0\r\n\r\n",
              "400 bad_transfer_encoding"}));

INSTANTIATE_TEST_SUITE_P(
    Chunks, EveryShape,
    ::testing::Values(
        Shape{"no number", head(kChunked, "x\r\nabc\r\n0\r\n\r\n"), "400 bad_chunk"},
        Shape{"a negative number", head(kChunked, "-1\r\nabc\r\n0\r\n\r\n"), "400 bad_chunk"},
        Shape{"a prefixed number", head(kChunked, "0x3\r\nabc\r\n0\r\n\r\n"), "400 bad_chunk"},
        Shape{"more than it says", head(kChunked, "3\r\nabcd\r\n0\r\n\r\n"), "400 bad_chunk"},
        Shape{"a size beyond 64 bits", head(kChunked, "10000000000000003\r\nabc\r\n0\r\n\r\n"),
              "400 bad_chunk"}));

INSTANTIATE_TEST_SUITE_P(
    Lines, EveryShape,
    ::testing::Values(
        Shape{"a bare line feed", "GET / HTTP/1.1\nHost: h\r\n\r\n", "400 bad_line_ending"},
        Shape{"a bare line feed later", "GET / HTTP/1.1\r\nHost: h\nX: y\r\n\r\n",
              "400 bad_line_ending"},
        Shape{"a bare end", "GET / HTTP/1.1\r\nHost: h\r\n\n", "400 bad_line_ending"},
        Shape{"a folded field", "GET / HTTP/1.1\r\nHost: h\r\nX: a\r\n b\r\n\r\n",
              "400 bad_header"},
        Shape{"a field folded with a tab", "GET / HTTP/1.1\r\nHost: h\r\nX: a\r\n\tb\r\n\r\n",
              "400 bad_header"},
        Shape{"a space before the colon", "GET / HTTP/1.1\r\nHost: h\r\nX : a\r\n\r\n",
              "400 bad_header"},
        Shape{"a NUL in a value",
              "GET / HTTP/1.1\r\nHost: h\r\nX: a" + std::string(1, '\0') + "b\r\n\r\n",
              "400 bad_header"},
        Shape{"a NUL in a name",
              "GET / HTTP/1.1\r\nHost: h\r\nX" + std::string(1, '\0') + ": b\r\n\r\n",
              "400 bad_header"},
        Shape{"a carriage return in a value", "GET / HTTP/1.1\r\nHost: h\r\nX: a\rb\r\n\r\n",
              "400 bad_line_ending"},
        Shape{"no colon", "GET / HTTP/1.1\r\nHost: h\r\nnonsense\r\n\r\n", "400 bad_header"}));

INSTANTIATE_TEST_SUITE_P(
    Heads, EveryShape,
    ::testing::Values(
        Shape{"no host", "GET / HTTP/1.1\r\n\r\n", "400 bad_host"},
        Shape{"two hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", "400 bad_host"},
        Shape{"a later version", "GET / HTTP/2.0\r\nHost: h\r\n\r\n", "505 bad_version"},
        Shape{"an earlier version", "GET / HTTP/0.9\r\nHost: h\r\n\r\n", "505 bad_version"},
        Shape{"no version", "GET /\r\nHost: h\r\n\r\n", "400 bad_request_line"},
        Shape{"a nameless version", "GET / HTTX/1.1\r\nHost: h\r\n\r\n", "400 bad_version"},
        Shape{"a method with a colon", "G:T / HTTP/1.1\r\nHost: h\r\n\r\n", "400 bad_request_line"},
        Shape{"no path", "GET a HTTP/1.1\r\nHost: h\r\n\r\n", "400 bad_target"},
        Shape{"a star for GET", "GET * HTTP/1.1\r\nHost: h\r\n\r\n", "400 bad_target"},
        Shape{"a fragment", "GET /a#b HTTP/1.1\r\nHost: h\r\n\r\n", "400 bad_target"},
        Shape{"an authority alone", "GET http:// HTTP/1.1\r\nHost: h\r\n\r\n", "400 bad_target"},
        Shape{"no authority", "GET http:///a HTTP/1.1\r\nHost: h\r\n\r\n", "400 bad_target"},
        Shape{"an authority without a path", "GET http://h?a HTTP/1.1\r\nHost: h\r\n\r\n",
              "400 bad_target"}));

}  // namespace
}  // namespace ordo::net
