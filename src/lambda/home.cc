#include "lambda/home.h"

#include <array>
#include <map>
#include <utility>

#include "app/store_result.h"

namespace ordo::lambda {
namespace {

constexpr std::size_t kReaders = 2;
// What it takes to answer that it is too late.
constexpr base::Millis kToAnswer{500};

std::map<domain::QueueName, aws::SqsQueue> queues_of(const Settings& settings,
                                                     aws::JsonService& sqs) {
  std::map<domain::QueueName, aws::SqsQueue> queues;
  for (const auto& [name, place] : settings.places) {
    queues.emplace(name, aws::SqsQueue(sqs, place.url));
  }
  return queues;
}

std::unique_ptr<aws::S3Objects> objects_in(const std::optional<aws::Endpoint>& bucket,
                                           const aws::CallContext& context) {
  if (!bucket) return nullptr;
  return std::make_unique<aws::S3Objects>(
      context,
      std::map<std::string, aws::Endpoint>{{std::string(app::kOrderResultsBucket), *bucket}});
}

}  // namespace

base::Result<Endpoints> find_endpoints(const Settings& settings,
                                       const aws::Environment& environment) {
  const auto region = aws::find_region(environment);
  if (!region) return base::fail(region.error());
  Endpoints found;
  const std::array<std::pair<aws::Service, aws::Endpoint*>, 4> services{
      {{aws::Service::dynamodb, &found.dynamodb},
       {aws::Service::sqs, &found.sqs},
       {aws::Service::sns, &found.sns},
       {aws::Service::lambda, &found.functions}}};
  for (const auto& [service, into] : services) {
    auto endpoint = aws::find_endpoint(service, *region, environment);
    if (!endpoint) return base::fail(std::move(endpoint.error()));
    *into = std::move(*endpoint);
  }
  if (!settings.results_bucket.empty()) {
    auto bucket = aws::find_bucket_endpoint(settings.results_bucket, *region, environment);
    if (!bucket) return base::fail(std::move(bucket.error()));
    found.results = std::move(*bucket);
  }
  return found;
}

// The stores keep nothing of executions, and the readers are asked for none.
Home::Home(Settings settings, Endpoints endpoints, const aws::Environment& environment,
           const system::SystemClock& clock, Log& log)
    : settings_(std::move(settings)),
      region_(endpoints.functions.scope.region),
      clock_(clock),
      log_(log),
      http_({.ca_file = aws::value_in(environment, "AWS_CA_BUNDLE")}),
      credentials_(environment, http_, clock, system::pause),
      context_{http_, credentials_, clock, random_, system::pause, &end_},
      dynamo_service_(context_, std::move(endpoints.dynamodb), aws::kDynamoDbTarget),
      sqs_service_(context_, std::move(endpoints.sqs), aws::kSqsTarget),
      dynamo_(dynamo_service_, random_),
      batches_(dynamo_, settings_.home),
      tasks_(dynamo_, settings_.home, memo_),
      orders_(dynamo_, settings_.home, batches_),
      announcer_(queues_of(settings_, sqs_service_)),
      functions_(context_, std::move(endpoints.functions)),
      objects_(objects_in(endpoints.results, context_)),
      notifier_(settings_.topic.empty() ? nullptr
                                        : std::make_unique<aws::SnsNotifier>(
                                              context_, std::move(endpoints.sns), settings_.topic)),
      store_({dynamo_, settings_.home, tasks_, memo_, batches_, announcer_, clock, random_,
              system::pause}),
      committer_(store_, clock,
                 {.retention = settings_.home.retention, .keep_keys = settings_.home.keep_keys},
                 // No store of this home says so: what is durable can always be found out.
                 [&log](const base::Error& error) {
                   log.write(base::Level::error, "durability is unknown",
                             {{"error", error.message}});
                 }),
      readers_({tasks_, orders_, no_executions_, objects_.get()}, kReaders),
      backend_{committer_, readers_, clock, random_, settings_.queues},
      committing_([this](std::stop_token stop) { committer_.run(std::move(stop)); }) {
  backend_.keep_orders = settings_.keep_orders;
}

void Home::measure(const domain::QueueName& queue, std::span<const aws::EmbeddedMetric> metrics) {
  const std::array dimensions{aws::MetricDimension{"Queue", queue.value()}};
  const auto line =
      aws::embedded_metric(settings_.metrics_namespace, dimensions, metrics, clock_.wall());
  if (line) return Log::write_raw(*line);
  log_.write(base::Level::error, "metrics", {{"error", line.error().message}});
}

void Home::begin(base::WallTime deadline) {
  end_.set(clock_.mono() + (deadline - kToAnswer - clock_.wall()));
}

// The committer first: who waits for it is answered while all else is still there.
Home::~Home() {
  committing_ = {};
  http_.stop();
}

}  // namespace ordo::lambda
