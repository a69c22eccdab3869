// Every bound of the system by name. A rule of one module's own lives with that
// module; what several rooms must agree on lives here.
#pragma once

#include <cstddef>

namespace ordo::base {

inline constexpr std::size_t kMaxBodyBytes = 256UL * 1024;            // one task, order, patch…
inline constexpr std::size_t kMaxBatchBodyBytes = 8UL * 1024 * 1024;  // POST /tasks/batch
inline constexpr std::size_t kMaxBatchTasks = 1000;
inline constexpr std::size_t kMaxHeaderBytes = 16UL * 1024;
inline constexpr std::size_t kMaxJsonDepth = 64;
inline constexpr std::size_t kMaxPageItems = 1000;
inline constexpr std::size_t kDefaultPageItems = 50;

// Writes that may wait for the committer, and the bytes that they may hold.
inline constexpr std::size_t kMailboxWrites = 16 * 1024;
inline constexpr std::size_t kMailboxBytes = 64UL * 1024 * 1024;

// Reads that may wait for a reader thread.
inline constexpr std::size_t kMaxWaitingReads = 1024;

}  // namespace ordo::base
