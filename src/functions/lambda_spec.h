// A Lambda function as configured.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"

namespace ordo::functions {

inline constexpr std::size_t kMaxLambdaProcesses = 256;

struct LambdaSpec {
  std::string name;
  // The program and its arguments. A name without '/' is looked for in PATH, another one is taken
  // from the task root.
  std::vector<std::string> command;
  std::string handler = {};    // _HANDLER; empty: the last argument
  std::string task_root = {};  // where it runs, absolute; empty: where the server does
  std::size_t processes = 1;   // 1 … kMaxLambdaProcesses: so many invocations side by side
  base::Millis timeout{30'000};
  base::Millis init_timeout{10'000};  // until it asks for its first invocation
  // Of address space, as the kernel counts it: some runtimes (Node) reserve far more than they use.
  std::optional<std::uint32_t> memory_mb = {};
  std::map<std::string, std::string> environment = {};  // over what every function gets
  std::string region = "us-east-1";
};

}  // namespace ordo::functions
