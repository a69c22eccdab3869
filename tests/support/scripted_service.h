// An AWS service that says what a test tells it to, and what its callers need: time that moves only
// by their pauses.
#pragma once

#include <gtest/gtest.h>

#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "aws/service_client.h"
#include "support/environment.h"
#include "support/fake_clock.h"
#include "support/net_server.h"

namespace ordo::testing {

class ScriptedService {
 public:
  // The next request is answered so; without any left, the answer is 200 "{}".
  void then(net::Response response) {
    const std::lock_guard lock(mutex_);
    script_.push_back(std::move(response));
  }
  void then(int status, std::string body = "",
            const std::vector<std::pair<std::string, std::string>>& headers = {}) {
    net::Response response = text_answer(std::move(body), status);
    for (const auto& [name, value] : headers) response.headers.add(name, value);
    then(std::move(response));
  }

  // What came, in order.
  std::vector<net::Request> asked() {
    const std::lock_guard lock(mutex_);
    return asked_;
  }
  [[nodiscard]] std::string url() const {
    return "http://127.0.0.1:" + std::to_string(server_->port());
  }
  [[nodiscard]] aws::Endpoint endpoint(const std::string& service = "sqs") const {
    return {url(), {"eu-central-1", service}};
  }
  aws::CallContext context(aws::CredentialsSource& source) {
    return {http, source, clock, random, [this](base::Millis pause) { wait(pause); }};
  }
  aws::CallContext context() { return context(credentials); }
  // As a pause of the callers.
  void wait(base::Millis pause) {
    const std::lock_guard lock(mutex_);
    pauses_.push_back(pause);
    clock.advance(pause);
  }
  std::vector<base::Millis> pauses() {
    const std::lock_guard lock(mutex_);
    return pauses_;
  }
  [[nodiscard]] std::uint64_t connections() const { return server_->stats().connections_total; }

  net::AsyncClient http;
  FakeClock clock;
  SeededRandom random;
  aws::FixedCredentials credentials{{.access_key_id = "AKIDEXAMPLE",
                                     .secret_access_key = "not-to-be-told",
                                     .session_token = "session"}};

 private:
  net::Response answer(const net::Request& request) {
    const std::lock_guard lock(mutex_);
    asked_.push_back(request);
    if (script_.empty()) return text_answer("{}");
    net::Response next = std::move(script_.front());
    script_.pop_front();
    return next;
  }

  std::mutex mutex_;
  std::deque<net::Response> script_;
  std::vector<net::Request> asked_;
  std::vector<base::Millis> pauses_;
  std::unique_ptr<net::Server> server_ =
      start(test_options(), [this](const net::Request& request, net::Reply reply) {
        reply([this, request] { return answer(request); });
      });
};

}  // namespace ordo::testing
