// What a web hook answered, as the outcome of a task or a call. Pure.
#pragma once

#include <expected>
#include <optional>
#include <string>

#include "base/time.h"
#include "domain/attempt.h"
#include "net/async_client.h"
#include "ports/function_host.h"

namespace ordo::functions {

// The result, if there is one.
using HookOutcome = std::expected<std::optional<std::string>, domain::Failure>;

// 2xx is success, and a JSON object in its body the result. Anything else is a failure
// ("HttpStatus"), with the pause that Retry-After asks for, 410 and 422 for good; that holds even
// when its body is not whole. A success that breaks off, or no answer, is "Timeout", "Unreachable",
// "TlsError", "BrokenAnswer", "AddressNotAllowed" or "InvalidRequest" (both for good), "Busy", or,
// when the exchange was cancelled, lost.
[[nodiscard]] HookOutcome read_hook_answer(const net::Exchanged& exchanged, base::WallTime now);

// 2xx is success, with any JSON value in the body; an empty one is null. Anything else is a fault:
// "Http.StatusCode.503" with the body as its cause, cut off at kMaxCallCauseBytes;
// "Http.MalformedResponse" for what is no JSON, "Http.ResponseTooLarge"; and the types above after
// "Http.". Cancelled: as by the host's end.
[[nodiscard]] ports::CallOutcome read_hook_call(const net::Exchanged& exchanged);

}  // namespace ordo::functions
