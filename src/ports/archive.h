// All that a home keeps, as rows that mean the same in every home: how a system that was stopped
// moves from one to another.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"

namespace ordo::ports {

enum class CellKind : std::uint8_t {
  number,
  time,   // a number, too: milliseconds since 1970
  text,   // without U+0000
  words,  // somebody else's, which may have it
  bytes,
};
struct ArchiveColumn {
  std::string_view name;
  CellKind kind;
};
// A table of its own, or as if there were one.
struct ArchiveTable {
  std::string_view name;
  std::span<const ArchiveColumn> columns;
  // How many of the columns; rows are in the order of these. None is null or below 0.
  std::size_t key = 1;
};
[[nodiscard]] inline std::span<const ArchiveColumn> key_columns(const ArchiveTable& table) {
  return table.columns.first(table.key);
}

using Cell = std::variant<std::monostate, std::int64_t, std::string>;
using ArchiveRow = std::vector<Cell>;

[[nodiscard]] inline std::vector<Cell> key_of(const ArchiveTable& table, const ArchiveRow& row) {
  return {row.begin(), row.begin() + static_cast<std::ptrdiff_t>(table.key)};
}
// A key before all that there are.
[[nodiscard]] inline std::vector<Cell> key_before_all(const ArchiveTable& table) {
  std::vector<Cell> key;
  for (const ArchiveColumn& column : key_columns(table)) {
    const bool number = column.kind == CellKind::number || column.kind == CellKind::time;
    key.push_back(number ? Cell(std::int64_t{-1}) : Cell(std::string()));
  }
  return key;
}

namespace archive {

using enum CellKind;

inline constexpr auto kTasks =
    std::to_array<ArchiveColumn>({{"seq", number},           {"id", text},
                                  {"queue", text},           {"lane", text},
                                  {"status", number},        {"priority", number},
                                  {"attempts", number},      {"max_attempts", number},
                                  {"version", number},       {"created_at", time},
                                  {"updated_at", time},      {"due_date", time},
                                  {"started_at", time},      {"finished_at", time},
                                  {"next_attempt_at", time}, {"fingerprint", bytes},
                                  {"traceparent", text},     {"title", text},
                                  {"last_error", words},     {"description", text},
                                  {"payload", text},         {"result", text}});
inline constexpr auto kActive = std::to_array<ArchiveColumn>({{"seq", number},
                                                              {"state", number},
                                                              {"attempts", number},
                                                              {"version", number},
                                                              {"updated_at", time},
                                                              {"started_at", time},
                                                              {"next_attempt_at", time},
                                                              {"lease_until", time},
                                                              {"lease_ms", number},
                                                              {"lease", text},
                                                              {"last_error", words}});
inline constexpr auto kAttempts = std::to_array<ArchiveColumn>({{"seq", number},
                                                                {"number", number},
                                                                {"outcome", number},
                                                                {"started_at", time},
                                                                {"finished_at", time},
                                                                {"error", words}});
inline constexpr auto kKeys = std::to_array<ArchiveColumn>(
    {{"key", text}, {"task_id", text}, {"fingerprint", bytes}, {"recorded_at", time}});
inline constexpr auto kPausedQueues = std::to_array<ArchiveColumn>({{"queue", text}});
inline constexpr auto kNotices =
    std::to_array<ArchiveColumn>({{"n", number}, {"at", time}, {"kind", text}, {"data", text}});
inline constexpr auto kChannels = std::to_array<ArchiveColumn>({{"name", text}, {"told", number}});
inline constexpr auto kOrders = std::to_array<ArchiveColumn>({{"n", number},
                                                              {"record_id", text},
                                                              {"status", number},
                                                              {"accepted_at", time},
                                                              {"expires_at", time},
                                                              {"settled_by", words},
                                                              {"parameter_2", text},
                                                              {"parameter_1", text}});
inline constexpr auto kDefinitions =
    std::to_array<ArchiveColumn>({{"digest", bytes}, {"text", text}});
inline constexpr auto kExecutions = std::to_array<ArchiveColumn>({{"n", number},
                                                                  {"id", text},
                                                                  {"pipeline", text},
                                                                  {"name", text},
                                                                  {"status", number},
                                                                  {"redrives", number},
                                                                  {"started_at", time},
                                                                  {"stopped_at", time},
                                                                  {"redriven_at", time},
                                                                  {"last_event", number},
                                                                  {"definition", bytes},
                                                                  {"parent", text},
                                                                  {"error", words},
                                                                  {"cause", words},
                                                                  {"input", text},
                                                                  {"output", text}});
inline constexpr auto kRunning = std::to_array<ArchiveColumn>({{"n", number},
                                                               {"next_event", number},
                                                               {"deadline", time},
                                                               {"wake_at", time},
                                                               {"idle", number}});
inline constexpr auto kFrames =
    std::to_array<ArchiveColumn>({{"n", number}, {"id", number}, {"text", text}});
inline constexpr auto kHistory =
    std::to_array<ArchiveColumn>({{"n", number}, {"first", number}, {"events", text}});
inline constexpr auto kForgotten = std::to_array<ArchiveColumn>({{"n", number}});
inline constexpr auto kFirings =
    std::to_array<ArchiveColumn>({{"pipeline", text}, {"at", time}, {"schedule", text}});
inline constexpr auto kPausedPipelines = std::to_array<ArchiveColumn>({{"pipeline", text}});
inline constexpr auto kLastNumbers =
    std::to_array<ArchiveColumn>({{"name", text}, {"number", number}});

}  // namespace archive

// What refers to another comes behind it. Of last_numbers there are always the same four: the last
// that was given to an execution, a notice, an order and a task.
inline constexpr auto kArchiveTables =
    std::to_array<ArchiveTable>({{"tasks", archive::kTasks},
                                 {"active", archive::kActive},
                                 {"attempts", archive::kAttempts, 2},
                                 {"idempotency_keys", archive::kKeys},
                                 {"paused_queues", archive::kPausedQueues},
                                 {"notices", archive::kNotices},
                                 {"channels", archive::kChannels},
                                 {"orders", archive::kOrders},
                                 {"definitions", archive::kDefinitions},
                                 {"executions", archive::kExecutions},
                                 {"running", archive::kRunning},
                                 {"frames", archive::kFrames, 2},
                                 {"history", archive::kHistory, 2},
                                 {"forgotten", archive::kForgotten},
                                 {"firings", archive::kFirings},
                                 {"paused_pipelines", archive::kPausedPipelines},
                                 {"last_numbers", archive::kLastNumbers}});

// Of a home that nobody serves from, and that nobody can while this is there. One thread. Tables
// are those of kArchiveTables.
class Archive {
 public:
  virtual ~Archive() = default;

