#include "api/metrics.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <iterator>
#include <utility>

#include "base/limits.h"

namespace ordo::api {
namespace {

template <std::size_t N, class Bucket>
void append_buckets(std::string& out, std::string_view name, std::string_view labels,
                    const std::array<double, N>& bounds, Bucket bucket, double sum) {
  const std::string_view comma = labels.empty() ? "" : ",";
  std::uint64_t total = 0;
  for (std::size_t i = 0; i <= N; ++i) {
    total += bucket(i);
    const std::string bound = i < N ? fmt::format("{}", bounds[i]) : "+Inf";
    fmt::format_to(std::back_inserter(out), "{}_bucket{{{}{}le=\"{}\"}} {}\n", name, labels, comma,
                   bound, total);
  }
  append_metric(out, fmt::format("{}_sum", name), labels, sum);
  append_metric(out, fmt::format("{}_count", name), labels, static_cast<double>(total));
}

template <std::size_t N>
void append_histogram(std::string& out, std::string_view name, std::string_view help,
                      const std::array<double, N>& bounds, const app::Histogram<N>& histogram) {
  append_metric_head(out, name, "histogram", help);
  append_buckets(
      out, name, "", bounds, [&](std::size_t i) { return histogram.buckets[i]; }, histogram.sum);
}

double resident_bytes() {
  long total = 0;
  long resident = 0;
  if (std::FILE* file = std::fopen("/proc/self/statm", "re")) {
    if (std::fscanf(file, "%ld %ld", &total, &resident) != 2) resident = 0;
    std::fclose(file);
  }
  return static_cast<double>(resident) * static_cast<double>(sysconf(_SC_PAGESIZE));
}

// One without labels, with its head.
void append_one(std::string& out, std::string_view name, std::string_view type,
                std::string_view help, std::uint64_t value) {
  append_metric_head(out, name, type, help);
  append_metric(out, name, "", static_cast<double>(value));
}

}  // namespace

Metrics::Metrics(std::vector<std::string> routes) : routes_(std::move(routes)) {
  routes_.emplace_back(R"(method="other",route="other")");
  counts_ = std::make_unique<PerRoute[]>(routes_.size());
}

void Metrics::observe(std::size_t route, int status, std::chrono::nanoseconds took) {
  constexpr auto kRelaxed = std::memory_order_relaxed;
  PerRoute& counts = counts_[route < routes_.size() ? route : routes_.size() - 1];
  counts.by_status[static_cast<std::size_t>(status) % kStatuses].fetch_add(1, kRelaxed);
  const double seconds = std::chrono::duration<double>(took).count();
  std::size_t i = 0;
  while (i < kRequestSecondsBounds.size() && seconds > kRequestSecondsBounds[i]) ++i;
  counts.buckets[i].fetch_add(1, kRelaxed);
  counts.nanoseconds.fetch_add(static_cast<std::uint64_t>(took.count()), kRelaxed);
}

void Metrics::append_to(std::string& out) const {
  append_metric_head(out, "ordo_http_requests_total", "counter",
                     "Answered requests by route and status.");
  for (std::size_t r = 0; r < routes_.size(); ++r) {
    for (std::size_t status = 0; status < kStatuses; ++status) {
      const std::uint64_t count = counts_[r].by_status[status].load(std::memory_order_relaxed);
      if (count == 0) continue;
      append_metric(out, "ordo_http_requests_total",
                    fmt::format("{},status=\"{}\"", routes_[r], status),
                    static_cast<double>(count));
    }
  }
  constexpr std::string_view kName = "ordo_http_request_seconds";
  append_metric_head(out, kName, "histogram",
                     "From the last byte of a request to its answer, commit included.");
  for (std::size_t r = 0; r < routes_.size(); ++r) {
    const PerRoute& counts = counts_[r];
    const double sum = static_cast<double>(counts.nanoseconds.load()) / 1e9;
    if (sum == 0) continue;
    append_buckets(
        out, kName, routes_[r], kRequestSecondsBounds,
        [&](std::size_t i) { return counts.buckets[i].load(std::memory_order_relaxed); }, sum);
  }
}

void append_metric_head(std::string& out, std::string_view name, std::string_view type,
                        std::string_view help) {
  fmt::format_to(std::back_inserter(out), "# HELP {0} {2}\n# TYPE {0} {1}\n", name, type, help);
}

void append_metric(std::string& out, std::string_view name, std::string_view labels, double value) {
  if (labels.empty()) {
    fmt::format_to(std::back_inserter(out), "{} {}\n", name, value);
  } else {
    fmt::format_to(std::back_inserter(out), "{}{{{}}} {}\n", name, labels, value);
  }
}

void append_commit_metrics(std::string& out, const app::CommitStats& stats, std::size_t waiting) {
  append_one(out, "ordo_mailbox_writes", "gauge", "Writes that wait for the committer.", waiting);
  append_one(out, "ordo_mailbox_limit", "gauge", "Writes that may wait before callers hear 429.",
             base::kMailboxWrites);
  append_one(out, "ordo_mailbox_refused_total", "counter",
             "Submissions refused because too many waited.", stats.refused_busy);
  append_one(out, "ordo_commits_total", "counter", "Durable commits.", stats.commits);
  append_one(out, "ordo_commits_failed_total", "counter", "Commits that failed without effect.",
             stats.failed_commits);
  append_one(out, "ordo_tasks_accepted_total", "counter", "Tasks accepted.", stats.accepted);
  append_one(out, "ordo_orders_accepted_total", "counter",
             "Orders accepted that were not there before.", stats.orders_accepted);
  append_one(out, "ordo_tasks_replayed_total", "counter",
             "Submissions answered with an earlier task.", stats.replayed);
  append_one(out, "ordo_rows_expired_total", "counter", "Rows that retention deleted.",
             stats.expired);
  append_histogram(out, "ordo_commit_writes", "Writes in a commit.", app::kBatchBounds,
                   stats.batch_writes);
  append_histogram(out, "ordo_commit_seconds", "Time of a commit, the disk included.",
                   app::kCommitSecondsBounds, stats.commit_seconds);
}

void append_dispatch_metrics(std::string& out, const app::DispatchStats& stats) {
  append_one(out, "ordo_attempts_started_total", "counter", "Attempts begun.", stats.started);
  append_one(out, "ordo_tasks_succeeded_total", "counter", "Tasks done.", stats.succeeded);
  append_one(out, "ordo_attempts_retried_total", "counter",
             "Attempts that failed and are followed by another.", stats.retried);
  append_one(out, "ordo_tasks_dead_total", "counter", "Tasks that failed for good.", stats.dead);
  append_one(out, "ordo_attempts_lost_total", "counter",
             "Attempts of which nobody knows how they ended.", stats.lost);
  append_one(out, "ordo_attempts_after_due_total", "counter",
             "Attempts that began after their task's due date.", stats.late);
  append_one(out, "ordo_invocations_running", "gauge", "Calls of functions under way.",
             stats.running);
}

void append_execution_metrics(std::string& out, const app::ExecutionStats& stats) {
  append_one(out, "ordo_executions_started_total", "counter", "Executions of pipelines begun.",
             stats.started);
  append_metric_head(out, "ordo_executions_ended_total", "counter",
                     "Executions that have ended, by status.");
  for (std::size_t i = 1; i < stats.ended.size(); ++i) {
    const auto status = static_cast<states::Status>(i);
    append_metric(out, "ordo_executions_ended_total",
                  fmt::format("status=\"{}\"", states::status_name(status)),
                  static_cast<double>(stats.ended[i]));
  }
  append_one(out, "ordo_execution_steps_total", "counter", "Steps of executions.", stats.steps);
  append_one(out, "ordo_execution_events_total", "counter", "Events in histories.", stats.events);
  append_one(out, "ordo_executions_in_memory", "gauge", "Executions that have something to do.",
             stats.loaded);
  append_one(out, "ordo_executions_asleep", "gauge", "Executions that only wait for a time.",
             stats.waiting);
}

// No channel's name needs an escape.
void append_notice_metrics(std::string& out, std::span<const app::WaitingNotices> channels) {
  append_metric_head(out, "ordo_notices_waiting", "gauge",
                     "Notices that a channel has still to be told, by channel.");
  for (const app::WaitingNotices& one : channels) {
    append_metric(out, "ordo_notices_waiting", fmt::format("channel=\"{}\"", one.channel),
                  static_cast<double>(one.notices));
  }
}

void append_task_metrics(std::string& out, const domain::TaskCounts& counts) {
  append_metric_head(out, "ordo_tasks", "gauge", "Tasks kept, by status.");
  for (std::size_t i = 0; i < domain::kTaskStatuses; ++i) {
    const auto status = static_cast<domain::TaskStatus>(i);
    append_metric(out, "ordo_tasks", fmt::format("status=\"{}\"", domain::name_of(status)),
                  static_cast<double>(counts.of(status)));
  }
}

void append_wire_metrics(std::string& out, const net::ServerStats& stats) {
  append_one(out, "ordo_connections_open", "gauge", "Open connections.", stats.connections_open);
  append_one(out, "ordo_connections_total", "counter", "Connections so far.",
             stats.connections_total);
  append_one(out, "ordo_connections_refused_total", "counter", "Connections over the cap.",
             stats.connections_refused);
  append_one(out, "ordo_bytes_received_total", "counter", "Bytes read from clients.",
             stats.bytes_in);
  append_one(out, "ordo_bytes_sent_total", "counter", "Bytes written to clients.", stats.bytes_out);
}

void append_store_metrics(std::string& out, const StoreStats& stats) {
  append_metric_head(out, "ordo_store_log_bytes", "gauge",
                     "Bytes committed to the log and not yet moved into the database file.");
  append_metric(out, "ordo_store_log_bytes", "", static_cast<double>(stats.log_bytes));
  append_metric_head(out, "ordo_store_checkpoint_failing", "gauge",
                     "1 while the log cannot be moved; /health says why.");
  append_metric(out, "ordo_store_checkpoint_failing", "", stats.checkpoint_error.empty() ? 0 : 1);
}

void append_lease_metrics(std::string& out, const LeaseStats& stats) {
  append_one(out, "ordo_lane_groups_held", "gauge", "Groups of lanes that this server has, of 256.",
             stats.lane_groups);
  append_one(out, "ordo_pipelines_held", "gauge", "1 where the pipelines run.",
             stats.pipelines ? 1 : 0);
  append_one(out, "ordo_servers_alive", "gauge",
             "Servers that share the lanes, as this one sees it, itself included.", stats.servers);
  append_metric_head(out, "ordo_lease_seconds_left", "gauge",
                     "Until this server's leases end if they are not renewed.");
  append_metric(out, "ordo_lease_seconds_left", "", stats.seconds_left);
}

void append_process_metrics(std::string& out, std::string_view version, double uptime_seconds) {
  append_metric_head(out, "ordo_build_info", "gauge", "The version that runs.");
  append_metric(out, "ordo_build_info", fmt::format("version=\"{}\"", version), 1);
  append_metric_head(out, "ordo_uptime_seconds", "gauge", "Since the server started.");
  append_metric(out, "ordo_uptime_seconds", "", uptime_seconds);
  append_metric_head(out, "process_resident_memory_bytes", "gauge", "Resident memory.");
  append_metric(out, "process_resident_memory_bytes", "", resident_bytes());
}

}  // namespace ordo::api
