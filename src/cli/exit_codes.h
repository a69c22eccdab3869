// What every subcommand exits with.
#pragma once

namespace ordo::cli {

inline constexpr int kDone = 0;
inline constexpr int kFailed = 1;
inline constexpr int kWrongUsage = 2;

}  // namespace ordo::cli
