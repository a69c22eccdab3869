// AWS Lambda functions, unmodified: processes that speak the Lambda Runtime API.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string_view>

#include "functions/lambda_spec.h"
#include "ports/clock.h"
#include "ports/function_host.h"

namespace ordo::functions {

// A line that a process wrote: any bytes but a newline, at most kMaxOutputLineBytes.
struct OutputLine {
  std::string_view function;
  int pid = 0;
  std::optional<std::string_view> task_id;  // the first task of what it was running
  std::string_view line;
};

// Called on the function's own thread; must be quick.
using OnOutput = std::function<void(const OutputLine& line)>;

// What is wrong with the function's processes, for whoever runs the server: a start that failed
// (not more than once a pause), a process that ended by itself, or was ended as it took too long.
// Called on the function's own thread; must be quick.
using OnFunctionTrouble = std::function<void(std::string_view function, std::string_view what)>;

// More that wait for a process fail at once, as "TooManyInvocations"; so many calls beside them.
inline constexpr std::size_t kMaxWaitingInvocations = 100'000;

// Starts the function's processes at once and keeps that many: one that ends is replaced, after a
// pause that doubles from kFirstPause to kLongestPause until one has answered again. Each runs one
// invocation, or call, at a time.
//
// How an invocation fails when the handler itself has no say:
//   Timeout        it took longer than the function may; its processes are gone
//   ProcessExited  the process ended meanwhile
//   InitError      no process gets ready: kStartTries of each have failed, with the last reason
//   MalformedResponse, BatchItemFailure, Function.ResponseSizeTooLarge
//   Cancelled      by cancel()
//   NotBegun       by curtail(), or the host was destroyed while it waited
//   Stopped        the host was destroyed while it ran; lost, as nobody knows how far it got
//
// A call's payload is the event as it is, and what comes to /response its answer. How it fails:
//   errorType                  as the function says at /error; the cause is what it sent there
//   Unhandled                  the error that it sent names no type
//   Sandbox.Timedout           } as AWS Lambda words it, with the request's id
//   Runtime.ExitError          }
//   Runtime.MalformedResponse, Function.ResponseSizeTooLarge
//   InitError                  as above
//
// A process that must end gets SIGTERM, with its whole group, and SIGKILL kTermGrace later.
// Destroying the host ends them all so. They die, too, when this program does, however it does.
[[nodiscard]] std::unique_ptr<ports::FunctionHost> make_lambda_host(
    LambdaSpec spec, const ports::Clock& clock, ports::OnEnded on_ended, OnOutput on_output,
    OnFunctionTrouble on_trouble = {});

inline constexpr base::Millis kFirstPause{100};
inline constexpr base::Millis kLongestPause{30'000};
inline constexpr base::Millis kTermGrace{2'000};
inline constexpr std::size_t kStartTries = 3;

}  // namespace ordo::functions
