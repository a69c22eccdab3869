// Signatures of web hooks as the Standard Webhooks specification has them: HMAC-SHA256 over
// "id.timestamp.body". Pure.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "net/http.h"

namespace ordo::net {

// A key that both sides know. Has no way to be printed.
class WebhookSecret {
 public:
  // "whsec_" and base64, or any other text, which is the key itself. `invalid` for an empty one and
  // for bad base64; the error does not quote it.
  static base::Result<WebhookSecret> parse(std::string_view text);

  [[nodiscard]] std::string_view key() const noexcept { return key_; }

 private:
  explicit WebhookSecret(std::string key) : key_(std::move(key)) {}
  std::string key_;
};

// A few keys at once, while one takes another's place. All or the first error.
inline constexpr std::size_t kMaxWebhookSecrets = 8;
base::Result<std::vector<WebhookSecret>> parse_webhook_secrets(std::span<const std::string> texts);

// Adds webhook-id, webhook-timestamp and, with at least one secret, webhook-signature: one
// signature for each secret, in their order.
void sign_webhook(Headers& headers, std::span<const WebhookSecret> secrets, std::string_view id,
                  base::WallTime at, std::string_view body);

// What a receiver does: one of the signatures must be of one of the secrets, and the timestamp
// within `tolerance` of `now`. `invalid` otherwise.
base::Result<void> verify_webhook(const Headers& headers, std::span<const WebhookSecret> secrets,
                                  base::WallTime now, std::string_view body,
                                  base::Millis tolerance = base::Millis(5 * 60'000));

}  // namespace ordo::net
