#include "api/metrics.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>
#include <vector>

#include "base/limits.h"
#include "support/exposition.h"
#include "support/pick.h"

namespace ordo::api {
namespace {

using std::chrono::microseconds;
using testing::Exposition;
using testing::ExpositionReader;

Exposition read(const Metrics& metrics) {
  std::string out;
  metrics.append_to(out);
  return ExpositionReader::read(out);
}

TEST(Metrics, RequestsAreCountedByRouteAndStatus) {
  Metrics metrics({R"(method="GET",route="/a")", R"(method="POST",route="/b")"});
  metrics.observe(0, 200, microseconds(700));
  metrics.observe(0, 200, microseconds(300));
  metrics.observe(0, 404, microseconds(1));
  metrics.observe(1, 201, microseconds(6'000'000));
  metrics.observe(99, 404, microseconds(1));
  const Exposition seen = read(metrics);
  EXPECT_EQ(seen.fault, "");
  const auto at = [&](const std::string& labels) {
    return seen.samples.at("ordo_http_requests_total{" + labels + "}");
  };
  EXPECT_EQ(at(R"(method="GET",route="/a",status="200")"), 2);
  EXPECT_EQ(at(R"(method="GET",route="/a",status="404")"), 1);
  EXPECT_EQ(at(R"(method="POST",route="/b",status="201")"), 1);
  EXPECT_EQ(at(R"(method="other",route="other",status="404")"), 1);
}

TEST(Metrics, ATimeOnABoundIsInItsBucket) {
  Metrics metrics({R"(method="GET",route="/a")"});
  metrics.observe(0, 200, microseconds(1000));
  metrics.observe(0, 200, std::chrono::nanoseconds(1'000'001));
  const Exposition seen = read(metrics);
  const auto bucket = [&](const std::string& bound) {
    return seen.samples.at(R"(ordo_http_request_seconds_bucket{method="GET",route="/a",le=")" +
                           bound + "\"}");
  };
  EXPECT_EQ(bucket("0.0005"), 0);
  EXPECT_EQ(bucket("0.001"), 1);
  EXPECT_EQ(bucket("0.0025"), 2);
  EXPECT_EQ(bucket("+Inf"), 2);
}

TEST(Metrics, ARouteThatNobodyAskedForIsLeftOut) {
  Metrics metrics({R"(method="GET",route="/a")"});
  const Exposition seen = read(metrics);
  EXPECT_EQ(seen.fault, "");
  EXPECT_TRUE(seen.samples.empty());
  EXPECT_EQ(seen.types.size(), 2U);
}

TEST(Metrics, TheRestOfTheExpositionIsWellFormed) {
  std::string out;
  app::CommitStats stats;
  stats.commits = 3;
  stats.accepted = 9;
  stats.batch_writes.buckets[0] = 2;
  stats.batch_writes.buckets.back() = 1;
  stats.batch_writes.sum = 5000;
  append_process_metrics(out, "1.2.3", 12.5);
  append_commit_metrics(out, stats, 4);
  domain::TaskCounts counts;
  counts.of(domain::TaskStatus::dead) = 7;
  append_task_metrics(out, counts);
  append_wire_metrics(out, {1, 2, 3, 4, 5, 6});
  app::ExecutionStats executions;
  executions.started = 12;
  executions.ended[static_cast<std::size_t>(states::Status::timed_out)] = 2;
  executions.waiting = 3;
  append_execution_metrics(out, executions);
  append_notice_metrics(out, std::vector<app::WaitingNotices>{{"the log", 0}, {"team", 12}});
  const Exposition seen = ExpositionReader::read(out);
  EXPECT_EQ(seen.fault, "");
  EXPECT_EQ(seen.samples.at(R"(ordo_build_info{version="1.2.3"})"), 1);
  EXPECT_EQ(seen.samples.at("ordo_uptime_seconds{}"), 12.5);
  EXPECT_GT(seen.samples.at("process_resident_memory_bytes{}"), 0);
  EXPECT_EQ(seen.samples.at("ordo_mailbox_writes{}"), 4);
  EXPECT_EQ(seen.samples.at("ordo_mailbox_limit{}"), static_cast<double>(base::kMailboxWrites));
  EXPECT_EQ(seen.samples.at("ordo_commits_total{}"), 3);
  EXPECT_EQ(seen.samples.at("ordo_tasks_accepted_total{}"), 9);
  EXPECT_EQ(seen.samples.at("ordo_commit_writes_count{}"), 3);
  EXPECT_EQ(seen.samples.at(R"(ordo_tasks{status="dead"})"), 7);
  EXPECT_EQ(seen.samples.at(R"(ordo_tasks{status="queued"})"), 0);
  EXPECT_EQ(seen.samples.at("ordo_connections_refused_total{}"), 3);
  EXPECT_EQ(seen.samples.at("ordo_bytes_sent_total{}"), 5);
  EXPECT_EQ(seen.samples.at("ordo_executions_started_total{}"), 12);
  EXPECT_EQ(seen.samples.at(R"(ordo_executions_ended_total{status="timed_out"})"), 2);
  EXPECT_EQ(seen.samples.at(R"(ordo_executions_ended_total{status="succeeded"})"), 0);
  EXPECT_EQ(seen.samples.at("ordo_executions_asleep{}"), 3);
  EXPECT_EQ(seen.samples.at(R"(ordo_notices_waiting{channel="the log"})"), 0);
  EXPECT_EQ(seen.samples.at(R"(ordo_notices_waiting{channel="team"})"), 12);
}

RC_GTEST_PROP(MetricsProperty, AnyRequestsGiveAnExpositionThatAddsUp, ()) {
  Metrics metrics({R"(method="GET",route="/a")", R"(method="GET",route="/b")"});
  const int requests = testing::pick(0, 40);
  for (int i = 0; i < requests; ++i) {
    metrics.observe(testing::pick<std::size_t>(0, 4), testing::pick(100, 600),
                    microseconds(testing::pick(1, 8'000'000)));
  }
  const Exposition seen = read(metrics);
  RC_ASSERT(seen.fault == "");
  double counted = 0;
  double timed = 0;
  for (const auto& [name, value] : seen.samples) {
    if (name.starts_with("ordo_http_requests_total")) counted += value;
    if (name.starts_with("ordo_http_request_seconds_count")) timed += value;
  }
  RC_ASSERT(counted == requests);
  RC_ASSERT(timed == requests);
}

}  // namespace
}  // namespace ordo::api
