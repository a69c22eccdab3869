#include "lambda/settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <functional>
#include <optional>
#include <string_view>
#include <utility>

#include "base/duration.h"
#include "base/json.h"
#include "base/text.h"
#include "domain/task_rules.h"

namespace ordo::lambda {
namespace {

// SQS gives a message up after a thousand receives (maxReceiveCount), and nine others may be
// received with the one that fails, each time: they must not run out of it.
constexpr std::uint32_t kMostAttempts = 90;
// Lambda runs nothing longer than 15 minutes, and the processor waits for it.
constexpr std::uint32_t kLongestTimeout = 890;

template <class Number>
std::optional<Number> number_in(std::string_view text) {
  Number number{};
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size()) return std::nullopt;
  return number;
}

// Collects what is wrong, so that all of it is told at once.
class Reader {
 public:
  explicit Reader(const aws::Environment& environment) : environment_(environment) {}

  void fault(std::string_view name, std::string_view what) {
    if (!faults_.empty()) faults_.push_back('\n');
    faults_ += fmt::format("{}: {}", name, what);
  }
  [[nodiscard]] const std::string& faults() const { return faults_; }

  [[nodiscard]] std::string text(const std::string& name) const {
    return aws::value_in(environment_, name);
  }
  std::string required(const std::string& name, std::string_view what) {
    std::string value = text(name);
    if (value.empty()) fault(name, fmt::format("set it to {}", what));
    return value;
  }
  void rate(const std::string& name, double& into) {
    const std::string value = text(name);
    if (value.empty()) return;
    const auto number = number_in<double>(value);
    if (!number || !(*number >= 0 && *number <= 1)) {
      return fault(name, fmt::format("\"{}\" is no number from 0 to 1", value));
    }
    into = *number;
  }
  void duration(const std::string& name, base::Millis& into) {
    const std::string value = text(name);
    if (value.empty()) return;
    const auto duration = base::parse_duration(value);
    if (!duration) return fault(name, duration.error().message);
    into = *duration;
  }

 private:
  const aws::Environment& environment_;
  std::string faults_;
};

using Members = std::vector<base::JsonMember>;

// The members of one JSON object of ORDO_QUEUES, each of which must be known.
class QueueReader {
 public:
  QueueReader(Reader& reader, std::string where) : reader_(reader), where_(std::move(where)) {}

  void read(const std::string& json, domain::Queue& queue, QueueSettings& place) {
    const auto members = base::parse_json_object(json);
    if (!members) return fault(members.error().message);
    for (const base::JsonMember& member : *members) {
      if (member.key == "url") {
        place.url = text(member);
      } else if (member.key == "dead_letter_url") {
        place.dead_letter_url = text(member);
      } else if (member.key == "function") {
        function(text(member), queue);
      } else if (member.key == "max_attempts") {
        const auto number = number_in<std::uint32_t>(member.text);
        if (number && *number >= 1 && *number <= kMostAttempts) {
          queue.max_attempts = *number;
        } else {
          fault(fmt::format("max_attempts is 1 to {}", kMostAttempts));
        }
      } else if (member.key == "timeout_seconds") {
        const auto number = number_in<std::uint32_t>(member.text);
        if (number && *number >= 1 && *number <= kLongestTimeout) {
          place.timeout = base::Millis(std::int64_t{*number} * 1000);
        } else {
          fault(fmt::format("timeout_seconds is 1 to {}", kLongestTimeout));
        }
      } else if (member.key == "backoff") {
        backoff(member.text, queue.backoff);
      } else {
        fault(fmt::format("there is no \"{}\"", base::clip(member.key, 64)));
      }
    }
    if (place.url.empty()) fault("url is missing: the queue's URL in SQS");
    if (place.dead_letter_url.empty()) {
      fault("dead_letter_url is missing: the URL of its dead-letter queue");
    }
  }

