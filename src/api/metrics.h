// What /metrics counts of the requests themselves. Any thread, without a lock.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "api/store_stats.h"
#include "app/commit_stats.h"
#include "app/dispatch_stats.h"
#include "app/execution_desk.h"
#include "app/executions.h"
#include "app/monitor.h"
#include "domain/task.h"
#include "net/server.h"

namespace ordo::api {

inline constexpr std::array<double, 12> kRequestSecondsBounds{
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5};

class Metrics {
 public:
  // The routes' labels; one more is added for requests that match none.
  explicit Metrics(std::vector<std::string> routes);

  // `route` is its index, or anything beyond for "other".
  void observe(std::size_t route, int status, std::chrono::nanoseconds took);

  // The Prometheus text of the requests so far.
  void append_to(std::string& out) const;

 private:
  static constexpr std::size_t kStatuses = 600;
  struct PerRoute {
    std::array<std::atomic<std::uint64_t>, kStatuses> by_status{};
    std::array<std::atomic<std::uint64_t>, kRequestSecondsBounds.size() + 1> buckets{};
    std::atomic<std::uint64_t> nanoseconds{};
  };

  std::vector<std::string> routes_;
  std::unique_ptr<PerRoute[]> counts_;
};

// Small writers in the text format, shared by all that is exposed.
void append_metric_head(std::string& out, std::string_view name, std::string_view type,
                        std::string_view help);
void append_metric(std::string& out, std::string_view name, std::string_view labels, double value);

void append_commit_metrics(std::string& out, const app::CommitStats& stats, std::size_t waiting);
void append_dispatch_metrics(std::string& out, const app::DispatchStats& stats);
void append_execution_metrics(std::string& out, const app::ExecutionStats& stats);
void append_notice_metrics(std::string& out, std::span<const app::WaitingNotices> channels);
void append_task_metrics(std::string& out, const domain::TaskCounts& counts);
void append_store_metrics(std::string& out, const StoreStats& stats);
void append_lease_metrics(std::string& out, const LeaseStats& stats);
void append_wire_metrics(std::string& out, const net::ServerStats& stats);
void append_process_metrics(std::string& out, std::string_view version, double uptime_seconds);

}  // namespace ordo::api
