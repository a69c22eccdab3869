// The API over the store in memory: requests in, answers out, no socket, no committer thread. With
// a dispatcher, if a test wants one, over a host that does as the test says.
#pragma once

#include <chrono>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "api/api.h"
#include "app/dispatcher.h"
#include "support/fake_clock.h"
#include "support/memory_objects.h"
#include "support/memory_store.h"
#include "support/real_clock.h"
#include "support/scripted_host.h"

namespace ordo::testing {

class ApiHarness {
 public:
  explicit ApiHarness(api::ApiOptions options = plain_options(), bool with_events = true,
                      bool with_dispatcher = false)
      : queues_(some_queues()),
        committer_(store_, clock_, committer_options(with_dispatcher ? &dispatcher_ : nullptr),
                   [](const base::Error&) {}),
        backend_{committer_,
                 readers_,
                 clock_,
                 random_,
                 queues_,
                 with_events ? &events_ : nullptr,
                 with_dispatcher ? &dispatcher_ : nullptr},
        api_(backend_, std::move(options)) {}

  static api::ApiOptions plain_options() {
    api::ApiOptions options;
    options.version = "1.2.3";
    return options;
  }

  // Waits for the answer; the committer takes its turns in between.
  net::Response ask(net::Request request) {
    std::future<net::Response> answer = begin(std::move(request));
    // Again and again: a request may read before it writes.
    do {
      committer_.turn();
    } while (answer.wait_for(std::chrono::seconds(0)) != std::future_status::ready);
    return answer.get();
  }

  // The answer comes once the committer has taken enough turns.
  std::future<net::Response> begin(net::Request request) {
    // Shared: the answering thread may still be inside the promise when the answer is here.
    const auto promised = std::make_shared<std::promise<net::Response>>();
    api_.handle(std::move(request),
                [promised](net::MakeResponse make) { promised->set_value(make()); });
    return promised->get_future();
  }

  // All that is to be done by now.
  void turns() {
    while (committer_.turn()) {
    }
  }

  // The oldest invocation ends, and what follows from it happens.
  void end_oldest(std::optional<domain::Failure> failure = std::nullopt) {
    dispatcher_.ended(host_.end_oldest(std::move(failure)));
    turns();
  }

  // As a proper client makes it: with a length where a body may be, which is JSON.
  static net::Request request(std::string method, std::string target, std::string body = "") {
    net::Request out;
    out.method = std::move(method);
    const std::size_t mark = target.find('?');
    out.path = target.substr(0, mark);
    if (mark != std::string::npos) out.query = target.substr(mark + 1);
    if (!body.empty()) out.headers.add("Content-Type", "application/json");
    if (out.method == "POST" || out.method == "PATCH") {
      out.headers.add("Content-Length", std::to_string(body.size()));
    }
    out.body = std::move(body);
    out.peer = "127.0.0.1";
    return out;
  }
  net::Response ask(std::string method, std::string target, std::string body = "") {
    return ask(request(std::move(method), std::move(target), std::move(body)));
  }
  net::Response get(std::string target) { return ask("GET", std::move(target)); }
  net::Response post(std::string body) { return ask("POST", "/tasks", std::move(body)); }

  FakeClock& clock() { return clock_; }
  MemoryStore& store() { return store_; }
  ScriptedHost& host() { return host_; }
  app::Events& events() { return events_; }
  app::Committer& committer() { return committer_; }
  api::Api& api() { return api_; }
  MemoryObjects& objects() { return objects_; }

 private:
  static domain::Queues some_queues() {
    domain::Queues queues;
    queues[domain::QueueName("tasks")] = {};
    queues[domain::QueueName("mail")].name = domain::QueueName("mail");
    domain::Queue& pulled = queues[domain::QueueName("pulled")];
    pulled.name = domain::QueueName("pulled");
    pulled.function = domain::kPullFunction;
    pulled.ordering = domain::Ordering::priority;
    return queues;
  }
  static ports::Reads all_reads(MemoryStore& store, ports::ObjectStore& objects) {
    ports::Reads reads = store.reads();
    reads.objects = &objects;
    return reads;
  }
  static app::CommitterOptions committer_options(app::TurnPartner* partner) {
    app::CommitterOptions options;
    options.partner = partner;
    return options;
  }

  FakeClock clock_;
  SeededRandom random_;
  MemoryStore store_;
  domain::Queues queues_;
  app::Events events_{0xb007, real_clock(), {.max_subscribers = 2, .heartbeat = base::Millis(20)}};
  ScriptedHost host_;
  app::Dispatcher dispatcher_{{queues_, clock_, random_, host_}};
  app::Committer committer_;
  MemoryObjects objects_{clock_};
  app::Readers readers_{all_reads(store_, objects_), 1};
  app::Backend backend_;
  api::Api api_;
};

}  // namespace ordo::testing
