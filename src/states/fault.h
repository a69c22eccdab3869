// How a state fails: the error's name and what a person is told of it.
#pragma once

#include <expected>
#include <string>
#include <utility>

namespace ordo::states {

struct Fault {
  std::string error;  // "States.Runtime", or a name of the machine's own
  std::string cause;
  // A time-out, because whoever is waited for was silent: also States.HeartbeatTimeout for those
  // that name it.
  bool silence = false;

  friend bool operator==(const Fault&, const Fault&) = default;
};

// What an evaluation comes to.
template <class T>
using Outcome = std::expected<T, Fault>;

inline std::unexpected<Fault> fault(std::string error, std::string cause) {
  return std::unexpected(Fault{std::move(error), std::move(cause)});
}

// The names that the specification reserves.
inline constexpr char kStatesAll[] = "States.ALL";
inline constexpr char kDataLimitExceeded[] = "States.DataLimitExceeded";
inline constexpr char kRuntime[] = "States.Runtime";
inline constexpr char kHeartbeatTimeout[] = "States.HeartbeatTimeout";
inline constexpr char kTimeout[] = "States.Timeout";
inline constexpr char kTaskFailed[] = "States.TaskFailed";
inline constexpr char kPermissions[] = "States.Permissions";
inline constexpr char kResultPathMatchFailure[] = "States.ResultPathMatchFailure";
inline constexpr char kParameterPathFailure[] = "States.ParameterPathFailure";
inline constexpr char kBranchFailed[] = "States.BranchFailed";
inline constexpr char kNoChoiceMatched[] = "States.NoChoiceMatched";
inline constexpr char kIntrinsicFailure[] = "States.IntrinsicFailure";
inline constexpr char kExceedToleratedFailureThreshold[] = "States.ExceedToleratedFailureThreshold";
inline constexpr char kItemReaderFailed[] = "States.ItemReaderFailed";
inline constexpr char kResultWriterFailed[] = "States.ResultWriterFailed";

}  // namespace ordo::states
