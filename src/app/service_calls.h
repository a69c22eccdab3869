// The services that state machines may call, done by what this server has: functions, queues, the
// orders' table, objects, notices, other pipelines, connections to HTTP servers outside.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "app/call_parameters.h"
#include "app/executions.h"
#include "app/pipelines.h"
#include "app/resource_calls.h"
#include "app/tasks.h"
#include "ports/function_host.h"
#include "ports/http_caller.h"
#include "ports/object_store.h"
#include "states/machine.h"

namespace ordo::app {

// What is configured that machines call by its name.
struct Callable {
  std::set<std::string> functions = {};
  std::set<std::string> connections = {};
};

class ServiceCalls : public ResourceCalls {
 public:
  struct Parts {
    Backend& backend;
    ports::FunctionHost& host;
    ports::ObjectStore* objects = nullptr;  // null: there are none
    std::function<void()> noticed = {};     // there are new notices; any thread
    ports::HttpCaller* http = nullptr;      // null: there are no connections
  };
  explicit ServiceCalls(Parts parts) : parts_(std::move(parts)) {}

  // Who starts other pipelines; before the first call.
  void start_with(Executions& executions) { executions_ = &executions; }

  void call(ResourceCall call, OnResourceOutcome answer) override;
  void give_up(const std::string& token) override;

  // The call's own answer has come: what the state waits for, or, when it waits for the token, only
  // that it is under way.
  static void tell_done(const ResourceCall& call, const OnResourceOutcome& answer,
                        std::string output);

  // A call under way, as its service sees it.
  struct Order {
    ResourceCall call;
    CallParameters parameters;
    OnResourceOutcome answer;

    void done(std::string output) const { tell_done(call, answer, std::move(output)); }
    void fail(std::string error, std::string cause) const;
    void missing(std::string_view name) const;
  };

 private:
  void call_function(ResourceCall call, OnResourceOutcome answer, const std::string& name,
                     std::string payload, bool wrapped);
  void invoke(const Order& order);
  void send_message(const Order& order);
  void publish(const Order& order);
  void put_object(const Order& order);
  void get_object(const Order& order);
  void list_objects(const Order& order);
  void get_item(const Order& order);
  void put_item(const Order& order);
  void update_item(const Order& order);
  void start_execution(const Order& order);
  void inner_begun(const std::string& token, const ports::ExecutionRecord& record);
  void inner_ended(const std::string& token);
  void stop_inner(domain::ExecutionId id);
  void call_http(const Order& order);
  void commit(const Order& order, ports::Write write,
              std::function<void(const Order&, ports::WriteAnswer&)> outcome);

  enum class Role : std::uint8_t { task, reader, writer };
  using Action = void (ServiceCalls::*)(const Order&);
  struct Row {
    std::string_view service;
    std::string_view action;
    Action perform;
    bool takes_sync = false;
    bool takes_token = false;
    // What of a machine calls it: a Task, or a Map for its items or results.
    Role role = Role::task;
  };
  static const Row* find_row(const states::Resource& resource);
  friend base::Result<void> check_resources(const states::Machine& machine, const Callable& there);

  Parts parts_;
  std::atomic<Executions*> executions_ = nullptr;
  std::mutex mutex_;
  std::uint64_t last_call_ = ports::kFirstCallId;           // guarded by mutex_
  std::map<std::string, ports::InvocationId> invocations_;  // by token; guarded by mutex_
  // What somebody waits for, by the token of the call that begins it; guarded by mutex_.
  struct Inner {
    std::optional<domain::ExecutionId> id = {};  // once it has begun
    bool given_up = false;
  };
  std::map<std::string, Inner> inner_;
};

// Whether all that a machine calls is here: `invalid`, with a pointer to each that is not.
base::Result<void> check_resources(const states::Machine& machine, const Callable& there);

// "arn:aws:lambda:…:function:name:alias", "name" → "name"; likewise of queues, topics, machines:
// the last part of an ARN or of a URL.
[[nodiscard]] std::string function_name(std::string_view name_or_arn);
[[nodiscard]] std::string last_part(std::string_view name_or_arn);

// What a call may be known by where it leaves a thing behind: the same one when it is made again.
// Its token is not to be seen there, for whoever knows it may answer the call.
[[nodiscard]] std::string call_name(const ResourceCall& call);

}  // namespace ordo::app
