// `api`: what comes through API Gateway, answered as `ordo serve` answers it.
#include <algorithm>
#include <array>
#include <future>
#include <string>
#include <utility>

#include "api/api.h"
#include "api/router.h"
#include "aws/gateway_event.h"
#include "aws/runtime_loop.h"
#include "lambda/handlers.h"

namespace ordo::lambda {
namespace {

// What this home keeps: tasks, orders, objects. Queues and pipelines are those of AWS.
bool offers(const api::Route& route) {
  constexpr std::array<std::string_view, 2> kOperations{"getLivez", "getOpenapi"};
  constexpr std::array<std::string_view, 4> kTags{"tasks", "dead letters", "orders", "objects"};
  return std::ranges::find(kTags, route.tag) != kTags.end() ||
         std::ranges::find(kOperations, route.operation) != kOperations.end();
}

class ApiFunction : public Function {
 public:
  explicit ApiFunction(Home& home) : home_(home), api_(home.backend(), options(home)) {}

  aws::HandlerOutcome handle(const aws::RuntimeInvocation& invocation) override {
    auto event = aws::read_gateway_event(invocation.event);
    if (!event) return std::unexpected(aws::HandlerError{"BadEvent", event.error().message});
    net::Request& request = event->request;
    // The server that others have before the API refuses it on its own.
    const std::size_t limit = api_.body_limit(request);
    const bool head_only = request.method == "HEAD";
    const net::Response response = request.body.size() > limit
                                       ? api_.refuse(net::body_too_large(limit), request)
                                       : ask(std::move(request));
    std::string answer = aws::gateway_answer(response, event->format, head_only);
    if (answer.size() <= aws::kMaxHandlerAnswerBytes) return answer;
    return aws::gateway_answer(
        api_.refuse(
            {500, "answer_too_large",
             "the answer is larger than API Gateway carries; read an object from its bucket"},
            {}),
        event->format, head_only);
  }

 private:
  static api::ApiOptions options(Home& home) {
    api::ApiOptions options;
    options.version = ORDO_VERSION;
    options.home = "aws";
    options.cors_origins = home.settings().cors_origins;
    options.docs = false;
    options.offers = offers;
    options.on_answered = [&log = home.log()](const api::Answered& answered) {
      log.write(answered.status >= 500 ? base::Level::error : base::Level::info, "request",
                {{"method", answered.method},
                 {"route", answered.route},
                 {"status", std::int64_t{answered.status}},
                 {"ms", std::chrono::duration<double, std::milli>(answered.took).count()},
                 {"request_id", answered.request_id},
                 {"traceparent", answered.traceparent},
                 {"fault", answered.fault}});
    };
    return options;
  }

  net::Response ask(net::Request request) {
    std::promise<net::MakeResponse> answered;
    auto answer = answered.get_future();
    api_.handle(std::move(request),
                [&answered](net::MakeResponse make) { answered.set_value(std::move(make)); });
    return answer.get()();
  }

  Home& home_;
  api::Api api_;
};

}  // namespace

base::Result<std::unique_ptr<Function>> make_api(Home& home) {
  return std::make_unique<ApiFunction>(home);
}

}  // namespace ordo::lambda