 private:
  void fault(std::string_view what) {
    reader_.fault("ORDO_QUEUES", fmt::format("{}: {}", where_, what));
  }
  std::string text(const base::JsonMember& member) {
    if (member.kind != base::JsonKind::string) {
      fault(fmt::format("{} is a text", member.key));
      return {};
    }
    return member.text;
  }
  void function(std::string name, domain::Queue& queue) {
    const bool is_builtin = name == "builtin:simulate" || name == "builtin:echo";
    const bool is_lambda =
        name.starts_with(kLambdaPrefix) && name.size() > std::string_view(kLambdaPrefix).size();
    if (!is_builtin && !is_lambda) {
      return fault(
          "function is builtin:simulate, builtin:echo, or lambda: and a function's name or ARN");
    }
    queue.function = std::move(name);
  }
  void seconds(const base::JsonMember& member, base::Millis& into) {
    constexpr double kMostSeconds = 12.0 * 3600;  // SQS hides a message no longer
    const auto number = number_in<double>(member.text);
    if (!number || !(*number >= 0 && *number <= kMostSeconds)) {
      return fault(fmt::format("backoff.{} is 0 to {} seconds", member.key, kMostSeconds));
    }
    into = base::Millis(static_cast<std::int64_t>(*number * 1000));
  }
  void backoff(const std::string& json, domain::Backoff& backoff) {
    const auto members = base::parse_json_object(json);
    if (!members) return fault("backoff: " + members.error().message);
    for (const base::JsonMember& member : *members) {
      if (member.key == "base_seconds") {
        seconds(member, backoff.base);
      } else if (member.key == "max_seconds") {
        seconds(member, backoff.max);
      } else if (member.key == "factor") {
        const auto factor = number_in<double>(member.text);
        if (factor && *factor >= 1 && *factor <= 100) {
          backoff.factor = *factor;
        } else {
          fault("backoff.factor is 1 to 100");
        }
      } else if (member.key == "jitter") {
        jitter(member.text, backoff);
      } else {
        fault(fmt::format("there is no backoff.\"{}\"", base::clip(member.key, 64)));
      }
    }
  }
  void jitter(std::string_view name, domain::Backoff& backoff) {
    if (name == "none") {
      backoff.jitter = domain::Jitter::none;
    } else if (name == "full") {
      backoff.jitter = domain::Jitter::full;
    } else if (name == "equal") {
      backoff.jitter = domain::Jitter::equal;
    } else {
      fault("backoff.jitter is none, full or equal");
    }
  }

  Reader& reader_;
  const std::string where_;
};

void read_queues(Reader& reader, Settings& settings) {
  const std::string json =
      reader.required("ORDO_QUEUES", R"(JSON such as {"tasks":{"url":"…","dead_letter_url":"…"}})");
  if (json.empty()) return;
  const auto queues = base::parse_json_object(json);
  if (!queues) return reader.fault("ORDO_QUEUES", queues.error().message);
  if (queues->empty()) reader.fault("ORDO_QUEUES", "there is no queue in it");
  settings.home.queues.clear();
  for (const base::JsonMember& member : *queues) {
    if (const auto wrong = domain::check_queue_name(member.key)) {
      reader.fault("ORDO_QUEUES", wrong->message);
    }
    domain::Queue queue;
    queue.name = domain::QueueName(member.key);
    queue.function = "builtin:simulate";
    QueueSettings place;
    QueueReader(reader, member.key).read(base::json_of(member), queue, place);
    if (!queue.function.starts_with(kLambdaPrefix)) place.timeout = base::Millis(0);
    settings.home.queues.push_back(queue.name);
    settings.places.emplace(queue.name, std::move(place));
    settings.queues.emplace(queue.name, std::move(queue));
  }
}

}  // namespace

base::Result<Settings> read_settings(const aws::Environment& environment) {
  Reader reader(environment);
  Settings settings;
  settings.home.tasks.name =
      reader.required("ORDO_TASKS_TABLE", "the name of the tasks table in DynamoDB");
  settings.home.orders.name =
      reader.required("ORDO_ORDERS_TABLE", "the name of the orders table in DynamoDB");
  read_queues(reader, settings);
  settings.results_bucket = reader.text("ORDO_RESULTS_BUCKET");
  settings.topic = reader.text("ORDO_TOPIC_ARN");
  reader.rate("ORDO_FAILURE_RATE", settings.failure_rate);
  settings.auction_url = reader.text("ORDO_AUCTION_URL");
  settings.auction_secret = reader.text("ORDO_AUCTION_SECRET");
  reader.rate("ORDO_AUCTION_NOT_READY_RATE", settings.simulated.not_ready_rate);
  reader.rate("ORDO_AUCTION_REJECT_RATE", settings.simulated.reject_rate);
  if (const std::string seed = reader.text("ORDO_AUCTION_SEED"); !seed.empty()) {
    const auto number = number_in<std::uint64_t>(seed);
    if (!number) reader.fault("ORDO_AUCTION_SEED", "it is a whole number");
    settings.simulated.seed = number.value_or(1);
  }
  reader.duration("ORDO_KEEP_ORDERS", settings.keep_orders);
  reader.duration("ORDO_RETENTION", settings.home.retention);
  if (const std::string origins = reader.text("ORDO_CORS_ORIGINS"); !origins.empty()) {
    for (const std::string_view origin : base::split(origins, ',')) {
      settings.cors_origins.emplace_back(base::trim(origin));
    }
  }
  if (std::string name = reader.text("ORDO_METRICS_NAMESPACE"); !name.empty()) {
    settings.metrics_namespace = std::move(name);
  }
  if (const std::string level = reader.text("ORDO_LOG_LEVEL"); !level.empty()) {
    const auto known = base::level_named(level);
    if (!known) reader.fault("ORDO_LOG_LEVEL", "it is debug, info, warning or error");
    settings.least = known.value_or(base::Level::info);
  }
  if (!reader.faults().empty()) return base::fail(base::ErrorCode::invalid, reader.faults());
  return settings;
}

}  // namespace ordo::lambda
