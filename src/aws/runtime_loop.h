// The loop of a custom runtime of AWS Lambda: asks the Runtime API (version 2018-06-01) for one
// invocation after another, has each handled, and tells what came of it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>
#include <string_view>

#include "aws/runtime_invocation.h"
#include "base/result.h"
#include "base/time.h"
#include "net/client.h"

namespace ordo::aws {

// What Lambda takes as an answer. A larger one becomes the error kHandlerAnswerTooLarge, as does
// one that the Runtime API refuses for its size.
inline constexpr std::size_t kMaxHandlerAnswerBytes = 6UL * 1024 * 1024;
inline constexpr const char* kHandlerAnswerTooLarge = "Function.ResponseSizeTooLarge";

// More than Lambda hands out. A larger event is not handled: the error kEventTooLarge.
inline constexpr std::size_t kMaxEventBytes = 32UL * 1024 * 1024;
inline constexpr const char* kEventTooLarge = "Runtime.EventTooLarge";

// Of an error's message; the rest is cut off.
inline constexpr std::size_t kMaxErrorMessageBytes = 32UL * 1024;

// So many failures to reach the Runtime API in a row end the loop; the pauses between them double.
inline constexpr int kMaxRuntimeFailures = 8;
inline constexpr base::Millis kFirstRuntimePause{50};
inline constexpr base::Millis kLongestRuntimePause{1'000};

struct RuntimeHooks {
  std::function<void(base::Millis)> pause;  // sleeps
  // What went wrong but did not end the loop, for the log. May be empty.
  std::function<void(std::string_view what)> on_trouble = {};
};

// One thread. While a handler runs, _X_AMZN_TRACE_ID in the environment is its invocation's, or not
// there: no other thread may read the environment when run() is between two invocations.
class RuntimeLoop {
 public:
  // `authority`: host:port, as AWS_LAMBDA_RUNTIME_API has it.
  RuntimeLoop(std::string_view authority, RuntimeHooks hooks);

  // Waits for each invocation as long as it takes. Ends well when `stop` is requested (known within
  // about a second; what is being handled is finished and told first) or when the API says that it
  // is over (410). An error is for the process to end with: the API's state cannot be mended (500),
  // or it could not be used kMaxRuntimeFailures times in a row.
  base::Result<void> run(const InvocationHandler& handler, const std::stop_token& stop = {});

  // Instead of run(): the function cannot get ready. The process should end then.
  base::Result<void> fail_init(const HandlerError& error);

 private:
  // What an answer of the API, or none, comes to.
  enum class Verdict : std::uint8_t { ok, refused, too_large, failed, over, broken };
  // Failures in a row.
  struct Failures {
    int count = 0;
    base::Millis pause = kFirstRuntimePause;
  };
  struct Asked {
    Verdict verdict = Verdict::failed;
    RuntimeInvocation invocation = {};
    bool event_too_large = false;
  };

  static Verdict verdict_of(const base::Result<net::Response>& answer);
  Asked next(const std::stop_token& stop);
  base::Result<void> serve(const Asked& asked, const InvocationHandler& handler,
                           const std::stop_token& stop);
  Verdict post(const std::string& path, const std::string& body, std::string_view error_type,
               const std::stop_token& stop);
  Verdict post_error(const std::string& path, const HandlerError& error,
                     const std::stop_token& stop);
  base::Result<void> end_of(Verdict verdict, const std::stop_token& stop) const;
  bool pause_after(Failures& failures, const std::stop_token& stop);
  void tell(std::string_view what) const;

  const std::string authority_;
  const RuntimeHooks hooks_;
  net::Client client_;
};

}  // namespace ordo::aws
