// A line of the log that CloudWatch reads as metrics (embedded metric format). Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"

namespace ordo::aws {

enum class MetricUnit : std::uint8_t { none, count, milliseconds, seconds, bytes, percent };

struct EmbeddedMetric {
  std::string_view name;
  MetricUnit unit = MetricUnit::none;
  double value = 0;
};

struct MetricDimension {
  std::string_view name;
  std::string_view value;
};

// CloudWatch's own.
inline constexpr std::size_t kMaxMetricsOfLine = 100;
inline constexpr std::size_t kMaxDimensions = 30;
inline constexpr std::size_t kMaxMetricNameBytes = 255;  // of namespaces and dimensions, too
inline constexpr std::size_t kMaxDimensionValueBytes = 1024;

// Metrics of one set of dimensions, which may be empty: one line, without its end. `invalid` for
// what CloudWatch would drop without a word: no metric, a name or a dimension's value that is
// blank, too long or not of visible ASCII and spaces, a name twice, a value that is no number.
base::Result<std::string> embedded_metric(std::string_view metric_namespace,
                                          std::span<const MetricDimension> dimensions,
                                          std::span<const EmbeddedMetric> metrics,
                                          base::WallTime at);

}  // namespace ordo::aws
