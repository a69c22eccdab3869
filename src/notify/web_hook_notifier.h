// A channel of programs: a web hook, signed as Standard Webhooks says.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "net/async_client.h"
#include "net/webhook_signature.h"
#include "ports/clock.h"
#include "ports/notifier.h"

namespace ordo::notify {

struct WebHookChannelSpec {
  std::string name;  // of the channel, for errors
  std::string url;
  std::vector<std::string> secrets =
      {};  // see net/webhook_signature.h; without any, nothing is signed
  base::Millis timeout{10'000};
  bool allow_private = false;  // see net/address_rules.h
};

// Sends {"type": the kind, "timestamp": when it happened, "data": …}. `webhook-id` is
// "notice_NUMBER", the same each time.
class WebHookNotifier : public ports::Notifier {
 public:
  // `invalid` for a URL or a secret that cannot be used. `client` outlives the channel.
  static base::Result<std::unique_ptr<WebHookNotifier>> make(WebHookChannelSpec spec,
                                                             net::AsyncClient& client,
                                                             const ports::Clock& clock);

  base::Result<void> notify(const ports::Notice& notice) override;

 private:
  WebHookNotifier(WebHookChannelSpec spec, std::vector<net::WebhookSecret> secrets,
                  net::AsyncClient& client, const ports::Clock& clock);

  const WebHookChannelSpec spec_;
  const std::vector<net::WebhookSecret> secrets_;
  net::AsyncClient& client_;
  const ports::Clock& clock_;
};

}  // namespace ordo::notify
