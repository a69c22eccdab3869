#include "ordo/handlers.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <string>
#include <utility>

#include "functions/builtin_host.h"
#include "functions/lambda_host.h"
#include "functions/web_hook_host.h"

namespace ordo::program {
namespace {

functions::BuiltinSpec builtin_spec(const Function& function) {
  functions::BuiltinSpec spec;
  spec.kind = function.builtin == "echo" ? functions::Builtin::echo : functions::Builtin::simulate;
  spec.failure_rate = function.failure_rate;
  spec.min_latency = function.latency;
  spec.max_latency = function.max_latency;
  spec.seed = function.seed;
  return spec;
}

functions::WebHookSpec web_hook_spec(const std::string& name, const Function& function) {
  functions::WebHookSpec spec;
  spec.name = name;
  spec.url = function.url;
  spec.secrets = function.secrets;
  spec.timeout = function.timeout;
  spec.allow_private = function.allow_private;
  spec.max_in_flight = function.max_in_flight;
  return spec;
}

functions::OnOutput to_log(Log& log) {
  return [&log](const functions::OutputLine& line) {
    log.write(Level::info, line.line,
              {{"function", line.function},
               {"pid", std::int64_t{line.pid}},
               {"task_id", line.task_id.value_or(std::string_view())}});
  };
}

functions::OnFunctionTrouble warning_in(Log& log) {
  return [&log](std::string_view function, std::string_view what) {
    log.write(Level::warning, what, {{"function", function}});
  };
}

}  // namespace

functions::LambdaSpec lambda_spec(const std::string& name, const Function& function) {
  functions::LambdaSpec spec;
  spec.name = name;
  spec.command = function.command;
  spec.handler = function.handler;
  std::error_code ignored;
  const auto here = std::filesystem::current_path(ignored);
  spec.task_root = (function.directory.empty() ? here : here / function.directory).string();
  spec.processes = function.processes;
  spec.timeout = function.timeout;
  spec.init_timeout = function.init_timeout;
  spec.memory_mb = function.memory_mb;
  spec.environment = function.environment;
  spec.region = function.region;
  return spec;
}

void make_room_for_calls(const Config& config, net::AsyncClientOptions& options) {
  std::map<std::string, std::size_t> by_host;
  std::size_t most = 0;
  std::size_t all = 0;
  for (const auto& [name, function] : config.functions) {
    if (function.kind != FunctionKind::url) continue;
    // One without a host is never called.
    std::size_t& of_host = by_host[net::host_of_url(function.url).value_or(std::string())];
    of_host += function.max_in_flight;
    most = std::max(most, of_host);
    all += function.max_in_flight;
  }
  options.max_host_connections = std::clamp(most, options.max_host_connections, kMostCalls);
  options.max_connections = std::clamp(all, options.max_connections, kMostCalls);
}

base::Result<std::unique_ptr<Handlers>> Handlers::make(const Config& config,
                                                       net::AsyncClient& client,
                                                       const ports::Clock& clock, Log& log) {
  std::unique_ptr<Handlers> all(new Handlers(clock));
  const ports::OnEnded on_ended = all->teller();
  functions::FunctionHosts::ByName hosts;
  for (const auto& [name, function] : config.functions) {
    switch (function.kind) {
      case FunctionKind::builtin:
        hosts[name] = functions::make_builtin_host(builtin_spec(function), clock, on_ended);
        break;
      case FunctionKind::command:
        hosts[name] = functions::make_lambda_host(lambda_spec(name, function), clock, on_ended,
                                                  to_log(log), warning_in(log));
        break;
      case FunctionKind::url: {
        auto host =
            functions::make_web_hook_host(web_hook_spec(name, function), client, clock, on_ended);
        if (!host) {
          return base::fail(base::ErrorCode::invalid,
                            fmt::format("[functions.{}]: {}", name, host.error().message));
        }
        hosts[name] = std::move(*host);
        break;
      }
    }
  }
  all->hosts_ = std::make_unique<functions::FunctionHosts>(std::move(hosts), clock, on_ended);
  return all;
}

ports::OnEnded Handlers::teller() {
  return [this](std::vector<ports::Ended> ended) {
    app::Dispatcher* const dispatcher = dispatcher_;
    if (dispatcher != nullptr) dispatcher->ended(std::move(ended));
  };
}

base::Result<void> Handlers::add(functions::BuiltinFunctionSpec function) {
  const std::string name = function.name;
  if (hosts_->add(name,
                  functions::make_builtin_function_host(std::move(function), clock_, teller()))) {
    return {};
  }
  return base::fail(base::ErrorCode::invalid,
                    fmt::format("[functions.{}]: a function of ordo's own is called so; name this "
                                "one otherwise",
                                name));
}

void Handlers::close() {
  dispatcher_ = nullptr;
  hosts_.reset();
}

void Handlers::invoke(std::vector<ports::Invocation> invocations) {
  hosts_->invoke(std::move(invocations));
}

void Handlers::call(ports::FunctionCall call) {
  hosts_->call(std::move(call));
}

std::size_t Handlers::capacity(const std::string& function) const {
  return hosts_->capacity(function);
}

void Handlers::curtail(ports::InvocationId invocation) {
  hosts_->curtail(invocation);
}

void Handlers::cancel(ports::InvocationId invocation, std::optional<domain::Sequence> task) {
  hosts_->cancel(invocation, task);
}

}  // namespace ordo::program
