// Connections: calls of HTTP servers with a header that says who calls.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/time.h"
#include "net/async_client.h"
#include "ports/http_caller.h"

namespace ordo::functions {

struct HttpConnection {
  std::string header = "Authorization";
  std::string value;             // a secret: no message has it; empty: the header is not sent
  base::Millis timeout{30'000};  // of one call
  bool allow_private = false;    // see net/address_rules.h
  // "crm.example", or "crm.example:8443" for that port alone; empty: to whatever host is asked.
  std::vector<std::string> hosts = {};
};
using HttpConnections = std::map<std::string, HttpConnection, std::less<>>;

// Answers on the client's thread. `client` outlives the caller's use, the caller the client's
// callbacks.
[[nodiscard]] std::unique_ptr<ports::HttpCaller> make_http_caller(HttpConnections connections,
                                                                  net::AsyncClient& client);

}  // namespace ordo::functions
