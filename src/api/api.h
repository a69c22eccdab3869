// ordo over HTTP: request values in, response values out. Knows no socket, so that the server and
// a Lambda function give the same answers.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "api/store_stats.h"
#include "app/monitor.h"
#include "app/tasks.h"
#include "net/http.h"
#include "net/server.h"
#include "net/wire_fault.h"

namespace ordo::api {

struct Route;

// One answered request, for the log.
struct Answered {
  std::string_view method;
  std::string_view path;
  std::string_view route;  // the pattern, or "other"
  int status;
  std::chrono::nanoseconds took;
  std::string_view request_id;
  std::string_view traceparent;
  std::string_view peer;
  std::size_t bytes_in;
  std::size_t bytes_out;
  std::string_view fault;  // what broke on our side; mostly empty
};

struct ApiOptions {
  std::string version;
  std::string home = "embedded";
  std::vector<std::string> cors_origins;  // exact origins, or "*"; none: no CORS at all
  bool docs = true;
  bool (*offers)(const Route& route) = nullptr;      // see router.h; null: all routes are offered
  std::function<void(const Answered&)> on_answered;  // any thread; must be quick
  // For /metrics and /health; may be empty.
  std::function<net::ServerStats()> wire_stats;
  std::function<StoreStats()> store_stats;
  std::function<LeaseStats()> lease_stats;
  std::function<base::Result<std::vector<app::WaitingNotices>>()> waiting_notices;
};

// Any thread.
class Api {
 public:
  // `backend` is borrowed and must outlive every answer.
  Api(app::Backend& backend, ApiOptions options);
  ~Api();
  Api(const Api&) = delete;
  Api& operator=(const Api&) = delete;

  // Answers through `reply`, exactly once, now or later.
  void handle(net::Request request, net::Reply reply);

  // How many bytes the body of such a request may have.
  [[nodiscard]] std::size_t body_limit(const net::Request& head) const;

  // The answer to what was wrong before there was a request.
  [[nodiscard]] net::Response refuse(const net::WireFault& fault,
                                     const net::Request& partial) const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace ordo::api
