#include "net/webhook_signature.h"

#include <fmt/format.h>

#include <charconv>
#include <chrono>
#include <cstdint>
#include <utility>

#include "base/hmac.h"
#include "net/field_values.h"

namespace ordo::net {
namespace {

constexpr std::string_view kSecretPrefix = "whsec_";
constexpr std::string_view kVersionPrefix = "v1,";

std::string signature_of(const WebhookSecret& secret, std::string_view id,
                         std::string_view timestamp, std::string_view body) {
  const base::Digest digest =
      base::hmac_sha256(secret.key(), fmt::format("{}.{}.{}", id, timestamp, body));
  return std::string(kVersionPrefix) +
         base::base64_encode({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

std::int64_t seconds_of(base::WallTime time) {
  return std::chrono::floor<std::chrono::seconds>(base::Millis(time.ms())).count();
}

}  // namespace

base::Result<WebhookSecret> WebhookSecret::parse(std::string_view text) {
  std::string key(text);
  if (text.starts_with(kSecretPrefix)) {
    auto decoded = base::base64_decode(text.substr(kSecretPrefix.size()));
    if (!decoded) {
      return base::fail(base::ErrorCode::invalid,
                        "the secret starts with whsec_ but no base64 follows");
    }
    key = std::move(*decoded);
  }
  if (key.empty()) return base::fail(base::ErrorCode::invalid, "the secret is empty");
  return WebhookSecret(std::move(key));
}

base::Result<std::vector<WebhookSecret>> parse_webhook_secrets(std::span<const std::string> texts) {
  if (texts.size() > kMaxWebhookSecrets) {
    return base::fail(base::ErrorCode::invalid,
                      fmt::format("there are over {} secrets", kMaxWebhookSecrets));
  }
  std::vector<WebhookSecret> secrets;
  for (const std::string& text : texts) {
    auto secret = WebhookSecret::parse(text);
    if (!secret) return base::fail(std::move(secret.error()));
    secrets.push_back(std::move(*secret));
  }
  return secrets;
}

void sign_webhook(Headers& headers, std::span<const WebhookSecret> secrets, std::string_view id,
                  base::WallTime at, std::string_view body) {
  const std::string timestamp = std::to_string(seconds_of(at));
  headers.add("webhook-id", std::string(id));
  headers.add("webhook-timestamp", timestamp);
  std::string signatures;
  for (const WebhookSecret& secret : secrets) {
    if (!signatures.empty()) signatures += ' ';
    signatures += signature_of(secret, id, timestamp, body);
  }
  if (!signatures.empty()) headers.add("webhook-signature", std::move(signatures));
}

base::Result<void> verify_webhook(const Headers& headers, std::span<const WebhookSecret> secrets,
                                  base::WallTime now, std::string_view body,
                                  base::Millis tolerance) {
  for (const char* name : {"webhook-id", "webhook-timestamp", "webhook-signature"}) {
    if (headers.count(name) != 1 || headers.get(name).empty()) {
      return base::fail(base::ErrorCode::invalid, fmt::format("there must be one {}", name));
    }
  }
  const std::string_view timestamp = headers.get("webhook-timestamp");
  std::int64_t seconds = 0;
  const auto [end, fault] =
      std::from_chars(timestamp.data(), timestamp.data() + timestamp.size(), seconds);
  if (fault != std::errc() || end != timestamp.data() + timestamp.size()) {
    return base::fail(base::ErrorCode::invalid, "webhook-timestamp must be seconds since 1970");
  }
  const std::int64_t bound = std::chrono::ceil<std::chrono::seconds>(tolerance).count();
  const std::int64_t present = seconds_of(now);
  if (seconds < present - bound || seconds > present + bound) {
    return base::fail(base::ErrorCode::invalid, "webhook-timestamp is too far from now");
  }
  std::string_view signatures = headers.get("webhook-signature");
  while (!signatures.empty()) {
    const std::string_view one = take_part(signatures, ' ');
    for (const WebhookSecret& secret : secrets) {
      const std::string ours = signature_of(secret, headers.get("webhook-id"), timestamp, body);
      if (base::equal_in_constant_time(one, ours)) return {};
    }
  }
  return base::fail(base::ErrorCode::invalid, "no signature is of a known secret");
}

}  // namespace ordo::net
