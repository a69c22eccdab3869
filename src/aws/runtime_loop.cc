#include "aws/runtime_loop.h"

#include <fmt/format.h>
#include <stdlib.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <exception>
#include <optional>
#include <utility>

#include "base/http_rules.h"
#include "base/json.h"
#include "base/percent.h"
#include "base/text.h"

namespace ordo::aws {
namespace {

constexpr std::string_view kRuntimeRoot = "/2018-06-01/runtime/";
constexpr std::size_t kMaxRuntimeAnswerBytes = 1024UL * 1024;
// Of what the API says in an error, for the log.
constexpr std::size_t kMaxQuotedBytes = 300;
constexpr const char* kTraceVariable = "_X_AMZN_TRACE_ID";

net::ClientOptions runtime_client_options() {
  net::ClientOptions options;
  // The process may be frozen for hours while it waits for the next invocation.
  options.silence = std::chrono::hours(24 * 365);
  options.max_response_bytes = kMaxRuntimeAnswerBytes;
  return options;
}

void set_trace_id(const std::string& id) {
  if (id.empty()) {
    ::unsetenv(kTraceVariable);
  } else {
    ::setenv(kTraceVariable, id.c_str(), 1);
  }
}

std::optional<base::WallTime> read_deadline(std::string_view text) {
  std::int64_t ms = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), ms);
  if (fault != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return base::WallTime::from_ms(ms);
}

HandlerOutcome handle_guarded(const InvocationHandler& handler,
                              const RuntimeInvocation& invocation) {
  try {
    return handler(invocation);
  } catch (const std::exception& thrown) {
    return std::unexpected(HandlerError{kUnhandledException, thrown.what()});
  } catch (...) {
    return std::unexpected(
        HandlerError{kUnhandledException, "the handler threw something that is no exception"});
  }
}

// Its start that is text, whatever an exception or the API says.
std::string_view sendable(std::string_view text, std::size_t max_bytes = kMaxErrorMessageBytes) {
  return base::clip(text.substr(0, base::find_invalid_utf8(text).value_or(text.size())), max_bytes);
}

std::string error_body(const HandlerError& error) {
  std::string body = R"({"errorMessage":)";
  base::append_json_string(body, sendable(error.message));
  body += R"(,"errorType":)";
  base::append_json_string(body, sendable(error.type));
  body += R"(,"stackTrace":[]})";
  return body;
}

HandlerError answer_too_large(std::size_t bytes) {
  return {kHandlerAnswerTooLarge,
          fmt::format("the answer has {} bytes, which is more than Lambda takes", bytes)};
}

std::string path_of(const RuntimeInvocation& invocation, std::string_view verb) {
  return fmt::format("invocation/{}/{}", base::percent_encode(invocation.request_id), verb);
}

}  // namespace

RuntimeLoop::RuntimeLoop(std::string_view authority, RuntimeHooks hooks)
    : authority_(authority),
      hooks_(std::move(hooks)),
      client_("http://" + authority_, runtime_client_options()) {}

base::Result<void> RuntimeLoop::run(const InvocationHandler& handler, const std::stop_token& stop) {
  Failures failures;
  while (!stop.stop_requested()) {
    const Asked asked = next(stop);
    if (asked.verdict == Verdict::ok) {
      failures = {};
      if (auto served = serve(asked, handler, stop); !served) return served;
    } else if (asked.verdict == Verdict::over || asked.verdict == Verdict::broken) {
      return end_of(asked.verdict, stop);
    } else if (!pause_after(failures, stop)) {
      return end_of(Verdict::failed, stop);
    }
  }
  return {};
}

base::Result<void> RuntimeLoop::fail_init(const HandlerError& error) {
  return end_of(post_error("init/error", error, {}), {});
}

RuntimeLoop::Verdict RuntimeLoop::verdict_of(const base::Result<net::Response>& answer) {
  if (!answer) return Verdict::failed;
  const int status = answer->status;
  if (base::is_success(status)) return Verdict::ok;
  if (status == 410) return Verdict::over;
  if (status == 413) return Verdict::too_large;
  if (status == 500) return Verdict::broken;
  return status >= 400 && status < 500 ? Verdict::refused : Verdict::failed;
}

