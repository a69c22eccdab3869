#include "aws/embedded_metric.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <limits>
#include <string>
#include <vector>

namespace ordo::aws {
namespace {

constexpr base::WallTime kMetricTime = base::WallTime::from_ms(1'790'000'000'123);

TEST(EmbeddedMetric, IsOneLineThatNamesAndHoldsItsMetrics) {
  const std::vector<MetricDimension> dimensions{{"Queue", "tasks"}};
  const std::vector<EmbeddedMetric> metrics{{"DeadLetters", MetricUnit::count, 17},
                                            {"OldestAge", MetricUnit::milliseconds, 1.5}};
  const auto line = embedded_metric("ordo", dimensions, metrics, kMetricTime);
  ASSERT_TRUE(line);
  EXPECT_EQ(*line, R"({"_aws":{"Timestamp":1790000000123,"CloudWatchMetrics":[{"Namespace":"ordo",)"
                   R"("Dimensions":[["Queue"]],"Metrics":[{"Name":"DeadLetters","Unit":"Count"},)"
                   R"({"Name":"OldestAge","Unit":"Milliseconds"}]}]},)"
                   R"("Queue":"tasks","DeadLetters":17,"OldestAge":1.5})");
}

TEST(EmbeddedMetric, NeedsNoDimension) {
  const std::vector<EmbeddedMetric> metrics{{"A", MetricUnit::none, 0},
                                            {"B", MetricUnit::bytes, 1e21},
                                            {"C", MetricUnit::percent, -0.25},
                                            {"D", MetricUnit::seconds, 9007199254740993.0}};
  const auto line = embedded_metric("a/b", {}, metrics, kMetricTime);
  ASSERT_TRUE(line);
  const auto json = boost::json::parse(*line);
  const auto& directive = json.at("_aws").at("CloudWatchMetrics").at(0);
  EXPECT_EQ(boost::json::serialize(directive.at("Dimensions")), "[[]]");
  EXPECT_EQ(directive.at("Metrics").at(1).at("Unit"), "Bytes");
  EXPECT_EQ(json.at("B").to_number<double>(), 1e21);
  EXPECT_EQ(json.at("C").to_number<double>(), -0.25);
  EXPECT_EQ(json.at("D").to_number<double>(), 9007199254740993.0);
  EXPECT_EQ(line->find('\n'), std::string::npos);
}

TEST(EmbeddedMetric, WhatCloudWatchWouldDropIsRefused) {
  const std::vector<MetricDimension> queue{{"Queue", "tasks"}};
  const std::vector<EmbeddedMetric> one{{"A", MetricUnit::count, 1}};
  const auto refused = [&](std::string_view space, const std::vector<MetricDimension>& dimensions,
                           const std::vector<EmbeddedMetric>& metrics) {
    const auto line = embedded_metric(space, dimensions, metrics, kMetricTime);
    return !line && line.error().code == base::ErrorCode::invalid;
  };
  const std::string long_name(kMaxMetricNameBytes + 1, 'a');
  const std::string long_value(kMaxDimensionValueBytes + 1, 'a');
  EXPECT_FALSE(refused("ordo", queue, one));
  EXPECT_FALSE(refused(long_name.substr(1), queue, one));
  EXPECT_TRUE(refused("", queue, one));
  EXPECT_TRUE(refused("  ", queue, one));
  EXPECT_TRUE(refused(":a", queue, one));
  EXPECT_TRUE(refused(long_name, queue, one));
  EXPECT_TRUE(refused("ordo", queue, {}));
  EXPECT_TRUE(refused("ordo", {{"Queue", ""}}, one));
  EXPECT_TRUE(refused("ordo", {{"Queue", "caf\xc3\xa9"}}, one));
  EXPECT_TRUE(refused("ordo", {{"Queue", "a\nb"}}, one));
  EXPECT_TRUE(refused("ordo", {{"Queue", long_value}}, one));
  EXPECT_TRUE(refused("ordo", {{"", "a"}}, one));
  EXPECT_TRUE(refused("ordo", {{"A", "a"}}, one)) << "a metric's name";
  EXPECT_TRUE(refused("ordo", {{"Q", "a"}, {"Q", "b"}}, one));
  EXPECT_TRUE(refused("ordo", queue, {{"_aws", MetricUnit::count, 1}}));
  EXPECT_TRUE(refused("ordo", queue, {{"A", MetricUnit::count, 1}, {"A", MetricUnit::count, 2}}));
  EXPECT_TRUE(
      refused("ordo", queue, {{"A", MetricUnit::count, std::numeric_limits<double>::quiet_NaN()}}));
  EXPECT_TRUE(
      refused("ordo", queue, {{"A", MetricUnit::count, std::numeric_limits<double>::infinity()}}));
}

TEST(EmbeddedMetric, ALineHoldsSoManyAndNoMore) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i <= kMaxMetricsOfLine; ++i) names.push_back("n" + std::to_string(i));
  std::vector<EmbeddedMetric> metrics;
  metrics.reserve(names.size());
  std::vector<MetricDimension> dimensions;
  for (const std::string& name : names) metrics.push_back({name, MetricUnit::count, 1});
  EXPECT_FALSE(embedded_metric("ordo", {}, metrics, kMetricTime));
  metrics.pop_back();
  EXPECT_TRUE(embedded_metric("ordo", {}, metrics, kMetricTime));
  const std::vector<EmbeddedMetric> one{{"A", MetricUnit::count, 1}};
  dimensions.reserve(kMaxDimensions + 1);
  for (std::size_t i = 0; i <= kMaxDimensions; ++i) dimensions.push_back({names[i], "v"});
  EXPECT_FALSE(embedded_metric("ordo", dimensions, one, kMetricTime));
  dimensions.pop_back();
  EXPECT_TRUE(embedded_metric("ordo", dimensions, one, kMetricTime));
}

}  // namespace
}  // namespace ordo::aws
