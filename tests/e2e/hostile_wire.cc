// Bytes that two parties could read in two ways, that are too many, or that are no HTTP.
#include "hostile.h"

namespace ordo::e2e {
namespace {

using namespace std::string_literals;  // for bytes that hold a NUL

// A GET with these header lines, each with its own line ending.
std::string get_with(std::string_view lines) {
  return "GET /livez HTTP/1.1\r\nHost: localhost\r\n" + std::string(lines) + "\r\n";
}

// A creation with these header lines (line endings included) and this body.
std::string post_with(std::string_view lines, std::string_view body) {
  return "POST /tasks HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n" +
         std::string(lines) + "\r\n" + std::string(body);
}

std::string chunked(std::string_view body) {
  return post_with("Transfer-Encoding: chunked\r\n", body);
}

// What a smuggler hides behind a request that two servers end at different places.
const std::string kHidden = "DELETE /tasks/seed HTTP/1.1\r\nHost: localhost\r\n\r\n";
const std::string kTask = R"({"title":"a"})";  // 13 bytes

}  // namespace

std::vector<Hostile> hostile_heads() {
  return {
      {"a method in small letters", "get /livez HTTP/1.1\r\nHost: x\r\n\r\n", 405,
       "method_not_allowed", ""},
      {"a method that is no token", "G@T /livez HTTP/1.1\r\nHost: x\r\n\r\n", 400,
       "bad_request_line", ""},
      {"a method of 5 000 letters", times(5000, "M") + " / HTTP/1.1\r\nHost: x\r\n\r\n", 405,
       "method_not_allowed", ""},
      {"a task without a length", "POST /tasks HTTP/1.1\r\nHost: x\r\n\r\n", 411, "length_required",
       ""},
      {"a change without a length", "PATCH /tasks/seed HTTP/1.1\r\nHost: x\r\n\r\n", 411,
       "length_required", ""},
      {"no method", " /livez HTTP/1.1\r\nHost: x\r\n\r\n", 400, "bad_request_line", ""},
      {"no target", "GET HTTP/1.1\r\nHost: x\r\n\r\n", 400, "bad_request_line", ""},
      {"two spaces before the target", "GET  /livez HTTP/1.1\r\nHost: x\r\n\r\n", 400,
       "bad_request_line", ""},
      {"two spaces after the target", "GET /livez  HTTP/1.1\r\nHost: x\r\n\r\n", 400, "bad_version",
       ""},
      {"tabs for spaces", "GET\t/livez\tHTTP/1.1\r\nHost: x\r\n\r\n", 400, "bad_request_line", ""},
      {"a space in the target", "GET /tasks?q=a b HTTP/1.1\r\nHost: x\r\n\r\n", 400, "bad_version",
       ""},
      {"a NUL in the target", "GET /tasks\0 HTTP/1.1\r\nHost: x\r\n\r\n"s, 400, "bad_request_line",
       ""},
      {"a control in the target", "GET /tasks?q=\x01 HTTP/1.1\r\nHost: x\r\n\r\n", 400,
       "bad_request_line", ""},
      {"raw UTF-8 in the target", "GET /tasks?q=\xc3\xa9 HTTP/1.1\r\nHost: x\r\n\r\n", 400,
       "bad_target", ""},
      {"a target without a slash", "GET livez HTTP/1.1\r\nHost: x\r\n\r\n", 400, "bad_target", ""},
      {"a fragment in the target", "GET /livez#a HTTP/1.1\r\nHost: x\r\n\r\n", 400, "bad_target",
       ""},
      {"a star for a target", "GET * HTTP/1.1\r\nHost: x\r\n\r\n", 400, "bad_target", ""},
      {"a tunnel", "CONNECT example.com:443 HTTP/1.1\r\nHost: example.com\r\n\r\n", 400,
       "bad_target", ""},
      {"an https target", "GET https://x/ HTTP/1.1\r\nHost: x\r\n\r\n", 400, "bad_target", ""},
      {"an absolute target without a host", "GET http:///livez HTTP/1.1\r\nHost: x\r\n\r\n", 400,
       "bad_target", ""},
      {"TRACE", "TRACE /tasks HTTP/1.1\r\nHost: x\r\n\r\n", 405, "method_not_allowed", ""},
      {"no version", "GET /livez\r\nHost: x\r\n\r\n", 400, "bad_request_line", ""},
      {"HTTP/0.9", "GET /livez HTTP/0.9\r\nHost: x\r\n\r\n", 505, "bad_version", ""},
      {"HTTP/1.2", "GET /livez HTTP/1.2\r\nHost: x\r\n\r\n", 505, "bad_version", ""},
      {"HTTP/2.0", "GET /livez HTTP/2.0\r\nHost: x\r\n\r\n", 505, "bad_version", ""},
      {"HTTP/2's preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505, "bad_version", ""},
      {"HTTP/11.1", "GET /livez HTTP/11.1\r\nHost: x\r\n\r\n", 400, "bad_version", ""},
      {"http in small letters", "GET /livez http/1.1\r\nHost: x\r\n\r\n", 400, "bad_version", ""},
      {"another protocol", "GET /livez RTSP/1.0\r\nHost: x\r\n\r\n", 400, "bad_version", ""},
      {"a greeting of TLS", "\x16\x03\x01\0\xc8\x01\0\0\xc4\x03\x03\r\n\r\n"s, 400,
       "bad_request_line", ""},
      {"noise", "\xde\xad\xbe\xef\r\n\r\n", 400, "bad_request_line", ""},
      {"no Host", "GET /livez HTTP/1.1\r\n\r\n", 400, "bad_host", ""},
      {"two Hosts", get_with("Host: evil.example\r\n"), 400, "bad_host", ""},
      {"a Host that is none", "GET /livez HTTP/1.1\r\nHost: a b/\x80\"<>\r\n\r\n", 400, "bad_host",
       ""},
      {"a page of another site",
       post_with(
           "Content-Length: 13\r\nSec-Fetch-Site: cross-site\r\nOrigin: http://evil.example\r\n",
           kTask),
       403, "cross_site", ""},
      {"a cancel from a page of another site",
       "POST /tasks/seed/cancel HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n"
       "Sec-Fetch-Site: cross-site\r\nOrigin: null\r\n\r\n",
       403, "cross_site", ""},
      {"a page of another origin, in a browser that says no more",
       "POST /tasks/seed/cancel HTTP/1.1\r\nHost: x\r\nOrigin: http://evil.example\r\n\r\n", 403,
       "cross_site", ""},
      {"a page without an origin", "DELETE /tasks/seed HTTP/1.1\r\nHost: x\r\nOrigin: null\r\n\r\n",
       403, "cross_site", ""},
      {"a space before the colon", get_with("X-A : b\r\n"), 400, "bad_header", ""},
      {"a space before Content-Length's colon", post_with("Content-Length : 13\r\n", kTask), 400,
       "bad_header", ""},
      {"a header without a colon", get_with("X-A\r\n"), 400, "bad_header", ""},
      {"a header without a name", get_with(": b\r\n"), 400, "bad_header", ""},
      {"a space in a header's name", get_with("X A: b\r\n"), 400, "bad_header", ""},
      {"a NUL in a header's name", get_with("X\0A: b\r\n"s), 400, "bad_header", ""},
      {"UTF-8 in a header's name", get_with("X-\xc3\xa9: b\r\n"), 400, "bad_header", ""},
      {"a NUL in a header's value", get_with("X-A: b\0c\r\n"s), 400, "bad_header", ""},
      {"a control in a header's value", get_with("X-A: b\x01\r\n"), 400, "bad_header", ""},
      {"a lone CR in a header's value", get_with("X-A: b\rX-B: c\r\n"), 400, "bad_line_ending", ""},
      {"a folded header", get_with("X-A: b\r\n c\r\n"), 400, "bad_header", ""},
      {"a header folded with a tab", get_with("X-A: b\r\n\tc\r\n"), 400, "bad_header", ""},
      {"a folded Transfer-Encoding", post_with("Transfer-Encoding:\r\n chunked\r\n", "0\r\n\r\n"),
       400, "bad_header", ""},
      {"the first header folded", "GET /livez HTTP/1.1\r\n Host: x\r\n\r\n", 400, "bad_header", ""},
      {"bare line feeds", "GET /livez HTTP/1.1\nHost: x\n\n", 400, "bad_line_ending", ""},
      {"one bare line feed", get_with("X-A: b\nX-B: c\r\n"), 400, "bad_line_ending", ""},
      {"a bare line feed at the head's end", "GET /livez HTTP/1.1\r\nHost: x\r\n\n\r\n\r\n", 400,
       "bad_line_ending", ""},
      {"an expectation", get_with("Expect: 200-ok\r\n"), 417, "unknown_expectation", ""},
  };
}

std::vector<Hostile> hostile_lengths() {
  const std::string both = "Content-Length: 13\r\nTransfer-Encoding: chunked\r\n";
  const std::string other = "Transfer-Encoding: chunked\r\nContent-Length: 13\r\n";
  const std::string wrong_length = "bad_content_length";
  const std::string wrong_encoding = "bad_transfer_encoding";
  return {
      {"both lengths", post_with(both, "0\r\n\r\n" + kHidden), 400, wrong_encoding, ""},
      {"both lengths, the other way round", post_with(other, "0\r\n\r\n" + kHidden), 400,
       wrong_length, ""},
      {"two different lengths", post_with("Content-Length: 13\r\nContent-Length: 0\r\n", kTask),
       400, wrong_length, ""},
      {"the same length twice", post_with("Content-Length: 13\r\nContent-Length: 13\r\n", kTask),
       400, wrong_length, ""},
      {"a list of lengths", post_with("Content-Length: 13, 13\r\n", kTask), 400, wrong_length, ""},
      {"a negative length", post_with("Content-Length: -13\r\n", kTask), 400, wrong_length, ""},
      {"a length with a plus", post_with("Content-Length: +13\r\n", kTask), 400, wrong_length, ""},
      {"a hexadecimal length", post_with("Content-Length: 0xd\r\n", kTask), 400, wrong_length, ""},
      {"a length with a point", post_with("Content-Length: 13.0\r\n", kTask), 400, wrong_length,
       ""},
      {"a length with a space inside", post_with("Content-Length: 1 3\r\n", kTask), 400,
       wrong_length, ""},
      {"an empty length", post_with("Content-Length:\r\n", kTask), 400, wrong_length, ""},
      {"a length in words", post_with("Content-Length: thirteen\r\n", kTask), 400, wrong_length,
       ""},
      {"a length of 2^64", post_with("Content-Length: 18446744073709551616\r\n", kTask), 400,
       wrong_length, ""},
      {"a length of 2^63", post_with("Content-Length: 9223372036854775808\r\n", kTask), 413,
       "body_too_large", ""},
      {"two encodings",
       post_with("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"), 400,
       wrong_encoding, ""},
      {"chunked and identity",
       post_with("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n",
                 "0\r\n\r\n" + kHidden),
       400, wrong_encoding, ""},
      {"chunked twice in one", post_with("Transfer-Encoding: chunked, chunked\r\n", "0\r\n\r\n"),
       501, "unknown_transfer_encoding", ""},
      {"gzip and chunked", post_with("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n"), 501,
       "unknown_transfer_encoding", ""},
      {"identity", post_with("Transfer-Encoding: identity\r\n", kTask), 501,
       "unknown_transfer_encoding", ""},
      {"nearly chunked", post_with("Transfer-Encoding: xchunked\r\n", "0\r\n\r\n"), 501,
       "unknown_transfer_encoding", ""},
      {"chunked after a vertical tab", post_with("Transfer-Encoding: \vchunked\r\n", "0\r\n\r\n"),
       400, "bad_header", ""},
      {"chunked in quotes", post_with("Transfer-Encoding: \"chunked\"\r\n", "0\r\n\r\n"), 501,
       "unknown_transfer_encoding", ""},
      {"an empty encoding", post_with("Transfer-Encoding:\r\n", "0\r\n\r\n"), 501,
       "unknown_transfer_encoding", ""},
      {"chunked in HTTP/1.0", "POST /tasks HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
       400, wrong_encoding, ""},
      {"a chunk size in letters", chunked("zz\r\n"), 400, "bad_chunk", ""},
      {"a negative chunk size", chunked("-1\r\n"), 400, "bad_chunk", ""},
      {"a chunk size with a plus", chunked("+d\r\n" + kTask + "\r\n0\r\n\r\n"), 400, "bad_chunk",
       ""},
      {"a chunk size with 0x", chunked("0xd\r\n" + kTask + "\r\n0\r\n\r\n"), 400, "bad_chunk", ""},
      {"no chunk size", chunked("\r\n" + kTask + "\r\n0\r\n\r\n"), 400, "bad_chunk", ""},
      {"a chunk size beyond 64 bits", chunked("10000000000000000d\r\n" + kTask + "\r\n0\r\n\r\n"),
       400, "bad_chunk", ""},
      {"a chunk size of all bits", chunked("ffffffffffffffff\r\n" + kTask), 413, "body_too_large",
       ""},
      {"a space before a chunk size", chunked(" d\r\n" + kTask + "\r\n0\r\n\r\n"), 400, "bad_chunk",
       ""},
      {"a chunk longer than it says", chunked("4\r\n" + kTask + "\r\n0\r\n\r\n"), 400, "bad_chunk",
       ""},
      {"a bare line feed after a chunk size", chunked("d\n" + kTask + "\r\n0\r\n\r\n"), 400,
       "bad_chunk", ""},
      {"a bare line feed after a chunk", chunked("d\r\n" + kTask + "\n0\r\n\r\n"), 400, "bad_chunk",
       ""},
      {"an endless chunk extension", chunked("d;" + times(20'000, "x")), 400, "bad_chunk", ""},
      {"a trailer that is none", chunked("d\r\n" + kTask + "\r\n0\r\nno colon\r\n\r\n"), 400,
       "bad_header", ""},
  };
}

std::vector<Hostile> hostile_sizes() {
  const auto header = [](std::size_t size) {
    return get_with("X-A: " + times(size, "a") + "\r\n");
  };
  const auto creation_with = [](std::string_view name, std::string_view value) {
    return testing::request_text(
        "POST", "/tasks",
        {{"Content-Type", "application/json"}, {std::string(name), std::string(value)}}, kTask);
  };
  const auto typed = [](const testing::Fields& headers) {
    return testing::request_text("POST", "/tasks", headers, kTask);
  };
  return {
      {"a header of 17 KiB", header(17UL * 1024), 431, "header_too_large", ""},
      {"a header of a megabyte", header(1024UL * 1024), 431, "header_too_large", ""},
      {"2 000 headers", get_with(times(2000, "X-A: aaaa\r\n")), 431, "header_too_large", ""},
      {"a target of 20 KiB", get_of("/tasks?q=" + times(20'000, "q")), 431, "header_too_large", ""},
      {"a method that never ends", times(20'000, "M"), 431, "header_too_large", ""},
      {"a body of 256 KiB and one", creation_of(times(256UL * 1024 + 1, " ")), 413,
       "body_too_large", ""},
      {"a change of 256 KiB and one", change_of(times(256UL * 1024 + 1, " ")), 413,
       "body_too_large", ""},
      {"a batch of 8 MiB and one", batch_of(times(8UL * 1024 * 1024 + 1, " ")), 413,
       "body_too_large", ""},
      {"a chunked body over 256 KiB", chunked(times(5, "ffff\r\n" + times(0xffff, " ") + "\r\n")),
       413, "body_too_large", ""},
      {"a body where none is read", testing::request_text("GET", "/tasks", {}, times(300'000, " ")),
       413, "body_too_large", ""},
      {"no Content-Type", typed({}), 415, "unsupported_media_type", ""},
      {"an empty Content-Type", typed({{"Content-Type", ""}}), 415, "unsupported_media_type", ""},
      {"plain text", typed({{"Content-Type", "text/plain"}}), 415, "unsupported_media_type", ""},
      {"a form's type", typed({{"Content-Type", "application/x-www-form-urlencoded"}}), 415,
       "unsupported_media_type", ""},
      {"another charset", typed({{"Content-Type", "application/json; charset=utf-16"}}), 415,
       "unsupported_media_type", ""},
      {"two types", typed({{"Content-Type", "application/json"}, {"Content-Type", "text/plain"}}),
       415, "unsupported_media_type", ""},
      {"a merge patch for a creation", typed({{"Content-Type", "application/merge-patch+json"}}),
       415, "unsupported_media_type", ""},
      {"a compressed body", creation_with("Content-Encoding", "gzip"), 415,
       "unsupported_media_type", ""},
      {"an empty Idempotency-Key", creation_with("Idempotency-Key", ""), 400, "invalid",
       "Idempotency-Key:empty"},
      {"an Idempotency-Key of 256 letters", creation_with("Idempotency-Key", times(256, "k")), 400,
       "invalid", "Idempotency-Key:too_long"},
      {"a space in an Idempotency-Key", creation_with("Idempotency-Key", "a b"), 400, "invalid",
       "Idempotency-Key:bad_characters"},
      {"UTF-8 in an Idempotency-Key", creation_with("Idempotency-Key", "\xc3\xa9"), 400, "invalid",
       "Idempotency-Key:bad_characters"},
      {"two Idempotency-Keys",
       testing::request_text("POST", "/tasks",
                             {{"Content-Type", "application/json"},
                              {"Idempotency-Key", "a"},
                              {"Idempotency-Key", "b"}},
                             kTask),
       400, "invalid", "Idempotency-Key:duplicate"},
      {"an answer nobody can give", get_of("/tasks", {{"Accept", "image/png"}}), 406,
       "not_acceptable", ""},
      {"nothing is acceptable", get_of("/tasks", {{"Accept", "*/*;q=0"}}), 406, "not_acceptable",
       ""},
  };
}

}  // namespace ordo::e2e
