// Tells people and programs outside that something happened.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"

namespace ordo::ports {

// A state machine has something to say: {"message_id", "topic", "subject", "message",
// "execution_id"}; the message is any JSON.
inline constexpr std::string_view kMessageNotice = "message";

// A thing that every channel must hear of. Kept durably until each has.
struct Notice {
  std::uint64_t number = 0;  // grows; what a receiver can tell repetitions by
  std::string kind;          // "task.dead", kMessageNotice
  base::WallTime at;
  std::string data;  // a JSON object: for "task.dead" the task as the API shows it
};

// One channel, e.g. a Slack-compatible web hook. One thread.
class Notifier {
 public:
  virtual ~Notifier() = default;

  // Delivers, or says why not: `unavailable` means that it may work later, `invalid`
  // that this notice will never be taken.
  // Blocks, for a bounded time. What was delivered may be delivered again after a crash.
  virtual base::Result<void> notify(const Notice& notice) = 0;
};

}  // namespace ordo::ports
