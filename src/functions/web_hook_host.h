// Functions that are web hooks: each task is a POST, signed as Standard Webhooks says.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "net/async_client.h"
#include "ports/clock.h"
#include "ports/function_host.h"

namespace ordo::functions {

struct WebHookSpec {
  std::string name;
  std::string url;
  // "whsec_" and base64, or any other text; a request has a signature of each. Without any,
  // requests are not signed.
  std::vector<std::string> secrets;
  base::Millis timeout{30'000};    // of one request
  bool allow_private = false;      // see net/address_rules.h
  std::size_t max_in_flight = 64;  // invocations and calls side by side
};

// A request's body is the task as the API shows it, with "attempt". `webhook-id` is the task's id,
// the same for all its attempts; `Ordo-Attempt` is the attempt, `traceparent` the task's. For the
// answer see web_hook_answer.h. A call's body is its payload; `webhook-id` is its key, or an id of
// its own, and there is neither Ordo-Attempt nor traceparent. The tasks of one invocation go one
// after the other, each in the time limit, until one fails.
//
// `invalid` for a URL or a secret that cannot be used; the error quotes neither. `client` outlives
// the host. Once it is destroyed, all has ended: what waited has not begun, a request under way is
// lost; not to be destroyed on the client's thread.
base::Result<std::unique_ptr<ports::FunctionHost>> make_web_hook_host(WebHookSpec spec,
                                                                      net::AsyncClient& client,
                                                                      const ports::Clock& clock,
                                                                      ports::OnEnded on_ended);

}  // namespace ordo::functions
