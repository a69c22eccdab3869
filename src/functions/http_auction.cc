#include "functions/http_auction.h"

#include <fmt/format.h>

#include <utility>

#include "base/uuid.h"
#include "functions/http_auction_answer.h"
#include "net/webhook_signature.h"

namespace ordo::functions {
namespace {

class AuctionOverHttp : public ports::Auction {
 public:
  AuctionOverHttp(HttpAuction spec, std::vector<net::WebhookSecret> secrets,
                  net::AsyncClient& client, const ports::Clock& clock, ports::Random& random)
      : spec_(std::move(spec)),
        secrets_(std::move(secrets)),
        client_(client),
        clock_(clock),
        random_(random) {}

  void ask(std::vector<domain::Order> orders,
           std::move_only_function<void(ports::AuctionAnswer)> answer) override {
    net::AsyncRequest request;
    request.url = spec_.url;
    request.timeout = spec_.timeout;
    request.allow_private = spec_.allow_private;
    request.max_response_bytes = kMaxAuctionAnswerBytes;
    request.body = auction_question(orders);
    request.headers.add("Content-Type", "application/json");
    request.headers.add("Accept", "application/json");
    const base::WallTime now = clock_.wall();
    net::sign_webhook(request.headers, secrets_, base::uuid_v7(now, random_.next(), random_.next()),
                      now, request.body);
    std::vector<domain::RecordId> asked;
    asked.reserve(orders.size());
    for (domain::Order& order : orders) asked.push_back(std::move(order.record.id));
    client_.send(std::move(request), [asked = std::move(asked), answer = std::move(answer)](
                                         const net::Exchanged& exchanged) mutable {
      answer(read_auction_answer(exchanged, asked));
    });
  }

 private:
  const HttpAuction spec_;
  const std::vector<net::WebhookSecret> secrets_;
  net::AsyncClient& client_;
  const ports::Clock& clock_;
  ports::Random& random_;
};

}  // namespace

base::Result<std::unique_ptr<ports::Auction>> make_http_auction(const HttpAuction& spec,
                                                                net::AsyncClient& client,
                                                                const ports::Clock& clock,
                                                                ports::Random& random) {
  const auto unusable = [](const base::Error& error) {
    return base::fail(error.code, fmt::format("the auction: {}", error.message));
  };
  if (const auto host = net::host_of_url(spec.url); !host) return unusable(host.error());
  auto secrets = net::parse_webhook_secrets(spec.secrets);
  if (!secrets) return unusable(secrets.error());
  return std::make_unique<AuctionOverHttp>(spec, std::move(*secrets), client, clock, random);
}

}  // namespace ordo::functions
