// The AWS Lambda Runtime API, version 2018-06-01, as one process of a function sees it: an address
// of its own, so that whoever calls there is that process.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "net/http.h"
#include "net/server.h"

namespace ordo::functions {

inline constexpr std::size_t kMaxLambdaAnswerBytes = 6UL * 1024 * 1024;

// What the process asks for or says.
struct RuntimeCall {
  enum class Kind : std::uint8_t {
    next,        // wants an invocation; may wait for the answer as long as it takes
    response,    // the invocation succeeded
    error,       // the invocation failed
    init_error,  // it cannot get ready
    too_large,   // said more than kMaxLambdaAnswerBytes of an invocation; already refused
  };
  Kind kind = Kind::next;
  std::string request_id;  // of response, error and too_large, as the process has it
  std::string body;
  net::Reply reply;                                     // empty of too_large
  std::shared_ptr<const net::Caller> caller = nullptr;  // of next
};

// Called on the API's own thread; must be quick.
using OnRuntimeCall = std::function<void(RuntimeCall call)>;

// Loopback only. Calls that make no sense whatever the state are answered here.
class RuntimeApi {
 public:
  // `longest_work`: between two calls of a process on one connection.
  static base::Result<std::unique_ptr<RuntimeApi>> start(base::Millis longest_work,
                                                         OnRuntimeCall on_call);

  // host:port
  [[nodiscard]] std::string authority() const;

 private:
  explicit RuntimeApi(std::unique_ptr<net::Server> server) : server_(std::move(server)) {}

  std::unique_ptr<net::Server> server_;
};

// Answers in AWS's form.
void answer_ok(net::Reply reply);  // 202 {"status":"OK"}
void answer_error(net::Reply reply, int status, std::string_view type, std::string_view message);
void answer_bad_id(net::Reply reply);     // 400
void answer_bad_state(net::Reply reply);  // 403

}  // namespace ordo::functions
