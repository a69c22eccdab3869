// The only file that sees Beast: compiling it takes longer than all of its neighbours together.
#include "net/request_parser.h"

#include <fmt/format.h>

#include <boost/beast/http/basic_parser.hpp>
#include <string>
#include <utility>

#include "base/text.h"
#include "net/header_rules.h"

namespace ordo::net {
namespace {

namespace http = boost::beast::http;
using Code = boost::beast::error_code;
using View = boost::beast::string_view;

std::string_view std_view(View view) {
  return {view.data(), view.size()};
}

// The library asserts that a last chunk which it was offered before, cut, comes back with five
// bytes at least, and takes the process down if not. "0\r\n\r\n" is the shortest end: wait for that
// much.
bool may_end_too_short(std::string_view bytes) {
  return bytes.size() < 5 && bytes.front() == '0';
}

// What the library calls it, in our words.
WireFault fault_of(const Code& code) {
  using http::error;
  if (code == error::header_limit) {
    return {431, "header_too_large", "the request line and header fields are over 16 KiB"};
  }
  if (code == error::bad_version) return {400, "bad_version", "not HTTP/1.0 or HTTP/1.1"};
  if (code == error::bad_method || code == error::bad_target) {
    return {400, "bad_request_line", "the request line is malformed"};
  }
  if (code == error::bad_line_ending) {
    return {400, "bad_line_ending", "a line must end with CR LF"};
  }
  if (code == error::bad_content_length || code == error::multiple_content_length) {
    return {400, "bad_content_length",
            "Content-Length must be given once, as a number, and not beside Transfer-Encoding"};
  }
  if (code == error::bad_transfer_encoding) {
    return {400, "bad_transfer_encoding",
            "Transfer-Encoding must be given once and not beside Content-Length"};
  }
  if (code == error::bad_chunk || code == error::bad_chunk_extension) {
    return {400, "bad_chunk", "the chunked body is malformed"};
  }
  return {400, "bad_header", fmt::format("the request is malformed: {}", code.message())};
}

}  // namespace

class RequestParser::Impl : public http::basic_parser<true> {
 public:
  explicit Impl(const ParserLimits& limits) : limits_(limits) {
    header_limit(static_cast<std::uint32_t>(limits.max_header_bytes));
    body_limit(boost::none);
    eager(true);
  }

  std::size_t feed(std::string_view bytes) {
    if (fault_ || is_done() || bytes.empty()) return 0;
    if (got_some() || blank_skipped_) return take(bytes);
    // RFC 9112 2.2: old clients end a body with a line that belongs to no request.
    cut_blank_ = bytes == "\r";
    if (cut_blank_) return 0;
    if (!bytes.starts_with("\r\n")) return take(bytes);
    blank_skipped_ = true;
    return 2 + (bytes.size() > 2 ? take(bytes.substr(2)) : 0);
  }

  [[nodiscard]] bool started() const { return got_some() || cut_blank_; }

  Request request_;
  std::optional<WireFault> fault_;
  bool http_1_0_ = false;
  bool expects_continue_ = false;

 private:
  std::size_t take(std::string_view bytes) {
    if (!is_header_done()) {
      if (const auto bad = find_bare_line_feed(bytes)) fault_ = *bad;
      if (fault_) return 0;
    }
    if (is_header_done() && chunked() && may_end_too_short(bytes)) return 0;
    Code code;
    const std::size_t used = put(boost::asio::const_buffer(bytes.data(), bytes.size()), code);
    if (code == http::error::need_more) {
      // An endless chunk header or trailer would otherwise be kept for ever.
      if (bytes.size() - used > limits_.max_header_bytes) {
        fault_ = is_header_done() ? WireFault{400, "bad_chunk", "a chunk's header is over 16 KiB"}
                                  : fault_of(http::error::header_limit);
      }
    } else if (code && !fault_) {
      fault_ = fault_of(code);
      if (code == http::error::bad_version && names_a_version(bytes)) fault_->status = 505;
    }
    return used;
  }

