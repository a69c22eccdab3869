#include "aws/endpoints.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.h"
#include "net/async_client.h"

namespace ordo::aws {
namespace {

constexpr std::size_t kMaxRegionBytes = 63;  // a label of a host's name
constexpr std::string_view kUsualSuffix = "amazonaws.com";

struct Partition {
  std::string_view region_prefix;
  std::string_view suffix;
};
// Those that do not end as usual.
constexpr std::array<Partition, 6> kPartitions = {{{"cn-", "amazonaws.com.cn"},
                                                   {"eusc-", "amazonaws.eu"},
                                                   {"us-iso-", "c2s.ic.gov"},
                                                   {"us-isob-", "sc2s.sgov.gov"},
                                                   {"us-isof-", "csp.hci.ic.gov"},
                                                   {"eu-isoe-", "cloud.adc-e.uk"}}};

std::string_view suffix_of(std::string_view region) {
  const auto at = std::ranges::find_if(
      kPartitions, [&](const Partition& one) { return region.starts_with(one.region_prefix); });
  return at == kPartitions.end() ? kUsualSuffix : at->suffix;
}

bool is_region(std::string_view text) {
  return !text.empty() && text.size() <= kMaxRegionBytes && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || base::is_digit(c) || c == '-';
  });
}

bool is_s3_bucket(std::string_view name) {
  return name.size() >= 3 && name.size() <= 63 && std::ranges::all_of(name, [](char c) {
           return (c >= 'a' && c <= 'z') || base::is_digit(c) || c == '.' || c == '-';
         });
}

struct GivenUrl {
  std::string variable;
  std::string url;
};

std::optional<GivenUrl> given_url(Service service, const Environment& environment) {
  if (base::equals_ignoring_case(value_in(environment, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"),
                                 "true")) {
    return std::nullopt;
  }
  std::string own = "AWS_ENDPOINT_URL_";
  for (const char c : service_name(service)) {
    own += static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
  }
  for (const std::string& variable : {own, std::string("AWS_ENDPOINT_URL")}) {
    std::string url = value_in(environment, variable);
    if (!url.empty()) return GivenUrl{variable, std::move(url)};
  }
  return std::nullopt;
}

base::Result<Endpoint> endpoint_at(GivenUrl given, SigningScope scope) {
  while (given.url.ends_with('/')) given.url.pop_back();
  if (!net::host_of_url(given.url) || given.url.find_first_of("?#@ ") != std::string::npos) {
    return base::fail(base::ErrorCode::invalid,
                      fmt::format("{} must be a URL such as http://localhost:4566: http or https, "
                                  "a host, perhaps a path",
                                  given.variable));
  }
  return Endpoint{std::move(given.url), std::move(scope)};
}

base::Result<SigningScope> scope_of(Service service, const std::string& region) {
  if (!is_region(region)) {
    return base::fail(
        base::ErrorCode::invalid,
        fmt::format("\"{}\" is no region of AWS, such as eu-central-1", base::clip(region, 80)));
  }
  return SigningScope{region, std::string(service_name(service))};
}

}  // namespace

std::string_view service_name(Service service) noexcept {
  switch (service) {
    case Service::dynamodb:
      return "dynamodb";
    case Service::lambda:
      return "lambda";
    case Service::s3:
      return "s3";
    case Service::sns:
      return "sns";
    case Service::sqs:
      return "sqs";
  }
  return "";
}

base::Result<std::string> find_region(const Environment& environment) {
  for (const char* const name : {"AWS_REGION", "AWS_DEFAULT_REGION"}) {
    std::string region = value_in(environment, name);
    if (!region.empty()) return region;
  }
  const auto profile = read_shared_profile(environment);
  if (!profile) return base::fail(profile.error());
  const auto region = profile->config.find("region");
  if (region != profile->config.end() && !region->second.empty()) return region->second;
  return base::fail(base::ErrorCode::invalid,
                    fmt::format("no region of AWS is known: set AWS_REGION, or `region` in the "
                                "profile \"{}\" of \"{}\"",
                                profile->name, profile->config_file));
}

base::Result<Endpoint> find_endpoint(Service service, const std::string& region,
                                     const Environment& environment) {
  auto scope = scope_of(service, region);
  if (!scope) return base::fail(scope.error());
  if (auto given = given_url(service, environment)) {
    return endpoint_at(std::move(*given), std::move(*scope));
  }
  return Endpoint{fmt::format("https://{}.{}.{}", service_name(service), region, suffix_of(region)),
                  std::move(*scope)};
}

base::Result<Endpoint> find_bucket_endpoint(const std::string& bucket, const std::string& region,
                                            const Environment& environment) {
  if (!is_s3_bucket(bucket)) {
    return base::fail(base::ErrorCode::invalid,
                      fmt::format("\"{}\" is no name of a bucket of S3: 3 to 63 of a-z, 0-9, \".\" "
                                  "and \"-\"",
                                  base::clip(bucket, 80)));
  }
  auto endpoint = find_endpoint(Service::s3, region, environment);
  if (!endpoint) return base::fail(endpoint.error());
  const bool given = given_url(Service::s3, environment).has_value();
  if (given || bucket.find('.') != std::string::npos) {
    endpoint->url += "/" + bucket;
  } else {
    endpoint->url = fmt::format("https://{}.s3.{}.{}", bucket, region, suffix_of(region));
  }
  return endpoint;
}

}  // namespace ordo::aws
