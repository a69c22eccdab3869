#include "functions/http_connections.h"

#include <fmt/format.h>

#include <algorithm>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <utility>

#include "base/text.h"
#include "net/response_writer.h"

namespace ordo::functions {
namespace {

using ports::HttpCallFault;
using ports::HttpFault;

net::AsyncRequest request_of(ports::HttpCall call, const HttpConnection& connection) {
  net::AsyncRequest request;
  request.url = std::move(call.url);
  request.method = std::move(call.method);
  request.body = std::move(call.body);
  request.timeout = connection.timeout;
  request.allow_private = connection.allow_private;
  request.max_response_bytes = ports::kMaxHttpAnswerBytes;
  for (ports::HttpField& field : call.headers) {
    const bool ours = base::equals_ignoring_case(field.name, connection.header);
    if (ours && !connection.value.empty()) continue;
    request.headers.add(std::move(field.name), std::move(field.value));
  }
  if (!connection.value.empty()) request.headers.add(connection.header, connection.value);
  return request;
}

// Why it may not be sent; empty: it may.
std::string refusal(const ports::HttpCall& call, const HttpConnection& connection) {
  if (connection.hosts.empty()) return {};
  const auto host = net::host_of_url(call.url);
  if (!host) return host.error().message;
  const std::string_view name = std::string_view(*host).substr(0, host->rfind(':'));
  const bool listed = std::ranges::any_of(connection.hosts, [&](const std::string& one) {
    return base::equals_ignoring_case(one, *host) || base::equals_ignoring_case(one, name);
  });
  if (listed) return {};
  return fmt::format("[connections.{}] does not go to {}", call.connection, *host);
}

HttpFault http_fault(net::ExchangeFault fault) {
  if (fault == net::ExchangeFault::invalid) return HttpFault::unusable;
  if (fault == net::ExchangeFault::too_large) return HttpFault::too_large;
  return HttpFault::unheard;
}

ports::HttpOutcome outcome_of(net::Exchanged exchanged) {
  if (!exchanged) {
    net::ExchangeError& error = exchanged.error();
    return std::unexpected(
        HttpCallFault{http_fault(error.fault), std::move(error.message), error.status});
  }
  ports::HttpAnswer answer;
  answer.status = exchanged->status;
  const std::string_view phrase = net::reason_phrase(exchanged->status);
  if (phrase != "Unknown") answer.status_text = phrase;
  for (const auto& [name, value] : exchanged->headers) answer.headers.push_back({name, value});
  answer.body = std::move(exchanged->body);
  return answer;
}

class ConnectedCaller : public ports::HttpCaller {
 public:
  ConnectedCaller(HttpConnections connections, net::AsyncClient& client)
      : connections_(std::move(connections)), client_(client) {}

  void call(ports::HttpCall call, ports::OnHttpAnswered answer) override {
    const auto connection = connections_.find(call.connection);
    if (connection == connections_.end()) {
      return refuse(
          std::move(answer),
          {HttpFault::no_connection, fmt::format("there is no [connections.{}]", call.connection)});
    }
    if (std::string why = refusal(call, connection->second); !why.empty()) {
      return refuse(std::move(answer), {HttpFault::unusable, std::move(why)});
    }
    const std::string key = call.key;
    net::AsyncRequest request = request_of(std::move(call), connection->second);
    // Held until the exchange is known, for its end may come before.
    const std::lock_guard lock(mutex_);
    running_[key] =
        client_.send(std::move(request),
                     [this, key, answer = std::move(answer)](net::Exchanged exchanged) mutable {
                       {
                         const std::lock_guard ending(mutex_);
                         running_.erase(key);
                       }
                       answer(outcome_of(std::move(exchanged)));
                     });
  }

  void cancel(const std::string& key) override {
    std::optional<net::ExchangeId> exchange;
    {
      const std::lock_guard lock(mutex_);
      const auto found = running_.find(key);
      if (found != running_.end()) exchange = found->second;
    }
    if (exchange) client_.cancel(*exchange);
  }

 private:
  void refuse(ports::OnHttpAnswered answer, HttpCallFault fault) {
    client_.post([answer = std::move(answer), fault = std::move(fault)]() mutable {
      answer(std::unexpected(std::move(fault)));
    });
  }

  const HttpConnections connections_;
  net::AsyncClient& client_;
  std::mutex mutex_;
  std::unordered_map<std::string, net::ExchangeId> running_;  // guarded by mutex_
};

}  // namespace

std::unique_ptr<ports::HttpCaller> make_http_caller(HttpConnections connections,
                                                    net::AsyncClient& client) {
  return std::make_unique<ConnectedCaller>(std::move(connections), client);
}

}  // namespace ordo::functions