RuntimeLoop::Asked RuntimeLoop::next(const std::stop_token& stop) {
  net::Request request;
  request.method = "GET";
  request.path = std::string(kRuntimeRoot) + "invocation/next";
  Asked asked;
  std::string& event = asked.invocation.event;
  // Once an invocation has begun to come it is ours, whatever is asked of us.
  const auto answer = client_.send_streaming(request, [&](std::string_view bytes) {
    if (bytes.empty()) return !event.empty() || !stop.stop_requested();
    asked.event_too_large = event.size() + bytes.size() > kMaxEventBytes;
    if (!asked.event_too_large) event += bytes;
    return !asked.event_too_large;
  });
  asked.verdict = verdict_of(answer);
  if (asked.verdict != Verdict::ok) {
    if (asked.verdict != Verdict::over && !stop.stop_requested()) {
      tell(answer ? fmt::format("{} to the call for an invocation: {}", answer->status,
                                sendable(answer->body, kMaxQuotedBytes))
                  : "it does not answer the call for an invocation");
    }
    return asked;
  }
  const net::Headers& headers = answer->headers;
  const auto deadline = read_deadline(headers.get("Lambda-Runtime-Deadline-Ms"));
  asked.invocation.request_id = headers.get("Lambda-Runtime-Aws-Request-Id");
  if (asked.invocation.request_id.empty() || !deadline) {
    tell("an invocation came without an id or a deadline");
    asked.verdict = Verdict::failed;
    return asked;
  }
  asked.invocation.deadline = *deadline;
  asked.invocation.function_arn = headers.get("Lambda-Runtime-Invoked-Function-Arn");
  asked.invocation.trace_id = headers.get("Lambda-Runtime-Trace-Id");
  return asked;
}

base::Result<void> RuntimeLoop::serve(const Asked& asked, const InvocationHandler& handler,
                                      const std::stop_token& stop) {
  const RuntimeInvocation& invocation = asked.invocation;
  HandlerOutcome outcome = std::unexpected(HandlerError{
      kEventTooLarge, fmt::format("the event has more than {} bytes", kMaxEventBytes)});
  if (!asked.event_too_large) {
    set_trace_id(invocation.trace_id);
    outcome = handle_guarded(handler, invocation);
    set_trace_id({});
  }
  if (outcome && outcome->size() > kMaxHandlerAnswerBytes) {
    outcome = std::unexpected(answer_too_large(outcome->size()));
  }
  if (outcome) {
    const Verdict verdict = post(path_of(invocation, "response"), *outcome, {}, stop);
    if (verdict != Verdict::too_large) return end_of(verdict, stop);
    outcome = std::unexpected(answer_too_large(outcome->size()));
  }
  return end_of(post_error(path_of(invocation, "error"), outcome.error(), stop), stop);
}

RuntimeLoop::Verdict RuntimeLoop::post(const std::string& path, const std::string& body,
                                       std::string_view error_type, const std::stop_token& stop) {
  net::Request request;
  request.method = "POST";
  request.path = std::string(kRuntimeRoot) + path;
  request.headers.add("Content-Type", "application/json");
  if (!error_type.empty()) {
    request.headers.add("Lambda-Runtime-Function-Error-Type", std::string(error_type));
  }
  request.body = body;
  Failures failures;
  while (true) {
    const auto answer = client_.send(request);
    const Verdict verdict = verdict_of(answer);
    if (verdict == Verdict::ok) return verdict;
    tell(answer ? fmt::format("{} to {}: {}", answer->status, path,
                              sendable(answer->body, kMaxQuotedBytes))
                : fmt::format("it does not answer {}", path));
    if (verdict != Verdict::failed) return verdict;
    if (!pause_after(failures, stop)) return verdict;
  }
}

RuntimeLoop::Verdict RuntimeLoop::post_error(const std::string& path, const HandlerError& error,
                                             const std::stop_token& stop) {
  const auto visible = [](char c) { return c > 0x20 && c < 0x7f; };
  const bool nameable = !error.type.empty() && std::ranges::all_of(error.type, visible);
  return post(path, error_body(error), nameable ? error.type : "Unhandled", stop);
}

base::Result<void> RuntimeLoop::end_of(Verdict verdict, const std::stop_token& stop) const {
  switch (verdict) {
    case Verdict::broken:
      return base::fail(base::ErrorCode::unavailable,
                        fmt::format("the Lambda Runtime API at {} says that it is broken (500); "
                                    "the process must end",
                                    authority_));
    case Verdict::failed:
      // While we are to stop, the API goes as well.
      if (stop.stop_requested()) break;
      return base::fail(base::ErrorCode::unavailable,
                        fmt::format("the Lambda Runtime API at {} could not be used {} times in a "
                                    "row; is AWS_LAMBDA_RUNTIME_API right?",
                                    authority_, kMaxRuntimeFailures));
    // It did not want the answer, perhaps as the invocation had timed out: the next one may do.
    case Verdict::refused:
    case Verdict::too_large:
    case Verdict::over:
    case Verdict::ok:
      break;
  }
  return {};
}

// False when that was enough.
bool RuntimeLoop::pause_after(Failures& failures, const std::stop_token& stop) {
  if (++failures.count >= kMaxRuntimeFailures || stop.stop_requested()) return false;
  hooks_.pause(failures.pause);
  failures.pause = std::min(2 * failures.pause, kLongestRuntimePause);
  return true;
}

void RuntimeLoop::tell(std::string_view what) const {
  if (hooks_.on_trouble) hooks_.on_trouble(fmt::format("the Lambda Runtime API: {}", what));
}

}  // namespace ordo::aws
