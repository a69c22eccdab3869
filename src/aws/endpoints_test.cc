#include "aws/endpoints.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "support/scripted_service.h"
#include "support/temp_dir.h"

namespace ordo::aws {
namespace {

using testing::environment_of;
using ::testing::HasSubstr;

std::string url_with(Service service, std::map<std::string, std::string> variables,
                     const std::string& region = "eu-central-1") {
  const auto endpoint = find_endpoint(service, region, environment_of(std::move(variables)));
  return endpoint ? endpoint->url : "error: " + endpoint.error().message;
}

TEST(Region, IsThatOfTheEnvironmentFirst) {
  EXPECT_EQ(find_region(environment_of({{"AWS_REGION", "a"}, {"AWS_DEFAULT_REGION", "b"}})), "a");
  EXPECT_EQ(find_region(environment_of({{"AWS_REGION", ""}, {"AWS_DEFAULT_REGION", "b"}})), "b");
}

TEST(Region, IsThatOfTheProfileOtherwise) {
  const testing::TempDir home;
  std::ofstream(home.file("config")) << "[profile work]\nregion = eu-north-1\n";
  const auto environment =
      environment_of({{"AWS_CONFIG_FILE", home.file("config")}, {"AWS_PROFILE", "work"}});
  EXPECT_EQ(find_region(environment), "eu-north-1");
  const auto none = find_region(environment_of({{"AWS_CONFIG_FILE", home.file("config")}}));
  ASSERT_FALSE(none.has_value());
  EXPECT_EQ(none.error().code, base::ErrorCode::invalid);
  EXPECT_THAT(none.error().message, HasSubstr("AWS_REGION"));
}

TEST(Endpoint, IsTheServicesOwnInItsRegion) {
  EXPECT_EQ(url_with(Service::sqs, {}), "https://sqs.eu-central-1.amazonaws.com");
  EXPECT_EQ(url_with(Service::dynamodb, {}), "https://dynamodb.eu-central-1.amazonaws.com");
  EXPECT_EQ(url_with(Service::lambda, {}, "cn-north-1"),
            "https://lambda.cn-north-1.amazonaws.com.cn");
  EXPECT_EQ(url_with(Service::sns, {}, "us-gov-west-1"), "https://sns.us-gov-west-1.amazonaws.com");
  EXPECT_EQ(url_with(Service::sns, {}, "us-isob-east-1"),
            "https://sns.us-isob-east-1.sc2s.sgov.gov");
  const auto endpoint = find_endpoint(Service::sqs, "eu-west-1", environment_of({}));
  EXPECT_EQ(endpoint->scope.region, "eu-west-1");
  EXPECT_EQ(endpoint->scope.service, "sqs");
}

TEST(Endpoint, IsTheOneThatIsGiven) {
  const std::map<std::string, std::string> both = {{"AWS_ENDPOINT_URL", "http://localhost:4566/"},
                                                   {"AWS_ENDPOINT_URL_SQS", "https://vpce/a"}};
  EXPECT_EQ(url_with(Service::sqs, both), "https://vpce/a");
  EXPECT_EQ(url_with(Service::sns, both), "http://localhost:4566");
  auto ignored = both;
  ignored["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"] = "True";
  EXPECT_EQ(url_with(Service::sns, ignored), "https://sns.eu-central-1.amazonaws.com");
  ignored["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"] = "false";
  EXPECT_EQ(url_with(Service::sns, ignored), "http://localhost:4566");
}

TEST(Endpoint, ThatIsNoUrlIsRefused) {
  for (const char* const url : {"localhost:4566", "ftp://h", "http://", "http://u:p@h",
                                "http://h?a", "http://h#a", "http://h/a b"}) {
    EXPECT_THAT(url_with(Service::sqs, {{"AWS_ENDPOINT_URL_SQS", url}}),
                HasSubstr("AWS_ENDPOINT_URL_SQS"))
        << url;
  }
}

TEST(Endpoint, OfNoRegionIsRefused) {
  for (const char* const region : {"", "eu/central", "evil.example#", "EU-central-1"}) {
    EXPECT_THAT(url_with(Service::sqs, {}, region), HasSubstr("error: ")) << region;
  }
}

std::string bucket_url(const std::string& bucket, std::map<std::string, std::string> variables,
                       const std::string& region = "eu-central-1") {
  const auto endpoint = find_bucket_endpoint(bucket, region, environment_of(std::move(variables)));
  return endpoint ? endpoint->url : "error: " + endpoint.error().message;
}

TEST(BucketEndpoint, IsAHostOfItsOwnWhereThatCanBe) {
  EXPECT_EQ(bucket_url("a-bucket", {}), "https://a-bucket.s3.eu-central-1.amazonaws.com");
  EXPECT_EQ(bucket_url("a-bucket", {}, "cn-north-1"),
            "https://a-bucket.s3.cn-north-1.amazonaws.com.cn");
  EXPECT_EQ(bucket_url("a.bucket", {}), "https://s3.eu-central-1.amazonaws.com/a.bucket");
  EXPECT_EQ(bucket_url("a-bucket", {{"AWS_ENDPOINT_URL_S3", "http://localhost:9000"}}),
            "http://localhost:9000/a-bucket");
  for (const std::string bucket : {"ab", "Upper", "a/b", "a?b"}) {
    EXPECT_THAT(bucket_url(bucket, {}), HasSubstr("error: ")) << bucket;
  }
}

}  // namespace
}  // namespace ordo::aws