  // Makes the parser stop; what was wrong is in fault_.
  void refuse(WireFault fault, Code& code) {
    fault_ = std::move(fault);
    code = http::error::bad_value;
  }

  void on_request_impl(http::verb, View method, View target, int version, Code& code) override {
    request_.method = std_view(method);
    http_1_0_ = version == 10;
    if (version != 10 && version != 11) {
      return refuse({505, "bad_version", "this server speaks HTTP/1.1"}, code);
    }
    if (auto bad = split_target(std_view(target), request_)) refuse(std::move(*bad), code);
  }
  void on_response_impl(int, View, int, Code&) override {}
  void on_field_impl(http::field, View name, View value, Code& code) override {
    if (is_header_done()) return;  // a trailer: nobody asked for it
    if (std_view(value).find_first_of("\r\n") != std::string_view::npos) {
      return refuse({400, "bad_header", "a header field must not be folded"}, code);
    }
    request_.headers.add(std::string(std_view(name)), std::string(std_view(value)));
  }
  void on_header_impl(Code& code) override {
    if (auto bad = check_head(request_, http_1_0_)) return refuse(std::move(*bad), code);
    const std::string_view expect = request_.headers.get("Expect");
    if (!expect.empty() && !http_1_0_) {
      if (!base::equals_ignoring_case(expect, "100-continue")) {
        return refuse({417, "unknown_expectation", "only Expect: 100-continue is known"}, code);
      }
      expects_continue_ = true;
    }
    limit_ = limits_.body_limit ? limits_.body_limit(request_) : 0;
    const auto length = content_length();
    if (length && *length > limit_) refuse(too_large(), code);
  }
  void on_body_init_impl(boost::optional<std::uint64_t> const& length, Code&) override {
    if (length) request_.body.reserve(static_cast<std::size_t>(*length));
  }
  std::size_t on_body_impl(View body, Code& code) override { return take_body(body, code); }
  void on_chunk_header_impl(std::uint64_t size, View, Code& code) override {
    if (size > limit_ - request_.body.size()) refuse(too_large(), code);
  }
  std::size_t on_chunk_body_impl(std::uint64_t, View body, Code& code) override {
    return take_body(body, code);
  }
  void on_finish_impl(Code&) override {}

  std::size_t take_body(View body, Code& code) {
    if (body.size() > limit_ - request_.body.size()) {
      refuse(too_large(), code);
      return 0;
    }
    request_.body.append(body.data(), body.size());
    return body.size();
  }
  [[nodiscard]] WireFault too_large() const { return body_too_large(limit_); }

  const ParserLimits limits_;
  std::size_t limit_ = 0;
  bool blank_skipped_ = false;
  bool cut_blank_ = false;  // half of a blank line has come
};

RequestParser::RequestParser(const ParserLimits& limits)
    : impl_(new Impl(limits)), limits_(limits) {}
RequestParser::~RequestParser() = default;

void RequestParser::reset() {
  impl_ = std::make_unique<Impl>(limits_);
}
std::size_t RequestParser::feed(std::string_view bytes) {
  return impl_->feed(bytes);
}
bool RequestParser::started() const {
  return impl_->started();
}
bool RequestParser::header_done() const {
  return impl_->is_header_done();
}
bool RequestParser::done() const {
  return impl_->is_done() && !impl_->fault_;
}
const std::optional<WireFault>& RequestParser::fault() const {
  return impl_->fault_;
}
bool RequestParser::keep_alive() const {
  return impl_->is_done() && impl_->keep_alive();
}
bool RequestParser::is_http_1_0() const {
  return impl_->http_1_0_;
}
bool RequestParser::expects_continue() const {
  return impl_->expects_continue_;
}
const Request& RequestParser::request() const {
  return impl_->request_;
}
Request RequestParser::take() {
  return std::move(impl_->request_);
}

}  // namespace ordo::net
