// `collect_results` and `store_result`: what the orders' pipeline calls, as Step Functions calls
// it.
#include <future>
#include <memory>
#include <string>
#include <utility>

#include "app/collect_results.h"
#include "app/store_result.h"
#include "base/json.h"
#include "functions/auction_simulator.h"
#include "functions/http_auction.h"
#include "lambda/handlers.h"

namespace ordo::lambda {
namespace {

using FunctionOutcome = std::promise<ports::CallOutcome>;

// Called by whatever thread answers; the promise outlives it.
app::FunctionAnswer keeping(const std::shared_ptr<FunctionOutcome>& outcome) {
  return [outcome](ports::CallOutcome said) { outcome->set_value(std::move(said)); };
}

// A state machine tells faults apart by their names.
aws::HandlerOutcome outcome_of(ports::CallOutcome said) {
  if (said) return std::move(*said);
  const auto members = base::parse_json_object(said.error().cause);
  const std::string_view message =
      members ? base::text_of(*members, "errorMessage") : std::string_view(said.error().cause);
  return std::unexpected(aws::HandlerError{said.error().error, std::string(message)});
}

class CollectResults : public Function {
 public:
  CollectResults(Home& home, std::unique_ptr<ports::Auction> auction)
      : home_(home), auction_(std::move(auction)) {}

  aws::HandlerOutcome handle(const aws::RuntimeInvocation& invocation) override {
    const auto outcome = std::make_shared<FunctionOutcome>();
    auto said = outcome->get_future();
    app::collect_results(home_.backend(), *auction_, round_, invocation.event, keeping(outcome));
    return outcome_of(said.get());
  }

 private:
  Home& home_;
  std::unique_ptr<ports::Auction> auction_;
  app::AuctionRound round_;
};

class StoreResult : public Function {
 public:
  explicit StoreResult(Home& home) : home_(home) {}

  aws::HandlerOutcome handle(const aws::RuntimeInvocation& invocation) override {
    const auto outcome = std::make_shared<FunctionOutcome>();
    auto said = outcome->get_future();
    app::store_result(home_.backend(), *home_.objects(), invocation.event, keeping(outcome));
    return outcome_of(said.get());
  }

 private:
  Home& home_;
};

}  // namespace

base::Result<std::unique_ptr<Function>> make_collect_results(Home& home) {
  const Settings& settings = home.settings();
  if (settings.auction_url.empty()) {
    return std::make_unique<CollectResults>(home,
                                            functions::make_simulated_auction(settings.simulated));
  }
  functions::HttpAuction spec;
  spec.url = settings.auction_url;
  if (!settings.auction_secret.empty()) spec.secrets = {settings.auction_secret};
  auto auction = functions::make_http_auction(spec, home.http(), home.clock(), home.random());
  if (!auction) return base::fail(std::move(auction.error()));
  return std::make_unique<CollectResults>(home, std::move(*auction));
}

base::Result<std::unique_ptr<Function>> make_store_result(Home& home) {
  if (home.objects() == nullptr) {
    return base::fail(base::ErrorCode::invalid,
                      "ORDO_RESULTS_BUCKET: set it to the bucket of S3 that results go to");
  }
  return std::make_unique<StoreResult>(home);
}

}  // namespace ordo::lambda
