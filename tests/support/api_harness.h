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
                      bool with_dispatcher = false);
  ~ApiHarness();
  ApiHarness(const ApiHarness&) = delete;
  ApiHarness& operator=(const ApiHarness&) = delete;

  static api::ApiOptions plain_options();

  // Waits for the answer; the committer takes its turns in between.
  net::Response ask(net::Request request);

  // The answer comes once the committer has taken enough turns.
  std::future<net::Response> begin(net::Request request);

  // All that is to be done by now.
  void turns();

  // The oldest invocation ends, and what follows from it happens.
  void end_oldest(std::optional<domain::Failure> failure = std::nullopt);

  // As a proper client makes it: with a length where a body may be, which is JSON.
  static net::Request request(std::string method, std::string target, std::string body = "");
  net::Response ask(std::string method, std::string target, std::string body = "");
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
  static domain::Queues some_queues();
  static ports::Reads all_reads(MemoryStore& store, ports::ObjectStore& objects);
  static app::CommitterOptions committer_options(app::TurnPartner* partner);

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
