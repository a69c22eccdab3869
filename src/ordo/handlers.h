// Where the functions of this configuration run.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/dispatcher.h"
#include "base/result.h"
#include "functions/builtin_function_host.h"
#include "functions/function_hosts.h"
#include "functions/lambda_spec.h"
#include "net/async_client.h"
#include "ordo/config.h"
#include "ordo/log.h"
#include "ports/clock.h"
#include "ports/function_host.h"

namespace ordo::program {

// Lets the client that calls web hooks have as many calls under way as `max_in_flight` of the
// functions says: of those with one host together, or a task of one would be running and yet wait
// for the calls of another, and of all. Its own limits are the least, kMostCalls the most.
void make_room_for_calls(const Config& config, net::AsyncClientOptions& options);
inline constexpr std::size_t kMostCalls = 16'384;

// The function, of kind command, as its processes need it. Its task root is absolute whether or not
// a directory is configured: it counts from where the server runs.
[[nodiscard]] functions::LambdaSpec lambda_spec(const std::string& name, const Function& function);

// All hosts of one server. What ends before there is somebody to hear it does not happen: nothing
// is invoked before.
class Handlers : public ports::FunctionHost {
 public:
  // Starts the processes of those that are programs. `log` gets what they write.
  static base::Result<std::unique_ptr<Handlers>> make(const Config& config,
                                                      net::AsyncClient& client,
                                                      const ports::Clock& clock, Log& log);

  // One more function, for pipelines, before anything is asked for. `invalid` when the
  // configuration has another one of that name.
  base::Result<void> add(functions::BuiltinFunctionSpec function);

  // Where endings of tasks go, from now on.
  void tell(app::Dispatcher& dispatcher) { dispatcher_ = &dispatcher; }
  // Ends all that runs; what comes of tasks goes nowhere any more, and calls are answered. Nothing
  // is asked for from here on.
  void close();

  void invoke(std::vector<ports::Invocation> invocations) override;
  void call(ports::FunctionCall call) override;
  [[nodiscard]] std::size_t capacity(const std::string& function) const override;
  void curtail(ports::InvocationId invocation) override;
  void cancel(ports::InvocationId invocation, std::optional<domain::Sequence> task) override;

 private:
  explicit Handlers(const ports::Clock& clock) : clock_(clock) {}
  ports::OnEnded teller();

  const ports::Clock& clock_;
  std::atomic<app::Dispatcher*> dispatcher_ = nullptr;
  std::unique_ptr<functions::FunctionHosts> hosts_;
};

}  // namespace ordo::program
