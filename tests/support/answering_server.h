// A real server of fixed answers, for tests of who asks.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "net/stream.h"
#include "support/net_server.h"

namespace ordo::testing {

// "GET /a?b" is answered with what was set for it, 404 without. Any thread.
class AnsweringServer {
 public:
  void set(const std::string& what, std::string body, int status = 200) {
    const std::lock_guard lock(mutex_);
    answers_[what] = {std::move(body), status};
  }
  // The next requests for it are answered with these bytes as a stream, which then ends; with
  // `hold` it stays open.
  void stream(const std::string& what, std::string bytes, bool hold = false) {
    const std::lock_guard lock(mutex_);
    streams_[what].push_back({std::move(bytes), hold});
  }
  // More bytes of the stream that was begun last and is held open.
  void stream_on(const std::string& bytes) {
    const std::lock_guard lock(mutex_);
    held_->write(bytes);
  }
  // What was asked, with its body behind it.
  std::vector<std::string> asked() {
    const std::lock_guard lock(mutex_);
    return asked_;
  }
  [[nodiscard]] std::string url() const {
    return "http://127.0.0.1:" + std::to_string(server_->port());
  }

 private:
  struct Answer {
    std::string body;
    int status = 200;
  };
  struct Bytes {
    std::string bytes;
    bool hold = false;
  };

  net::Response answer(const net::Request& request) {
    const std::string what =
        request.method + " " + request.path + (request.query.empty() ? "" : "?" + request.query);
    const std::string_view seen = request.headers.get("Last-Event-ID");
    const std::lock_guard lock(mutex_);
    asked_.push_back(what + (request.body.empty() ? "" : " " + request.body) +
                     (seen.empty() ? "" : " after " + std::string(seen)));
    if (auto& streams = streams_[what]; !streams.empty()) {
      const Bytes next = std::move(streams.front());
      streams.erase(streams.begin());
      net::Response response;
      response.stream = std::make_shared<net::Stream>();
      response.stream->write(next.bytes);
      if (next.hold) {
        held_ = response.stream;
      } else {
        response.stream->finish();
      }
      return response;
    }
    const auto found = answers_.find(what);
    if (found == answers_.end()) return text_answer(R"({"detail":"there is nothing"})", 404);
    return text_answer(found->second.body, found->second.status);
  }

  std::mutex mutex_;
  std::map<std::string, Answer> answers_;
  std::map<std::string, std::vector<Bytes>> streams_;
  std::shared_ptr<net::Stream> held_;
  std::vector<std::string> asked_;
  std::unique_ptr<net::Server> server_ =
      start(test_options(), [this](const net::Request& request, net::Reply reply) {
        reply([this, request] { return answer(request); });
      });
};

}  // namespace ordo::testing
