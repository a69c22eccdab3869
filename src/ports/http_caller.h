// HTTP servers outside, called for state machines under what connections allow.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <string>
#include <vector>

namespace ordo::ports {

struct HttpField {
  std::string name;
  std::string value;

  friend bool operator==(const HttpField&, const HttpField&) = default;
};

struct HttpCall {
  std::string key;         // names it among those under way
  std::string connection;  // configured: who the other side takes us for, and where we may go
  std::string method;
  std::string url;
  std::vector<HttpField> headers;  // the connection's own takes the place of one of its name
  std::string body;
};

struct HttpAnswer {
  int status = 200;
  std::string status_text;  // "OK"; empty: it has none
  std::vector<HttpField> headers;
  std::string body;
};

enum class HttpFault : std::uint8_t {
  no_connection,  // of that name
  unusable,       // the URL, or a header
  unheard,        // nobody was reached, or did not answer in time, or the call was given up
  too_large,      // the answer, over kMaxHttpAnswerBytes
};
struct HttpCallFault {
  HttpFault fault = HttpFault::unheard;
  std::string message;  // without anything secret
  int status = 0;       // of the answer, as far as it came: 0 without any
};
using HttpOutcome = std::expected<HttpAnswer, HttpCallFault>;
inline constexpr std::size_t kMaxHttpAnswerBytes = 256UL * 1024;

// Any thread, never from within call() or cancel(). Must be quick.
using OnHttpAnswered = std::move_only_function<void(HttpOutcome)>;

class HttpCaller {
 public:
  virtual ~HttpCaller() = default;

  // Any thread; returns at once. Answered exactly once, within the connection's time limit from
  // when its turn comes. Every status is an answer, redirects included.
  virtual void call(HttpCall call, OnHttpAnswered answer) = 0;

  // Any thread; returns at once. Asks for an early end; one that has ended is no fault.
  virtual void cancel(const std::string& key) = 0;
};

}  // namespace ordo::ports
