// What the functions are told by their environment.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "aws/home_options.h"
#include "aws/shared_file.h"
#include "base/log_line.h"
#include "base/result.h"
#include "base/time.h"
#include "domain/queue.h"
#include "functions/auction_simulator.h"

namespace ordo::lambda {

struct QueueSettings {
  std::string url;
  std::string dead_letter_url;
  base::Millis timeout{30'000};  // of one attempt by a function of Lambda; 0: there is none
};

struct Settings {
  aws::HomeOptions home;
  domain::Queues queues;
  std::map<domain::QueueName, QueueSettings> places;  // of each queue
  std::string results_bucket;                         // empty: there are no objects
  std::string topic;                                  // empty: nobody is told
  double failure_rate = 0.0;                          // of builtin:simulate
  std::string auction_url;                            // empty: it is simulated
  std::string auction_secret;
  functions::SimulatedAuction simulated;
  base::Millis keep_orders{std::chrono::hours(24)};
  std::vector<std::string> cors_origins;
  std::string metrics_namespace = "ordo";
  base::Level least = base::Level::info;
};

// The names that a queue's function may have begin so.
inline constexpr char kBuiltinPrefix[] = "builtin:";
inline constexpr char kLambdaPrefix[] = "lambda:";

// All that is wrong is in one error, a line each.
base::Result<Settings> read_settings(const aws::Environment& environment);

}  // namespace ordo::lambda