  // `conflict`: somebody has taken away what keeps others out.
  virtual base::Result<void> check_alone() = 0;
  virtual base::Result<std::uint64_t> count(const ArchiveTable& table) = 0;
  // Those whose key is over `after`, in their order.
  virtual base::Result<std::vector<ArchiveRow>> read(const ArchiveTable& table,
                                                     std::span<const Cell> after,
                                                     std::size_t limit) = 0;
  // Where the system that was here is now, as whoever moved it has put it down. Nothing: here.
  virtual base::Result<std::optional<std::string>> moved_to() = 0;
  // It is there: no server starts here any more, and one that comes back commits nothing. What kept
  // others out is no longer needed, and may be gone.
  virtual base::Result<void> note_moved(const std::string& target) = 0;
  // It is here after all.
  virtual base::Result<void> take_back() = 0;
};

// What whoever wants to serve from a home hears whose system is elsewhere now.
[[nodiscard]] inline base::Error moved_away(const std::string& here, const std::string& target) {
  return {base::ErrorCode::conflict,
          "the system that was in " + here + " has been moved to " + target +
              ": serve it there; or, to go on here without what has been done there, run "
              "`ordo copy --take-back --from` with this address",
          {}};
}

// What a copy has come to, as whoever makes it has put it down.
struct CopyState {
  std::string source;
  std::string place;
  bool finished = false;
};

// Where such a copy goes. No server starts from it between begin() and finish(), however often the
// copying is broken off.
class ArchiveTarget : public Archive {
 public:
  // Of the last one. Nothing: none has begun.
  virtual base::Result<std::optional<CopyState>> state() = 0;
  // Nothing is there.
  virtual base::Result<void> begin(const CopyState& state) = 0;
  // All of them and the place, durably, or neither.
  virtual base::Result<void> add(const ArchiveTable& table, std::span<const ArchiveRow> rows,
                                 const std::string& place) = 0;
  // Everything is there: what a home counts for itself is counted, and servers may start.
  virtual base::Result<void> finish() = 0;
};

}  // namespace ordo::ports
