// All that the functions work with: clients of AWS, the stores on them, the use cases' backend.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <thread>

#include "app/collect_results.h"
#include "app/committer.h"
#include "app/readers.h"
#include "app/tasks.h"
#include "aws/credentials.h"
#include "aws/dynamo.h"
#include "aws/dynamo_store.h"
#include "aws/embedded_metric.h"
#include "aws/function_invoker.h"
#include "aws/json_service.h"
#include "aws/order_reader.h"
#include "aws/queue_announcer.h"
#include "aws/s3_objects.h"
#include "aws/sns_notifier.h"
#include "aws/task_reader.h"
#include "base/result.h"
#include "lambda/log.h"
#include "lambda/no_executions.h"
#include "lambda/settings.h"
#include "net/async_client.h"
#include "ports/auction.h"
#include "ports/reads.h"
#include "system/clock.h"
#include "system/random.h"

namespace ordo::lambda {

// Where the services are.
struct Endpoints {
  aws::Endpoint dynamodb;
  aws::Endpoint sqs;
  aws::Endpoint sns;
  aws::Endpoint functions;
  std::optional<aws::Endpoint> results;  // the bucket
};
base::Result<Endpoints> find_endpoints(const Settings& settings,
                                       const aws::Environment& environment);

// Made once a process; nothing is asked of AWS before the first invocation.
class Home {
 public:
  Home(Settings settings, Endpoints endpoints, const aws::Environment& environment,
       const system::SystemClock& clock, Log& log);
  ~Home();
  Home(const Home&) = delete;
  Home& operator=(const Home&) = delete;

  // Metrics of a queue, for CloudWatch.
  void measure(const domain::QueueName& queue, std::span<const aws::EmbeddedMetric> metrics);

  // An invocation begins; nobody hears what comes after its deadline.
  void begin(base::WallTime deadline);

  [[nodiscard]] const Settings& settings() const noexcept { return settings_; }
  [[nodiscard]] const std::string& region() const noexcept { return region_; }
  [[nodiscard]] const ports::Clock& clock() const noexcept { return clock_; }
  [[nodiscard]] ports::Random& random() noexcept { return random_; }
  [[nodiscard]] Log& log() noexcept { return log_; }

  [[nodiscard]] app::Backend& backend() noexcept { return backend_; }
  [[nodiscard]] ports::Store& store() noexcept { return store_; }
  [[nodiscard]] aws::TaskReader& tasks() noexcept { return tasks_; }
  [[nodiscard]] aws::Dynamo& dynamo() noexcept { return dynamo_; }
  [[nodiscard]] ports::Announcer& announcer() noexcept { return announcer_; }
  [[nodiscard]] aws::FunctionInvoker& functions() noexcept { return functions_; }
  [[nodiscard]] net::AsyncClient& http() noexcept { return http_; }
  [[nodiscard]] aws::SqsQueue queue(const std::string& url) { return {sqs_service_, url}; }
  [[nodiscard]] ports::Notifier* notifier() noexcept { return notifier_.get(); }
  // Null: there is no bucket.
  [[nodiscard]] ports::ObjectStore* objects() noexcept { return objects_.get(); }

 private:
  const Settings settings_;
  const std::string region_;
  const system::SystemClock& clock_;
  Log& log_;
  system::SystemRandom random_;
  net::AsyncClient http_;
  aws::AmbientCredentials credentials_;
  aws::WorkEnd end_;
  const aws::CallContext context_;
  aws::JsonService dynamo_service_;
  aws::JsonService sqs_service_;
  aws::Dynamo dynamo_;
  aws::SequenceMemo memo_;
  aws::OrderBatches batches_;
  aws::TaskReader tasks_;
  aws::OrderReader orders_;
  aws::QueueAnnouncer announcer_;
  aws::FunctionInvoker functions_;
  std::unique_ptr<aws::S3Objects> objects_;
  std::unique_ptr<aws::SnsNotifier> notifier_;
  aws::DynamoStore store_;
  NoExecutions no_executions_;
  app::Committer committer_;
  app::Readers readers_;
  app::Backend backend_;
  std::jthread committing_;
};

}  // namespace ordo::lambda
