// A server on a free port of the loopback for tests of net/.
#pragma once

#include <gtest/gtest.h>

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "net/server.h"
#include "support/raw_connection.h"

namespace ordo::testing {

// Requests that wait for the test to answer them.
class HeldRequests {
 public:
  // For the server: keeps the request instead of answering it.
  net::Handler handler() {
    return [this](net::Request request, net::Reply reply) {
      const std::lock_guard lock(mutex_);
      held_.emplace_back(std::move(request), std::move(reply));
      arrived_.notify_all();
    };
  }
  // Waits for the next one.
  std::pair<net::Request, net::Reply> take() {
    std::unique_lock lock(mutex_);
    const bool came =
        arrived_.wait_for(lock, std::chrono::seconds(20), [this] { return !held_.empty(); });
    if (!came) {
      ADD_FAILURE() << "no request came";
      return {net::Request(), net::Reply([](const net::MakeResponse&) {})};
    }
    auto out = std::move(held_.front());
    held_.pop_front();
    return out;
  }
  [[nodiscard]] std::size_t size() {
    const std::lock_guard lock(mutex_);
    return held_.size();
  }

 private:
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<std::pair<net::Request, net::Reply>> held_;
};

inline net::Response text_answer(std::string body, int status = 200) {
  net::Response response;
  response.status = status;
  response.body = std::move(body);
  return response;
}

// Answers at once: method, path and body.
inline net::Handler echo() {
  return [](const net::Request& request, net::Reply reply) {
    reply([text = request.method + " " + request.path + " " + request.body] {
      return text_answer(text);
    });
  };
}

inline net::ServerOptions test_options() {
  net::ServerOptions options;
  options.port = 0;
  options.threads = 1;
  options.body_limit = [](const net::Request&) { return std::size_t{1024} * 1024; };
  options.refuse = [](const net::WireFault& fault, const net::Request&) {
    return text_answer(fault.code, fault.status);
  };
  return options;
}

inline std::unique_ptr<net::Server> start(net::ServerOptions options, net::Handler handler) {
  auto server = net::Server::start(std::move(options), std::move(handler));
  EXPECT_TRUE(server.has_value());
  return server ? std::move(*server) : nullptr;
}

}  // namespace ordo::testing
