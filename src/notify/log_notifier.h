// The channel that is always there: the program's own log.
#pragma once

#include <functional>
#include <string_view>
#include <utility>

#include "ports/notifier.h"

namespace ordo::notify {

class LogNotifier : public ports::Notifier {
 public:
  // Writes one line, and waits until it is out: false if that takes too long. `data` is a JSON
  // object. Called on the thread of notify().
  using Write = std::function<bool(std::string_view kind, std::string_view data)>;

  explicit LogNotifier(Write write) : write_(std::move(write)) {}

  base::Result<void> notify(const ports::Notice& notice) override {
    if (write_(notice.kind, notice.data)) return {};
    return base::fail(base::ErrorCode::unavailable, "nobody reads the log");
  }

 private:
  const Write write_;
};

}  // namespace ordo::notify
