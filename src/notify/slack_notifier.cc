#include "notify/slack_notifier.h"

#include <fmt/format.h>

#include <string_view>
#include <utility>
#include <vector>

#include "base/json.h"
#include "base/text.h"
#include "notify/delivery.h"

namespace ordo::notify {
namespace {

// People read it on a telephone.
constexpr std::size_t kMaxNameBytes = 200;
constexpr std::size_t kMaxErrorBytes = 1000;

// "&", "<" and ">" are Slack's own signs.
std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '&') {
      out += "&amp;";
    } else if (c == '<') {
      out += "&lt;";
    } else if (c == '>') {
      out += "&gt;";
    } else {
      out += c;
    }
  }
  return out;
}

std::string value_of(const std::vector<base::JsonMember>& members, std::string_view name,
                     std::size_t max_bytes = kMaxNameBytes) {
  return escaped(base::clip(base::text_of(members, name), max_bytes));
}

}  // namespace

std::string slack_text(const ports::Notice& notice) {
  const auto task = base::parse_json_object(notice.data);
  if (notice.kind == ports::kMessageNotice && task) {
    const std::string subject = value_of(*task, "subject");
    const std::string message = value_of(*task, "message", kMaxErrorBytes);
    return subject.empty() ? message : subject + "\n" + message;
  }
  if (notice.kind != "task.dead" || !task) {
    return fmt::format("{}: {}", escaped(notice.kind),
                       escaped(base::clip(notice.data, kMaxErrorBytes)));
  }
  std::string text =
      fmt::format("Task {} is dead: queue {}, lane {}, {} attempt{}.", value_of(*task, "task_id"),
                  value_of(*task, "queue"), value_of(*task, "lane"), value_of(*task, "attempts"),
                  value_of(*task, "attempts") == "1" ? "" : "s");
  if (const std::string title = value_of(*task, "title"); !title.empty()) text += "\n" + title;
  if (const std::string error = value_of(*task, "last_error", kMaxErrorBytes); !error.empty()) {
    text += "\n" + error;
  }
  return text;
}

SlackNotifier::SlackNotifier(SlackSpec spec, net::AsyncClient& client)
    : spec_(std::move(spec)), client_(client) {}

base::Result<std::unique_ptr<SlackNotifier>> SlackNotifier::make(SlackSpec spec,
                                                                 net::AsyncClient& client) {
  if (const auto host = net::host_of_url(spec.url); !host) {
    return base::fail(base::ErrorCode::invalid,
                      fmt::format("channel \"{}\": {}", spec.name, host.error().message));
  }
  return std::unique_ptr<SlackNotifier>(new SlackNotifier(std::move(spec), client));
}

base::Result<void> SlackNotifier::notify(const ports::Notice& notice) {
  net::AsyncRequest request;
  request.url = spec_.url;
  request.timeout = spec_.timeout;
  request.allow_private = spec_.allow_private;
  request.headers.add("Content-Type", "application/json");
  request.body = R"({"text":)";
  base::append_json_string(request.body, slack_text(notice));
  request.body += '}';
  return deliver(client_, std::move(request), spec_.name);
}

}  // namespace ordo::notify
