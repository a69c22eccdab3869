// One request on its way through the API, and what every endpoint works with.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "api/api.h"
#include "api/metrics.h"
#include "api/pages.h"
#include "api/problem.h"
#include "app/tasks.h"
#include "base/time.h"
#include "net/http.h"

namespace ordo::api {

struct Route;

struct Context {
  app::Backend& backend;
  const ApiOptions& options;
  Metrics& metrics;
  Pages& pages;
  base::MonoTime started;
};

struct Exchange {
  net::Request request;
  net::Reply reply;
  const Route* route = nullptr;
  std::string id;    // the decoded variable part of the path
  std::string rest;  // the decoded second one, which may have slashes
  std::string request_id;
  std::string traceparent;  // valid, or empty
  std::string fault;        // what broke on our side, for the log
  base::MonoTime began;
  Context* context = nullptr;
};
using ExchangePtr = std::unique_ptr<Exchange>;

// An endpoint owns the exchange until it answers.
using Endpoint = void (*)(Context& context, ExchangePtr exchange);

// Adds what every answer carries, counts and logs it. Runs on the connection's thread.
void finish(Exchange& exchange, net::Response& response);

// Answers with what `make` returns there.
template <class Make>
void respond(ExchangePtr exchange, Make make) {
  net::Reply reply = std::move(exchange->reply);
  reply([exchange = std::move(exchange), make = std::move(make)]() mutable {
    net::Response response = make(*exchange);
    finish(*exchange, response);
    return response;
  });
}

inline void respond_problem(ExchangePtr exchange, Problem problem) {
  respond(std::move(exchange),
          [problem = std::move(problem)](Exchange&) { return respond_problem(problem); });
}

// The answer that an error stands for; what is our fault is kept for the log.
[[nodiscard]] inline net::Response error_response(Exchange& exchange, const base::Error& error) {
  const Problem problem = problem_of(error);
  if (problem.status >= 500) exchange.fault = error.message;
  return respond_problem(problem);
}

inline void respond_error(ExchangePtr exchange, const base::Error& error) {
  respond(std::move(exchange), [error](Exchange& of) { return error_response(of, error); });
}

// The callback of a use case: `make` (Exchange&, T&& → Response) runs on the connection's thread.
template <class T, class Make>
app::Answer<T> answering(ExchangePtr exchange, Make make) {
  return [exchange = std::move(exchange), make = std::move(make)](base::Result<T> result) mutable {
    respond(std::move(exchange),
            [result = std::move(result), make = std::move(make)](Exchange& of) mutable {
              if (!result) return error_response(of, result.error());
              return make(of, std::move(*result));
            });
  };
}

[[nodiscard]] inline net::Response json_response(int status, std::string body) {
  net::Response response;
  response.status = status;
  response.headers.add("Content-Type", "application/json");
  response.body = std::move(body);
  return response;
}

}  // namespace ordo::api
