// Where a service of AWS is spoken to.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "aws/shared_file.h"
#include "aws/sigv4.h"
#include "base/result.h"

namespace ordo::aws {

enum class Service : std::uint8_t { dynamodb, lambda, s3, sns, sqs };

// As it is signed for: "dynamodb".
[[nodiscard]] std::string_view service_name(Service service) noexcept;

struct Endpoint {
  // "https://sqs.eu-central-1.amazonaws.com", perhaps with a path, without a slash at its end.
  std::string url;
  SigningScope scope;
};

// AWS_REGION, AWS_DEFAULT_REGION, then the region of the shared profile. `invalid` without any.
base::Result<std::string> find_region(const Environment& environment);

// AWS_ENDPOINT_URL_SQS (and so on), AWS_ENDPOINT_URL, unless AWS_IGNORE_CONFIGURED_ENDPOINT_URLS is
// true; otherwise the service's own of the region. `invalid`: no region, or no such URL.
base::Result<Endpoint> find_endpoint(Service service, const std::string& region,
                                     const Environment& environment);

// Of one bucket of S3: a host of its own; a path where that cannot be, because the endpoint was
// given or no certificate is good for a name with dots.
base::Result<Endpoint> find_bucket_endpoint(const std::string& bucket, const std::string& region,
                                            const Environment& environment);

}  // namespace ordo::aws
