// The service "http:invoke" of state machines: parameters as a request, an answer as an output. As
// AWS Step Functions does it. Pure.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "app/call_parameters.h"
#include "base/result.h"
#include "ports/http_caller.h"
#include "states/fault.h"
#include "states/machine.h"

namespace ordo::app {

// "arn:aws:events:REGION:ACCOUNT:connection/NAME/UUID" → "NAME"; anything else is a name itself.
[[nodiscard]] std::string connection_name(std::string_view name_or_arn);

inline constexpr char kNoHttpConnection[] = "Events.ConnectionResource.ResourceNotFound";
inline constexpr char kHttpConnectionMissing[] =
    R"("ConnectionArn" is required, in "Authentication" or "InvocationConfig")";

// States.Runtime for what is missing, of the wrong kind, or not allowed. The key is left empty.
[[nodiscard]] states::Outcome<ports::HttpCall> read_http_call(const CallParameters& parameters);

// 2xx: {"Headers": {NAME: [VALUE, …], …}, "ResponseBody": …, "StatusCode": …, "StatusText": …},
// with names in small letters and, when it is JSON by its content type, the body as JSON. Otherwise
// a fault: States.Http.StatusCode.404 with the body as its cause, States.Http.Socket,
// States.DataLimitExceeded, States.Runtime (no text; not to be sent at all),
// Events.ConnectionResource.ResourceNotFound.
[[nodiscard]] states::Outcome<std::string> read_http_outcome(const ports::HttpOutcome& outcome);

// The calls of a machine whose connection its definition does not name, or names one that is not
// among these. What is computed is not looked at.
[[nodiscard]] std::vector<base::FieldError> check_http_connections(
    const states::Machine& machine, const std::set<std::string>& connections);

// Whether it is this service.
[[nodiscard]] bool is_http_call(const states::Resource& resource);

}  // namespace ordo::app
