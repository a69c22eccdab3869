#include "aws/task_items.h"

#include <fmt/format.h>

#include <charconv>
#include <cstddef>
#include <iterator>
#include <utility>

namespace ordo::aws {
namespace {

std::string hex_of(const domain::Fingerprint& fingerprint) {
  std::string out;
  for (const unsigned char byte : fingerprint)
    fmt::format_to(std::back_inserter(out), "{:02x}", byte);
  return out;
}

std::optional<domain::Fingerprint> fingerprint_in(const std::optional<std::string>& hex) {
  domain::Fingerprint fingerprint;
  if (!hex || hex->size() != 2 * fingerprint.size()) return std::nullopt;
  for (std::size_t i = 0; i < fingerprint.size(); ++i) {
    const char* const from = hex->data() + 2 * i;
    if (std::from_chars(from, from + 2, fingerprint[i], 16).ptr != from + 2) return std::nullopt;
  }
  return fingerprint;
}

std::uint32_t small(std::optional<std::uint64_t> number, std::uint32_t otherwise) {
  return number ? static_cast<std::uint32_t>(*number) : otherwise;
}

}  // namespace

std::string task_shelf(std::uint64_t shelf) {
  return fmt::format("tasks/{}", shelf);
}

std::string dead_lot(const domain::QueueName& queue) {
  return "dead/" + queue.value();
}

std::string untold_lot(const domain::QueueName& queue) {
  return "untold/" + queue.value();
}

Item item_of(const TaskRow& row, std::optional<base::WallTime> keep_until) {
  const domain::Task& task = row.task;
  Item item;
  item.set_text("shelf", task_shelf(task.sequence.value() % kTaskShelves));
  item.set_number("number", task.sequence.value());
  item.set_text("queue", task.queue.value());
  item.set_text("lane", task.lane.value());
  item.set_text("title", task.content.title);
  item.set_text("description", task.content.description);
  item.set_text("priority", std::string(domain::name_of(task.content.priority)));
  item.set_time_if("due_date", task.content.due_date);
  item.set_text("payload", task.content.payload);
  item.set_text("status", std::string(domain::name_of(task.status)));
  item.set_number("attempts", task.attempts);
  item.set_number("max_attempts", task.max_attempts);
  item.set_text_if("last_error", task.last_error);
  item.set_text_if("result", task.result);
  item.set_time("created_at", task.created_at);
  item.set_time("updated_at", task.updated_at);
  item.set_time_if("started_at", task.started_at);
  item.set_time_if("finished_at", task.finished_at);
  item.set_time_if("next_attempt_at", task.next_attempt_at);
  if (!task.traceparent.empty()) item.set_text("traceparent", task.traceparent);
  item.set_number("version", task.version.value());
  item.set_time("placed_at", row.placed_at);
  if (row.fingerprint) item.set_text("fingerprint", hex_of(*row.fingerprint));
  if (row.lease) {
    item.set_text("lease_token", row.lease->token);
    item.set_time("lease_until", row.lease->until);
    item.set_number("lease_ms", static_cast<std::uint64_t>(row.lease->length.count()));
  }
  if (row.again) item.set_number("again", 1);
  if (task.status == domain::TaskStatus::dead) {
    item.set_text("lot", row.untold ? untold_lot(task.queue) : dead_lot(task.queue));
    if (row.untold) item.set_number("untold", 1);
  }
  if (keep_until) item.set_expiry(*keep_until);
  return item;
}

base::Result<std::optional<TaskRow>> task_row_of(const Item& item) {
  if (item.has("removed")) return std::optional<TaskRow>();
  TaskRow row;
  domain::Task& task = row.task;
  const auto id = item.text("task_id");
  const auto sequence = item.number("number");
  const auto status = domain::task_status_named(item.text("status").value_or(""));
  const auto priority = domain::priority_named(item.text("priority").value_or(""));
  const auto created = item.time("created_at");
  const auto updated = item.time("updated_at");
  if (!id || !sequence || !status || !priority || !created || !updated) {
    return base::fail(
        base::ErrorCode::internal,
        fmt::format("the item \"{}\" of the tasks table is no task", id.value_or("")));
  }
  task.id = domain::TaskId(*id);
  task.sequence = domain::Sequence(*sequence);
  task.queue = domain::QueueName(item.text("queue").value_or(""));
  task.lane = domain::LaneKey(item.text("lane").value_or(""));
  task.content = {item.text("title").value_or(""), item.text("description").value_or(""), *priority,
                  item.time("due_date"), item.text("payload").value_or("{}")};
  task.status = *status;
  task.attempts = small(item.number("attempts"), 0);
  task.max_attempts = small(item.number("max_attempts"), 1);
  task.last_error = item.text("last_error");
  task.result = item.text("result");
  task.created_at = *created;
  task.updated_at = *updated;
  task.started_at = item.time("started_at");
  task.finished_at = item.time("finished_at");
  task.next_attempt_at = item.time("next_attempt_at");
  task.traceparent = item.text("traceparent").value_or("");
  task.version = domain::Version(item.number("version").value_or(1));
  row.placed_at = item.time("placed_at").value_or(*created);
  row.fingerprint = fingerprint_in(item.text("fingerprint"));
  if (const auto token = item.text("lease_token")) {
    row.lease = domain::Lease{*token, item.time("lease_until").value_or(base::WallTime()),
                              base::Millis(item.number("lease_ms").value_or(0))};
  }
  row.again = item.has("again");
  row.untold = item.has("untold");
  return std::optional(std::move(row));
}

Item removed_item(base::WallTime keep_until) {
  Item item;
  item.set_number("removed", 1);
  item.set_expiry(keep_until);
  return item;
}

std::string key_of(const domain::IdempotencyKey& key) {
  return "#key#" + key.value();
}

Item item_of(const KeyRow& row, base::WallTime keep_until) {
  Item item;
  item.set_text("fingerprint", hex_of(row.fingerprint));
  item.set_text("of_task", row.id.value());
  item.set_time("recorded_at", row.recorded_at);
  item.set_expiry(keep_until);
  return item;
}

std::optional<KeyRow> key_row_of(const Item& item) {
  const auto fingerprint = fingerprint_in(item.text("fingerprint"));
  const auto id = item.text("of_task");
  const auto recorded = item.time("recorded_at");
  if (!fingerprint || !id || !recorded) return std::nullopt;
  return KeyRow{*fingerprint, domain::TaskId(*id), *recorded};
}

std::string key_of_attempt(const domain::TaskId& id, domain::Sequence sequence,
                           std::uint32_t number) {
  return fmt::format("#attempt#{}#{}#{}", id.value(), sequence.value(), number);
}

Item item_of(const domain::Attempt& attempt, base::WallTime keep_until) {
  Item item;
  item.set_number("attempt", attempt.number);
  item.set_time("started_at", attempt.started_at);
  item.set_time_if("finished_at", attempt.finished_at);
  item.set_text("outcome", std::string(domain::name_of(attempt.outcome)));
  item.set_text_if("error", attempt.error);
  item.set_expiry(keep_until);
  return item;
}

std::optional<domain::Attempt> attempt_of(const Item& item) {
  const auto number = item.number("attempt");
  const auto started = item.time("started_at");
  if (!number || !started) return std::nullopt;
  domain::Attempt attempt{static_cast<std::uint32_t>(*number), *started, item.time("finished_at")};
  const std::string outcome = item.text("outcome").value_or("");
  for (std::size_t i = 0; i < domain::kAttemptOutcomes; ++i) {
    const auto candidate = static_cast<domain::AttemptOutcome>(i);
    if (domain::name_of(candidate) == outcome) attempt.outcome = candidate;
  }
  attempt.error = item.text("error");
  return attempt;
}

}  // namespace ordo::aws
