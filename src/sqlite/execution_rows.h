// How executions lie in their tables.
#pragma once

#include <cstdint>
#include <string_view>

#include "domain/ids.h"
#include "ports/execution_writes.h"
#include "sqlite/connection.h"

namespace ordo::sqlite {

// Frames and events of an execution lie side by side: its number, and within it theirs.
inline constexpr int kPartBits = 24;
inline constexpr std::int64_t kMostParts = std::int64_t{1} << kPartBits;
static_assert(kMostParts > states::kMaxFrameIds);

// As SQLite keeps numbers.
[[nodiscard]] inline std::int64_t raw(domain::ExecutionNumber number) {
  return static_cast<std::int64_t>(number.value());
}

[[nodiscard]] inline std::int64_t part_key(domain::ExecutionNumber number, std::uint64_t part) {
  return (raw(number) << kPartBits) | static_cast<std::int64_t>(part);
}

// In this order wherever a record is read.
inline constexpr std::string_view kRecordColumns =
    "n, id, pipeline, name, status, started_at, stopped_at, redrives, redriven_at, error, cause, "
    "input, output, parent";
[[nodiscard]] ports::ExecutionRecord read_record(const Statement& row);

}  // namespace ordo::sqlite
