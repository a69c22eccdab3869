// Tables of an emulated DynamoDB, and the stores on them.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "aws/dynamo_store.h"
#include "aws/order_reader.h"
#include "aws/task_reader.h"
#include "net/async_client.h"
#include "support/aws_emulator.h"
#include "support/real_clock.h"
#include "support/recording_announcer.h"
#include "system/clock.h"
#include "system/random.h"

namespace ordo::testing {

// How tests call the emulator. Lives as long as whatever calls through it.
class EmulatedAws {
 public:
  EmulatedAws();
  // With something before it, at this URL, that calls are made of; nobody waits between two tries.
  explicit EmulatedAws(std::string url);
  [[nodiscard]] aws::CallContext context();
  [[nodiscard]] aws::Endpoint endpoint(std::string_view service) const;

  system::SystemClock clock;
  system::SystemRandom random;

 private:
  const std::string url_;
  const std::function<void(base::Millis)> pause_;
  net::AsyncClient http_;
  aws::FixedCredentials credentials_{{"AKIDEXAMPLE", "secret", ""}};
};

// The two tables of the home, new and empty. Deleted with it: the emulator copies all that it has
// for each transaction.
class HomeTables {
 public:
  explicit HomeTables(EmulatedAws& emulated);
  ~HomeTables();
  HomeTables(const HomeTables&) = delete;
  HomeTables& operator=(const HomeTables&) = delete;

  [[nodiscard]] const aws::HomeOptions& options() const { return options_; }

 private:
  aws::JsonService service_;
  aws::HomeOptions options_;
};

// One process's stores on tables that others may use, too.
class DynamoStores {
 public:
  DynamoStores(EmulatedAws& emulated, const aws::HomeOptions& options);

  const aws::HomeOptions& options;
  aws::JsonService service;
  aws::Dynamo dynamo;
  aws::SequenceMemo memo;
  aws::OrderBatches batches;
  aws::TaskReader tasks;
  aws::OrderReader orders;
  RecordingAnnouncer announcer;
  aws::DynamoStore store;
};

}  // namespace ordo::testing
