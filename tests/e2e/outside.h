// Somebody else's HTTP server, which ordo calls.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "net/server.h"
#include "support/net_server.h"

namespace ordo::e2e {

class Outside {
 public:
  // Called by one thread.
  using Answer = std::function<net::Response(const net::Request&)>;

  explicit Outside(Answer answer)
      : server_(testing::start(
            testing::test_options(),
            [answer = std::move(answer)](const net::Request& request, net::Reply reply) {
              reply([response = answer(request)]() mutable { return std::move(response); });
            })) {}

  [[nodiscard]] std::string url(const std::string& path) const {
    return "http://127.0.0.1:" + std::to_string(server_->port()) + path;
  }

 private:
  std::unique_ptr<net::Server> server_;
};

}  // namespace ordo::e2e
