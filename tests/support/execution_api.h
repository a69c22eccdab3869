// The API over executions and a store in memory: requests in, answers out, all on the test's own
// thread; calls of pipelines are answered by the test.
#pragma once

#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include "api/api.h"
#include "app/execution_desk.h"
#include "support/api_harness.h"
#include "support/execution_harness.h"

namespace ordo::testing {

class ExecutionApi {
 public:
  // `define` is told the pipelines; what is there from then on stays.
  template <class Define>
  explicit ExecutionApi(Define define) {
    define(world_);
    world_.boot();
    backend_ = std::make_unique<app::Backend>(
        app::Backend{*world_.committer, *world_.readers, world_.clock, random_, queues_});
    desk_ = std::make_unique<app::ExecutionDesk>(
        app::ExecutionDesk::Parts{world_.pipelines, *world_.readers, world_.clock});
    desk_->open(*world_.executions);
    backend_->executions = desk_.get();
    backend_->pipelines = &world_.pipelines;
    api_ = std::make_unique<api::Api>(*backend_, ApiHarness::plain_options());
  }

  // All that follows from the request has happened when this returns.
  net::Response ask(net::Request request) {
    const auto promised = std::make_shared<std::promise<net::Response>>();
    std::future<net::Response> answer = promised->get_future();
    api_->handle(std::move(request),
                 [promised](net::MakeResponse make) { promised->set_value(make()); });
    world_.settle();
    if (answer.wait_for(std::chrono::seconds(0)) != std::future_status::ready) {
      throw std::runtime_error("a request was not answered");
    }
    return answer.get();
  }
  net::Response ask(std::string method, std::string target, std::string body = "") {
    return ask(ApiHarness::request(std::move(method), std::move(target), std::move(body)));
  }
  net::Response get(std::string target) { return ask("GET", std::move(target)); }

  ExecutionWorld& world() { return world_; }

 private:
  ExecutionWorld world_;
  SeededRandom random_;
  domain::Queues queues_;
  std::unique_ptr<app::Backend> backend_;
  std::unique_ptr<app::ExecutionDesk> desk_;
  std::unique_ptr<api::Api> api_;
};

}  // namespace ordo::testing
