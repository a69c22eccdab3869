#include "ordo/address_reader.h"

#include <fmt/format.h>

#include "net/async_client.h"
#include "net/webhook_signature.h"

namespace ordo::program {

void resolve_variable(TableReader& reader, std::string_view key, const Environment& environment,
                      std::string& text) {
  if (!text.starts_with("env:")) return;
  const std::string variable = text.substr(4);
  if (const auto value = environment.value(variable)) {
    text = *value;
  } else {
    reader.complain(key, fmt::format("the variable {} is not set", variable));
  }
}

void read_secrets(TableReader& reader, const Environment& environment,
                  std::vector<std::string>& secrets) {
  std::string one;
  reader.text("secret", one);
  reader.texts("secrets", secrets);
  if (!one.empty() && !secrets.empty()) reader.complain("secrets", "give secret or secrets");
  if (!one.empty()) secrets = {one};
  if (reader.has("secret") && one.empty()) reader.complain("secret", "it is empty");
  const std::string_view key = reader.has("secret") ? "secret" : "secrets";
  for (std::string& secret : secrets) resolve_variable(reader, key, environment, secret);
  for (const std::string& secret : secrets) {
    const auto usable = net::WebhookSecret::parse(secret);
    if (!usable) reader.complain(key, usable.error().message);
  }
  if (secrets.size() > net::kMaxWebhookSecrets) {
    reader.complain(key, fmt::format("more than {}", net::kMaxWebhookSecrets));
  }
}

void read_url(TableReader& reader, std::string_view key, const Environment& environment,
              std::string& url) {
  reader.text(key, url);
  resolve_variable(reader, key, environment, url);
  if (!reader.has(key)) return;
  if (const auto host = net::host_of_url(url); !host) reader.complain(key, host.error().message);
}

}  // namespace ordo::program
