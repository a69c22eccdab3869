#include "ordo/channels.h"

#include <fmt/format.h>

#include <charconv>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "base/iso8601.h"
#include "base/json.h"
#include "notify/log_notifier.h"
#include "notify/slack_notifier.h"
#include "notify/web_hook_notifier.h"

namespace ordo::program {
namespace {

constexpr base::Millis kLogBound{2'000};

// One notice, once: what somebody needs who reads nothing but the log.
bool log_notice(Log& log, std::string_view kind, std::string_view data) {
  const auto members = base::parse_json_object(data);
  const auto value = [&members](std::string_view key) {
    return members ? base::text_of(*members, key) : std::string_view();
  };
  if (kind == ports::kMessageNotice) {
    return log.deliver(Level::warning, "a message of a pipeline",
                       {{"topic", value("topic")},
                        {"subject", value("subject")},
                        {"text", value("message")},
                        {"execution_id", value("execution_id")},
                        {"message_id", value("message_id")}},
                       kLogBound);
  }
  std::int64_t attempts = 0;
  const std::string_view digits = value("attempts");
  std::from_chars(digits.data(), digits.data() + digits.size(), attempts);
  return log.deliver(Level::error, kind == "task.dead" ? "a task is dead" : kind,
                     {{"task_id", value("task_id")},
                      {"queue", value("queue")},
                      {"lane", value("lane")},
                      {"attempts", attempts},
                      {"error", value("last_error")},
                      {"payload", value("payload")}},
                     kLogBound);
}

base::Result<std::unique_ptr<ports::Notifier>> make_notifier(const std::string& name,
                                                             const Channel& channel,
                                                             net::AsyncClient& client,
                                                             const ports::Clock& clock) {
  if (!channel.slack_webhook.empty()) {
    auto slack = notify::SlackNotifier::make(
        {name, channel.slack_webhook, channel.timeout, channel.allow_private}, client);
    if (!slack) return base::fail(std::move(slack.error()));
    return std::move(*slack);
  }
  auto hook = notify::WebHookNotifier::make(
      {name, channel.url, channel.secrets, channel.timeout, channel.allow_private}, client, clock);
  if (!hook) return base::fail(std::move(hook.error()));
  return std::move(*hook);
}

}  // namespace

base::Result<std::vector<app::MonitoredChannel>> make_channels(const Config& config,
                                                               net::AsyncClient& client,
                                                               const ports::Clock& clock,
                                                               Log& log) {
  std::vector<app::MonitoredChannel> channels;
  // No configured name can be this one: names have no space.
  channels.push_back({"the log", std::make_unique<notify::LogNotifier>(
                                     [&log](std::string_view kind, std::string_view data) {
                                       return log_notice(log, kind, data);
                                     })});
  for (const auto& [name, channel] : config.channels) {
    auto notifier = make_notifier(name, channel, client, clock);
    if (!notifier) {
      return base::fail(base::ErrorCode::invalid,
                        fmt::format("[notify.{}]: {}", name, notifier.error().message));
    }
    channels.push_back({name, std::move(*notifier)});
  }
  return channels;
}

app::OnChannel telling_of_channels(Log& log) {
  return [&log](std::string_view channel, const ports::Notice& notice, const base::Error* error,
                bool given_up) {
    const auto number = static_cast<std::int64_t>(notice.number);
    if (error == nullptr) {
      log.write(Level::info, "the channel works again", {{"channel", channel}});
    } else if (given_up) {
      log.write(Level::error, "the channel will never take a notice: given up",
                {{"channel", channel},
                 {"notice", number},
                 {"error", error->message},
                 {"kind", notice.kind},
                 {"at", base::format_time(notice.at)},
                 {"data", notice.data}});
    } else {
      log.write(Level::warning, "the channel fails: its notices wait",
                {{"channel", channel}, {"notice", number}, {"error", error->message}});
    }
  };
}

}  // namespace ordo::program
