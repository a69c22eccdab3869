// Functions and channels as configured.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"

namespace ordo::program {

enum class FunctionKind : std::uint8_t { builtin, command, url };

// Who handles the tasks of a queue. What is of another kind keeps its default.
struct Function {
  FunctionKind kind = FunctionKind::builtin;

  std::string builtin = "simulate";
  double failure_rate = 0;
  base::Millis latency{0};
  base::Millis max_latency{0};
  std::uint64_t seed = 1;

  std::vector<std::string> command;
  std::uint32_t processes = 1;
  std::string handler;
  std::string directory;
  base::Millis init_timeout{10'000};
  std::optional<std::uint32_t> memory_mb;
  std::map<std::string, std::string> environment;
  std::string region = "us-east-1";

  std::string url;
  std::vector<std::string> secrets;
  bool allow_private = false;
  std::uint32_t max_in_flight = 64;

  base::Millis timeout{30'000};  // of command and url
};

// Who is told of dead letters.
struct Channel {
  std::string slack_webhook;  // either this
  std::string url;            // or this
  std::vector<std::string> secrets;
  bool allow_private = false;
  base::Millis timeout{10'000};
};

}  // namespace ordo::program
