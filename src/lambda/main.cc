// What runs in AWS Lambda: one program, several functions by their names.
#include <fmt/format.h>

#include <cstdlib>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>

#include "aws/runtime_loop.h"
#include "lambda/handlers.h"
#include "lambda/home.h"
#include "lambda/log.h"
#include "lambda/settings.h"
#include "system/signals.h"

namespace ordo::lambda {
namespace {

std::optional<std::string> variable(const std::string& name) {
  const char* const value = std::getenv(name.c_str());
  return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

// What an invocation is handled with, made once.
struct Ready {
  std::unique_ptr<Home> home;
  std::unique_ptr<Function> function;
};

base::Result<Ready> get_ready(const std::string& name, const system::SystemClock& clock, Log& log) {
  auto settings = read_settings(variable);
  if (!settings) return base::fail(std::move(settings.error()));
  log.set_least(settings->least);
  auto endpoints = find_endpoints(*settings, variable);
  if (!endpoints) return base::fail(std::move(endpoints.error()));
  Ready ready;
  ready.home =
      std::make_unique<Home>(std::move(*settings), std::move(*endpoints), variable, clock, log);
  auto function = make_function(name, *ready.home);
  if (!function) return base::fail(std::move(function.error()));
  ready.function = std::move(*function);
  return ready;
}

int serve(const std::string& name, const std::string& authority) {
  const system::SignalWaiter signals;
  const system::SystemClock clock;
  Log log(clock);
  aws::RuntimeLoop loop(authority, {system::pause, [&log](std::string_view what) {
                                      log.write(base::Level::warning, what);
                                    }});
  auto ready = get_ready(name, clock, log);
  if (!ready) {
    log.write(base::Level::error, "the function cannot start", {{"error", ready.error().message}});
    static_cast<void>(loop.fail_init({"Ordo.BadSettings", ready.error().message}));
    return 1;
  }
  std::stop_source stop;
  std::jthread waiting([&signals, &stop](const std::stop_token& over) {
    while (!over.stop_requested()) {
      if (signals.wait_for(base::Millis(500))) {
        stop.request_stop();
        return;
      }
    }
  });
  const auto ended = loop.run(
      [&](const aws::RuntimeInvocation& invocation) {
        ready->home->begin(invocation.deadline);
        return ready->function->handle(invocation);
      },
      stop.get_token());
  if (ended) return 0;
  log.write(base::Level::error, "the runtime ends", {{"error", ended.error().message}});
  return 1;
}

int run(int argc, char** argv) {
  const std::string name = argc > 1 ? argv[1] : variable("_HANDLER").value_or("");
  const std::string authority = variable("AWS_LAMBDA_RUNTIME_API").value_or("");
  if (name == "--version") {
    fmt::print("ordo-lambda {}\n", ORDO_VERSION);
    return 0;
  }
  if (name.empty() || authority.empty() || argc > 2) {
    fmt::print(
        stderr,
        "usage: ordo-lambda FUNCTION (or its name in _HANDLER), under the Runtime API of AWS "
        "Lambda (AWS_LAMBDA_RUNTIME_API); a FUNCTION is one of:\n");
    for (const std::string_view one : function_names()) fmt::print(stderr, "  {}\n", one);
    return 2;
  }
  return serve(name, authority);
}

}  // namespace
}  // namespace ordo::lambda

int main(int argc, char** argv) {
  return ordo::lambda::run(argc, argv);
}
