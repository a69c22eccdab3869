#include "support/memory_store.h"

#include <utility>
#include <variant>

namespace ordo::testing {
namespace {

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

bool matches(const ports::TaskFilter& filter, const domain::Task& task) {
  if (filter.status && *filter.status != task.status) return false;
  if (filter.queue && *filter.queue != task.queue) return false;
  if (filter.lane && *filter.lane != task.lane) return false;
  if (filter.priority && *filter.priority != task.content.priority) return false;
  if (filter.text.empty()) return true;
  const std::string needle = lower(filter.text);
  const auto has = [&needle](std::string_view text) {
    return lower(text).find(needle) != std::string::npos;
  };
  return has(task.content.title) || has(task.content.description) || has(task.content.payload);
}

}  // namespace

MemoryStore::MemoryStore()
    : executions_([this] {
        const std::lock_guard lock(mutex_);
        return kept_.executions;
      }) {}

MemoryStore::~MemoryStore() = default;

void MemoryStore::fail_next(base::Error error) {
  const std::lock_guard lock(mutex_);
  failure_ = std::move(error);
  late_failure_ = false;
}

void MemoryStore::fail_next_commit(base::Error error) {
  const std::lock_guard lock(mutex_);
  failure_ = std::move(error);
  late_failure_ = true;
}

void MemoryStore::skip_sequences_to(std::uint64_t last) {
  const std::lock_guard lock(mutex_);
  kept_.tasks.skip_sequences_to(last);
}

void MemoryStore::skip_execution_numbers_to(std::uint64_t last) {
  const std::lock_guard lock(mutex_);
  kept_.executions.skip_numbers_to(last);
}

base::Result<std::vector<ports::WriteAnswer>> MemoryStore::apply(
    std::span<const ports::Write> writes, const ports::Follow& follow) {
  const std::lock_guard lock(mutex_);
  if (!late_failure_) {
    if (const auto error = take_failure()) return base::fail(*error);
  }
  std::vector<ports::WriteAnswer> answers;
  answers.reserve(writes.size());
  const Kept before = failure_ ? kept_ : Kept{};
  const auto write_all = [&](std::span<const ports::Write> all) {
    for (const ports::Write& write : all) {
      answers.push_back(apply_one(write));
    }
  };
  write_all(writes);
  while (follow) {
    const std::span<const ports::Write> following = follow(answers);
    if (following.empty()) break;
    write_all(following);
  }
  if (const auto error = take_failure()) {
    kept_ = before;
    return base::fail(*error);
  }
  return answers;
}

base::Result<ports::Expired> MemoryStore::expire(const ports::Expiry& expiry,
                                                 const ports::ExpiryBite& bite) {
  const std::lock_guard lock(mutex_);
  if (const auto error = take_failure()) return base::fail(*error);
  ports::ExpiryBite left = bite;
  ports::Expired expired;
  kept_.tasks.expire(expiry, left, expired);
  if (!left.is_eaten()) kept_.orders.expire(expiry.orders_at, left);
  if (!left.is_eaten()) kept_.executions.expire(expiry.finished_before, left);
  expired.rows = bite.rows - left.rows;
  expired.more = left.is_eaten();
  return expired;
}

base::Result<void> MemoryStore::probe() {
  const std::lock_guard lock(mutex_);
  if (const auto error = take_failure()) return base::fail(*error);
  return {};
}

base::Result<std::optional<domain::Task>> MemoryStore::find(const domain::TaskId& id) {
  const std::lock_guard lock(mutex_);
  const MemoryTasks::Row* row = kept_.tasks.find(id);
  if (row == nullptr) return std::optional<domain::Task>();
  return std::optional(row->task);
}

base::Result<ports::TaskPage> MemoryStore::list(const ports::TaskFilter& filter,
                                                std::optional<domain::Sequence> before,
                                                std::size_t limit) {
  const std::lock_guard lock(mutex_);
  ports::TaskPage page;
  std::size_t bytes = 0;
  auto row = before ? kept_.tasks.rows().lower_bound(before->value()) : kept_.tasks.rows().end();
  while (row != kept_.tasks.rows().begin()) {
    --row;
    if (!matches(filter, row->second.task)) continue;
    if (page.items.size() == limit || bytes >= ports::kFullPageBytes) {
      page.next_before = page.items.empty() ? before : page.items.back().sequence;
      break;
    }
    bytes += domain::text_bytes(row->second.task);
    page.items.push_back(row->second.task);
  }
  return page;
}

base::Result<std::optional<domain::Order>> MemoryStore::find(const domain::RecordId& id,
                                                             base::WallTime now) {
  const std::lock_guard lock(mutex_);
  return kept_.orders.find(id, now);
}

base::Result<ports::OrderPage> MemoryStore::list(const ports::OrderFilter& filter,
                                                 std::optional<domain::OrderNumber> before,
                                                 std::size_t limit, base::WallTime now) {
  const std::lock_guard lock(mutex_);
  return kept_.orders.list(filter, before, limit, now);
}

base::Result<std::vector<domain::Order>> MemoryStore::pending(domain::OrderNumber after,
                                                              std::size_t limit,
                                                              base::WallTime now) {
  const std::lock_guard lock(mutex_);
  return kept_.orders.pending(after, limit, now);
}

base::Result<std::vector<domain::Order>> MemoryStore::settled_by(const std::string& name,
                                                                 base::WallTime now) {
  const std::lock_guard lock(mutex_);
  return kept_.orders.settled_by(name, now);
}

base::Result<domain::TaskCounts> MemoryStore::counts() {
  const std::lock_guard lock(mutex_);
  domain::TaskCounts counts;
  for (const auto& [sequence, row] : kept_.tasks.rows()) ++counts.of(row.task.status);
  return counts;
}

base::Result<std::optional<std::vector<domain::Attempt>>> MemoryStore::attempts(
    const domain::TaskId& id) {
  const std::lock_guard lock(mutex_);
  const MemoryTasks::Row* row = kept_.tasks.find(id);
  if (row == nullptr) return std::nullopt;
  std::vector<domain::Attempt> all = row->attempts;
  if (const auto own = domain::own_attempt(row->task)) all.push_back(*own);
  return all;
}

base::Result<std::optional<base::WallTime>> MemoryStore::oldest_queued(
    const domain::QueueName& queue) {
  const std::lock_guard lock(mutex_);
  std::size_t examined = 0;
  for (const auto& [sequence, row] : kept_.tasks.rows()) {
    if (domain::is_finished(row.task.status)) continue;
    if (++examined > ports::kMaxExaminedPending) break;
    const bool waits = row.task.queue == queue && row.task.status == domain::TaskStatus::queued;
    if (waits) return std::optional(row.task.created_at);
  }
  return std::optional<base::WallTime>();
}

base::Result<std::vector<ports::Place>> MemoryStore::pending(domain::Sequence after,
                                                             std::size_t limit) {
  const std::lock_guard lock(mutex_);
  std::vector<ports::Place> places;
  for (auto row = kept_.tasks.rows().upper_bound(after.value());
       row != kept_.tasks.rows().end() && places.size() < limit; ++row) {
    if (!domain::is_finished(row->second.task.status)) {
      places.push_back(ports::place_of(row->second.task));
    }
  }
  return places;
}

base::Result<std::vector<ports::OpenTask>> MemoryStore::open_tasks() {
  const std::lock_guard lock(mutex_);
  std::vector<ports::OpenTask> open;
  for (const auto& [sequence, row] : kept_.tasks.rows()) {
    const domain::Task& task = row.task;
    if (domain::is_finished(task.status) || task.attempts == 0) continue;
    open.push_back({ports::place_of(task), task.id, task.status == domain::TaskStatus::running,
                    task.attempts, task.max_attempts, task.next_attempt_at, row.attempt_changed_at,
                    row.lease});
  }
  return open;
}

base::Result<std::vector<domain::QueueName>> MemoryStore::paused_queues() {
  const std::lock_guard lock(mutex_);
  return std::vector<domain::QueueName>(kept_.tasks.paused().begin(), kept_.tasks.paused().end());
}

base::Result<std::map<domain::QueueName, std::uint64_t>> MemoryStore::dead_by_queue() {
  const std::lock_guard lock(mutex_);
  std::map<domain::QueueName, std::uint64_t> counts;
  for (const auto& [sequence, row] : kept_.tasks.rows()) {
    if (row.task.status == domain::TaskStatus::dead) ++counts[row.task.queue];
  }
  return counts;
}

base::Result<std::vector<ports::Notice>> MemoryStore::notices(std::uint64_t after,
                                                              std::size_t limit) {
  const std::lock_guard lock(mutex_);
  std::vector<ports::Notice> all;
  for (const ports::Notice& notice : kept_.tasks.notices()) {
    if (notice.number > after && all.size() < limit) all.push_back(notice);
  }
  return all;
}

base::Result<ports::KeptNotices> MemoryStore::kept_notices() {
  const std::lock_guard lock(mutex_);
  const std::vector<ports::Notice>& kept = kept_.tasks.notices();
  if (kept.empty()) return ports::KeptNotices{};
  return ports::KeptNotices{kept.front().number, kept.back().number};
}

base::Result<std::map<std::string, std::uint64_t>> MemoryStore::told() {
  const std::lock_guard lock(mutex_);
  return kept_.tasks.told();
}

ports::WriteAnswer MemoryStore::apply_one(const ports::Write& write) {
  return std::visit(
      [this](const auto& one) -> ports::WriteAnswer {
        if constexpr (requires { kept_.tasks.apply_one(one); }) {
          return kept_.tasks.apply_one(one);
        } else if constexpr (requires { kept_.orders.apply_one(one); }) {
          return kept_.orders.apply_one(one);
        } else {
          return kept_.executions.apply_one(one);
        }
      },
      write);
}

std::optional<base::Error> MemoryStore::take_failure() {
  std::optional<base::Error> error = failure_;
  if (error && error->code != base::ErrorCode::fatal) failure_.reset();
  return error;
}

}  // namespace ordo::testing
