// Services that speak AWS JSON 1.0: an action, a JSON object in, a JSON object out.
#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "aws/service_client.h"

namespace ordo::aws {

// The first part of X-Amz-Target.
inline constexpr std::string_view kDynamoDbTarget = "DynamoDB_20120810";
inline constexpr std::string_view kSqsTarget = "AmazonSQS";

// What these services answer, they answer at once; a caller who waits for several calls has an end.
inline constexpr CallLimits kJsonLimits{
    .one_try = base::Millis(3'000), .connect = base::Millis(1'500), .whole = base::Millis(6'000)};

// Any thread.
class JsonService {
 public:
  JsonService(const CallContext& context, Endpoint endpoint, std::string_view target)
      : client_(context, std::move(endpoint)), target_(target) {}

  // `body` is a JSON object; so is the answer.
  std::expected<std::string, ServiceError> call(std::string_view action, std::string body,
                                                const CallLimits& limits = kJsonLimits);

  [[nodiscard]] const CallContext& context() const noexcept { return client_.context(); }

 private:
  ServiceClient client_;
  const std::string target_;
};

}  // namespace ordo::aws
