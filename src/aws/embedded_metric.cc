#include "aws/embedded_metric.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <optional>
#include <vector>

#include "base/json.h"
#include "base/text.h"

namespace ordo::aws {
namespace {

// Holds the directive, beside the metrics and the dimensions.
constexpr std::string_view kMetadata = "_aws";

std::string_view unit_name(MetricUnit unit) {
  switch (unit) {
    case MetricUnit::none:
      return "None";
    case MetricUnit::count:
      return "Count";
    case MetricUnit::milliseconds:
      return "Milliseconds";
    case MetricUnit::seconds:
      return "Seconds";
    case MetricUnit::bytes:
      return "Bytes";
    case MetricUnit::percent:
      return "Percent";
  }
  return "None";
}

bool is_metric_text(std::string_view text, std::size_t max_bytes) {
  const auto printable = [](char c) { return c >= 0x20 && c < 0x7f; };
  return text.size() <= max_bytes && !base::trim(text).empty() &&
         std::ranges::all_of(text, printable);
}

bool is_metric_name(std::string_view name) {
  return is_metric_text(name, kMaxMetricNameBytes) && !name.starts_with(':');
}

// What CloudWatch would not take, in words.
std::optional<std::string> fault_of_metrics(std::string_view metric_namespace,
                                            std::span<const MetricDimension> dimensions,
                                            std::span<const EmbeddedMetric> metrics) {
  if (!is_metric_name(metric_namespace)) return "the namespace is none that CloudWatch takes";
  if (metrics.empty() || metrics.size() > kMaxMetricsOfLine) {
    return fmt::format("a line has 1 to {} metrics", kMaxMetricsOfLine);
  }
  if (dimensions.size() > kMaxDimensions) {
    return fmt::format("there are up to {} dimensions", kMaxDimensions);
  }
  std::vector<std::string_view> names{kMetadata};
  for (const MetricDimension& dimension : dimensions) {
    names.push_back(dimension.name);
    if (!is_metric_text(dimension.value, kMaxDimensionValueBytes)) {
      return "the value of a dimension is none that CloudWatch takes";
    }
  }
  for (const EmbeddedMetric& metric : metrics) {
    names.push_back(metric.name);
    if (!std::isfinite(metric.value)) return "the value of a metric is no number";
  }
  if (!std::ranges::all_of(names, is_metric_name)) {
    return "the name of a metric or a dimension is none that CloudWatch takes";
  }
  std::ranges::sort(names);
  if (std::ranges::adjacent_find(names) != names.end()) {
    return "two metrics or dimensions have the same name";
  }
  return std::nullopt;
}

void append_names(std::string& out, std::span<const MetricDimension> dimensions) {
  out += R"("Dimensions":[[)";
  for (const MetricDimension& dimension : dimensions) {
    if (out.back() != '[') out.push_back(',');
    base::append_json_string(out, dimension.name);
  }
  out += "]]";
}

void append_directives(std::string& out, std::span<const EmbeddedMetric> metrics) {
  out += R"("Metrics":[)";
  for (const EmbeddedMetric& metric : metrics) {
    out += out.back() == '[' ? R"({"Name":)" : R"(,{"Name":)";
    base::append_json_string(out, metric.name);
    fmt::format_to(std::back_inserter(out), R"(,"Unit":"{}"}})", unit_name(metric.unit));
  }
  out.push_back(']');
}

}  // namespace

base::Result<std::string> embedded_metric(std::string_view metric_namespace,
                                          std::span<const MetricDimension> dimensions,
                                          std::span<const EmbeddedMetric> metrics,
                                          base::WallTime at) {
  if (const auto fault = fault_of_metrics(metric_namespace, dimensions, metrics)) {
    return base::fail(base::ErrorCode::invalid, *fault);
  }
  std::string out = fmt::format(R"({{"{}":{{"Timestamp":{},"CloudWatchMetrics":[{{"Namespace":)",
                                kMetadata, at.ms());
  base::append_json_string(out, metric_namespace);
  out.push_back(',');
  append_names(out, dimensions);
  out.push_back(',');
  append_directives(out, metrics);
  out += "}]}";
  for (const MetricDimension& dimension : dimensions) {
    out.push_back(',');
    base::append_json_string(out, dimension.name);
    out.push_back(':');
    base::append_json_string(out, dimension.value);
  }
  for (const EmbeddedMetric& metric : metrics) {
    out.push_back(',');
    base::append_json_string(out, metric.name);
    fmt::format_to(std::back_inserter(out), ":{}", metric.value);
  }
  out.push_back('}');
  return out;
}

}  // namespace ordo::aws
