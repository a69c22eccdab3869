#include "accept/storeless.h"

#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <utility>
#include <vector>

#include "api/api.h"
#include "app/committer.h"
#include "app/readers.h"
#include "app/tasks.h"
#include "net/server.h"
#include "system/clock.h"
#include "system/random.h"

namespace ordo::bench {
namespace {

class Nothing : public ports::Store, public ports::TaskReads, public ports::OrderReads {
 public:
  using Store::apply;
  base::Result<std::vector<ports::WriteAnswer>> apply(std::span<const ports::Write> writes,
                                                      const ports::Follow&) override {
    std::vector<ports::WriteAnswer> answers;
    answers.reserve(writes.size());
    for (std::size_t i = 0; i < writes.size(); ++i) {
      answers.emplace_back(ports::Added{domain::Sequence(++sequence_)});
    }
    return answers;
  }
  base::Result<ports::Expired> expire(const ports::Expiry&, const ports::ExpiryBite&) override {
    return ports::Expired{};
  }
  base::Result<void> probe() override { return {}; }
  base::Result<std::optional<domain::Task>> find(const domain::TaskId&) override {
    return std::nullopt;
  }
  base::Result<ports::TaskPage> list(const ports::TaskFilter&, std::optional<domain::Sequence>,
                                     std::size_t) override {
    return ports::TaskPage{};
  }
  base::Result<domain::TaskCounts> counts() override { return domain::TaskCounts{}; }
  base::Result<std::optional<std::vector<domain::Attempt>>> attempts(
      const domain::TaskId&) override {
    return std::nullopt;
  }
  base::Result<std::optional<base::WallTime>> oldest_queued(const domain::QueueName&) override {
    return std::nullopt;
  }
  base::Result<std::optional<domain::Order>> find(const domain::RecordId&,
                                                  base::WallTime) override {
    return std::nullopt;
  }
  base::Result<ports::OrderPage> list(const ports::OrderFilter&, std::optional<domain::OrderNumber>,
                                      std::size_t, base::WallTime) override {
    return ports::OrderPage{};
  }
  base::Result<std::vector<domain::Order>> pending(domain::OrderNumber, std::size_t,
                                                   base::WallTime) override {
    return std::vector<domain::Order>();
  }
  base::Result<std::vector<domain::Order>> settled_by(const std::string&, base::WallTime) override {
    return std::vector<domain::Order>();
  }

 private:
  std::uint64_t sequence_ = 0;
};

class NoExecutions : public ports::ExecutionReads {
 public:
  base::Result<std::optional<ports::ExecutionRecord>> find(const domain::ExecutionId&) override {
    return std::nullopt;
  }
  base::Result<ports::ExecutionPage> list(const ports::ExecutionFilter&,
                                          std::optional<domain::ExecutionNumber>,
                                          std::size_t) override {
    return ports::ExecutionPage{};
  }
  base::Result<ports::HistoryPage> history(domain::ExecutionNumber, std::uint64_t,
                                           std::size_t) override {
    return ports::HistoryPage{};
  }
  base::Result<std::vector<ports::OpenExecution>> open(domain::ExecutionNumber,
                                                       std::size_t) override {
    return std::vector<ports::OpenExecution>();
  }
  base::Result<std::optional<ports::StoredExecution>> load(domain::ExecutionNumber) override {
    return std::nullopt;
  }
  base::Result<ports::NotedFirings> firings() override { return ports::NotedFirings(); }
  base::Result<std::vector<domain::PipelineName>> paused_pipelines() override {
    return std::vector<domain::PipelineName>();
  }
};

[[noreturn]] void serve(net::ServerOptions options, net::Handler handler, int port_fd) {
  base::Result<std::unique_ptr<net::Server>> server =
      net::Server::start(std::move(options), std::move(handler));
  if (!server) std::abort();
  const std::uint16_t port = (*server)->port();
  if (write(port_fd, &port, sizeof port) != sizeof port) std::abort();
  while (true) pause();
}

}  // namespace

void serve_wire_only(std::size_t threads, const std::string& body, int port_fd) {
  net::ServerOptions options;
  options.port = 0;
  options.threads = threads;
  options.body_limit = [](const net::Request&) { return base::kMaxBatchBodyBytes; };
  options.refuse = [](const net::WireFault& fault, const net::Request&) {
    net::Response response;
    response.status = fault.status;
    return response;
  };
  serve(
      std::move(options),
      [&body](net::Request, net::Reply reply) {
        reply([&body] {
          net::Response response;
          response.status = 201;
          response.headers.add("Content-Type", "application/json");
          response.body = body;
          return response;
        });
      },
      port_fd);
}

void serve_without_store(std::size_t threads, int port_fd) {
  Nothing store;
  NoExecutions executions;
  system::SystemClock clock;
  system::SystemRandom random;
  domain::Queues queues;
  queues[domain::QueueName("tasks")] = {};
  app::Committer committer(store, clock, {}, [](const base::Error&) { std::abort(); });
  app::Readers readers({store, store, executions}, 1);
  app::Backend backend{committer, readers, clock, random, queues};
  api::ApiOptions api_options;
  api_options.version = "bench";
  api::Api api(backend, std::move(api_options));
  const std::jthread thread([&](std::stop_token stop) { committer.run(std::move(stop)); });
  net::ServerOptions options;
  options.port = 0;
  options.threads = threads;
  options.body_limit = [&](const net::Request& head) { return api.body_limit(head); };
  options.refuse = [&](const net::WireFault& fault, const net::Request& partial) {
    return api.refuse(fault, partial);
  };
  serve(
      std::move(options),
      [&](net::Request request, net::Reply reply) {
        api.handle(std::move(request), std::move(reply));
      },
      port_fd);
}

}  // namespace ordo::bench
