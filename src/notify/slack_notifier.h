// A channel of people: a web hook that takes what Slack's incoming web hooks take.
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "base/time.h"
#include "net/async_client.h"
#include "ports/notifier.h"

namespace ordo::notify {

struct SlackSpec {
  std::string name;  // of the channel, for errors
  std::string url;   // a secret
  base::Millis timeout{10'000};
  bool allow_private = false;  // see net/address_rules.h
};

// For "task.dead": which task, where, after how many attempts, and why. Escaped as Slack wants it.
// For other kinds, the kind and the start of the data.
[[nodiscard]] std::string slack_text(const ports::Notice& notice);

class SlackNotifier : public ports::Notifier {
 public:
  // `invalid` for a URL that cannot be used. `client` outlives the channel.
  static base::Result<std::unique_ptr<SlackNotifier>> make(SlackSpec spec,
                                                           net::AsyncClient& client);

  base::Result<void> notify(const ports::Notice& notice) override;

 private:
  SlackNotifier(SlackSpec spec, net::AsyncClient& client);

  const SlackSpec spec_;
  net::AsyncClient& client_;
};

}  // namespace ordo::notify
