#include "net/webhook_signature.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace ordo::net {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

// The example of the specification's own libraries.
constexpr const char* kSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
constexpr const char* kId = "msg_p5jXN8AQM9LWM0D4loKWxJek";
constexpr std::int64_t kAt = 1'614'265'330;
constexpr const char* kSigned = R"({"test": 2432232314})";
constexpr const char* kSignature = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

std::vector<WebhookSecret> secrets(const std::vector<std::string>& texts) {
  auto parsed = parse_webhook_secrets(texts);
  EXPECT_TRUE(parsed.has_value());
  return parsed ? std::move(*parsed) : std::vector<WebhookSecret>();
}
base::WallTime at(std::int64_t seconds, std::int64_t ms = 0) {
  return base::WallTime::from_ms(seconds * 1000 + ms);
}
Headers signed_headers(const std::vector<std::string>& texts = {kSecret}) {
  Headers headers;
  sign_webhook(headers, secrets(texts), kId, at(kAt, 999), kSigned);
  return headers;
}
Headers headers_with(const std::string& timestamp, const std::string& signature) {
  Headers headers;
  headers.add("webhook-id", kId);
  headers.add("webhook-timestamp", timestamp);
  headers.add("webhook-signature", signature);
  return headers;
}

TEST(WebhookSignature, IsTheOneThatTheSpecificationsLibrariesMake) {
  const Headers headers = signed_headers();
  EXPECT_EQ(headers.get("webhook-id"), kId);
  EXPECT_EQ(headers.get("webhook-timestamp"), "1614265330");
  EXPECT_EQ(headers.get("webhook-signature"), kSignature);
}

// Computed with Python's hmac.
TEST(WebhookSignature, TakesAnyOtherTextAsTheKeyItself) {
  Headers headers;
  sign_webhook(headers, secrets({"plain secret"}), "task:1.2", at(1'767'323'045),
               "{\"a\":\"\xc3\xa9\"}");
  EXPECT_EQ(headers.get("webhook-signature"), "v1,GQWfcwMTFLQsX59KgOSpGieQERmVrcWfy8ArkSdLyZc=");
}

TEST(WebhookSignature, HasOneForEachSecretWhileOneTakesAnothersPlace) {
  const Headers headers = signed_headers({kSecret, "another"});
  EXPECT_THAT(std::string(headers.get("webhook-signature")),
              ::testing::MatchesRegex(R"(v1,g0hM9S[^ ]+ v1,[^ ]+=)"));
  EXPECT_TRUE(verify_webhook(headers, secrets({kSecret}), at(kAt), kSigned).has_value());
  EXPECT_TRUE(verify_webhook(headers, secrets({"another"}), at(kAt), kSigned).has_value());
  EXPECT_TRUE(verify_webhook(headers, secrets({"x", "another"}), at(kAt), kSigned).has_value());
  EXPECT_FALSE(verify_webhook(headers, secrets({"x"}), at(kAt), kSigned).has_value());
}

TEST(WebhookSignature, IsLeftOutWithoutASecret) {
  const Headers headers = signed_headers({});
  EXPECT_FALSE(headers.has("webhook-signature"));
  EXPECT_EQ(headers.get("webhook-id"), kId);
}

TEST(WebhookSignature, HoldsForNothingButWhatWasSigned) {
  const Headers headers = signed_headers();
  const auto known = secrets({kSecret});
  EXPECT_TRUE(verify_webhook(headers, known, at(kAt), kSigned).has_value());
  EXPECT_FALSE(verify_webhook(headers, known, at(kAt), std::string(kSigned) + " ").has_value());
  EXPECT_FALSE(
      verify_webhook(headers_with("1614265331", kSignature), known, at(kAt), kSigned).has_value());
  EXPECT_FALSE(verify_webhook(headers, {}, at(kAt), kSigned).has_value());
}

TEST(WebhookSignature, OfAnotherVersionIsPassedOver) {
  const std::string mixed = std::string("v1a,AAAA v2,BBBB ") + kSignature;
  const auto known = secrets({kSecret});
  EXPECT_TRUE(
      verify_webhook(headers_with("1614265330", mixed), known, at(kAt), kSigned).has_value());
  EXPECT_FALSE(verify_webhook(headers_with("1614265330", std::string(kSignature).substr(3)), known,
                              at(kAt), kSigned)
                   .has_value());
}

TEST(WebhookSignature, IsRefusedWhenItIsOldOrFromTheFuture) {
  const Headers headers = signed_headers();
  const auto known = secrets({kSecret});
  EXPECT_TRUE(verify_webhook(headers, known, at(kAt + 300), kSigned).has_value());
  EXPECT_TRUE(verify_webhook(headers, known, at(kAt - 300), kSigned).has_value());
  EXPECT_FALSE(verify_webhook(headers, known, at(kAt + 301), kSigned).has_value());
  EXPECT_FALSE(verify_webhook(headers, known, at(kAt - 301), kSigned).has_value());
}

TEST(WebhookSignature, NeedsEachHeaderOnceAndWellFormed) {
  const auto known = secrets({kSecret});
  EXPECT_FALSE(verify_webhook({}, known, at(kAt), kSigned).has_value());
  for (const char* name : {"webhook-id", "webhook-timestamp", "webhook-signature"}) {
    Headers twice = signed_headers();
    twice.add(name, "again");
    EXPECT_FALSE(verify_webhook(twice, known, at(kAt), kSigned).has_value()) << name;
  }
  for (const char* bad : {"", "x", "1614265330.5", " 1614265330", "99999999999999999999",
                          "9223372036854775807", "-9223372036854775808"}) {
    EXPECT_FALSE(verify_webhook(headers_with(bad, kSignature), known, at(kAt), kSigned).has_value())
        << bad;
  }
}

TEST(WebhookSecret, ThatIsEmptyOrMangledIsRefusedAndNotQuoted) {
  for (const char* bad : {"", "whsec_", "whsec_hush!", "whsec_aHVzaA"}) {
    const auto secret = WebhookSecret::parse(bad);
    ASSERT_FALSE(secret.has_value()) << bad;
    EXPECT_EQ(secret.error().code, base::ErrorCode::invalid);
    EXPECT_THAT(secret.error().message, Not(HasSubstr("hush")));
    EXPECT_THAT(secret.error().message, Not(HasSubstr("aHVzaA")));
  }
  EXPECT_FALSE(parse_webhook_secrets(std::vector<std::string>{"good", ""}).has_value());
  EXPECT_FALSE(
      parse_webhook_secrets(std::vector<std::string>(kMaxWebhookSecrets + 1, "a")).has_value());
}

}  // namespace
}  // namespace ordo::net
