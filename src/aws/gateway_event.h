// The event that Amazon API Gateway, or a function URL, makes of an HTTP request, as the request
// that it was, and an HTTP response as the answer that they take. Pure.
//
// Two formats: payload 1.0 (REST APIs; HTTP APIs that ask for it) and 2.0 (HTTP APIs, function
// URLs).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "net/http.h"

namespace ordo::aws {

enum class PayloadFormat : std::uint8_t { v1, v2 };

struct GatewayRequest {
  net::Request request;
  PayloadFormat format = PayloadFormat::v1;
  std::string request_id;  // the gateway's, for the log; may be empty
};

// The request as a server would have read it from the wire. `invalid` when it is no such event; the
// message names what is missing or wrong.
//
// What the formats do not carry, and what stands in for it:
// - 1.0 has the query decoded and by name: it is encoded again, the values of a name side by side.
// - HTTP APIs have the path decoded, and cut at a "?" in it: it is encoded again, but what was
// "%2F"
//   stays a slash. REST APIs and function URLs leave the path as it was sent.
// - HTTP APIs put the stage before the path, unless it is $default: it is taken off. A base path of
//   a custom domain stays.
// - 2.0 has a header that was sent more than once as one list.
// - REST APIs leave out Content-Length: with a body, and where the method asks for one (POST, PUT,
//   PATCH), it is added.
base::Result<GatewayRequest> read_gateway_event(std::string_view event);

// The answer as JSON text. A body that is not UTF-8 goes as base64; a REST API decodes that only
// for the types among its binaryMediaTypes ("*/*").
//
// `head_only`: the request was a HEAD. A response whose body goes on (Response::stream) cannot be
// sent so and must not be given: such a request is for its handler to refuse, with a 501.
[[nodiscard]] std::string gateway_answer(const net::Response& response, PayloadFormat format,
                                         bool head_only = false);

}  // namespace ordo::aws
