// A server at the other end of HTTP, for the commands.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "net/client.h"

namespace ordo::cli {

using Query = std::vector<std::pair<std::string, std::string>>;

// The query's text; pairs without a value are left out.
[[nodiscard]] std::string query_text(const Query& query);

// One line for people: every bad field with its message, or else the problem's detail.
[[nodiscard]] std::string problem_text(std::string_view status, std::string_view body);

// The body of a 2xx answer; any other answer is an error with problem_text.
base::Result<std::string> body_of_success(net::Response response);

struct Call {
  std::string method = "GET";
  std::string path;
  Query query = {};
  std::string body = {};
  std::string content_type = "application/json";
  std::string if_match = {};
  std::string idempotency_key = {};
  std::string last_event_id = {};
};

// One thread.
class Remote {
 public:
  explicit Remote(std::string url, net::ClientOptions options = {})
      : client_(std::move(url), std::move(options)) {}

  // Whatever the server answered.
  base::Result<net::Response> exchange(const Call& call);

  // For an answer that goes on; see net::Client.
  base::Result<net::Response> follow(const Call& call, const net::Client::OnBytes& on_bytes);

  // What body_of_success makes of the answer.
  base::Result<std::string> ask(const Call& call);

 private:
  net::Client client_;
};

}  // namespace ordo::cli
