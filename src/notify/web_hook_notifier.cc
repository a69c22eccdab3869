#include "notify/web_hook_notifier.h"

#include <fmt/format.h>

#include <utility>

#include "base/iso8601.h"
#include "base/json.h"
#include "notify/delivery.h"

namespace ordo::notify {

WebHookNotifier::WebHookNotifier(WebHookChannelSpec spec, std::vector<net::WebhookSecret> secrets,
                                 net::AsyncClient& client, const ports::Clock& clock)
    : spec_(std::move(spec)), secrets_(std::move(secrets)), client_(client), clock_(clock) {}

base::Result<std::unique_ptr<WebHookNotifier>> WebHookNotifier::make(WebHookChannelSpec spec,
                                                                     net::AsyncClient& client,
                                                                     const ports::Clock& clock) {
  const auto unusable = [&](const base::Error& error) {
    return base::fail(error.code, fmt::format("channel \"{}\": {}", spec.name, error.message));
  };
  if (const auto host = net::host_of_url(spec.url); !host) return unusable(host.error());
  auto secrets = net::parse_webhook_secrets(spec.secrets);
  if (!secrets) return unusable(secrets.error());
  return std::unique_ptr<WebHookNotifier>(
      new WebHookNotifier(std::move(spec), std::move(*secrets), client, clock));
}

base::Result<void> WebHookNotifier::notify(const ports::Notice& notice) {
  net::AsyncRequest request;
  request.url = spec_.url;
  request.timeout = spec_.timeout;
  request.allow_private = spec_.allow_private;
  request.body = R"({"type":)";
  base::append_json_string(request.body, notice.kind);
  request.body += fmt::format(R"(,"timestamp":"{}","data":)", base::format_time(notice.at));
  request.body += notice.data;
  request.body += '}';
  request.headers.add("Content-Type", "application/json");
  net::sign_webhook(request.headers, secrets_, fmt::format("notice_{}", notice.number),
                    clock_.wall(), request.body);
  return deliver(client_, std::move(request), spec_.name);
}

}  // namespace ordo::notify
