#include "aws/sns_notifier.h"

#include <fmt/format.h>

#include <string_view>
#include <utility>
#include <vector>

#include "base/iso8601.h"
#include "base/json.h"
#include "base/percent.h"
#include "base/text.h"

namespace ordo::aws {
namespace {

constexpr std::string_view kSnsVersion = "2010-03-31";

void add_field(std::string& form, std::string_view name, std::string_view value) {
  if (!form.empty()) form += '&';
  form += fmt::format("{}={}", name, base::percent_encode(value));
}

// SNS takes printable ASCII that begins with a letter, a digit or a punctuation mark.
std::string ascii_line(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool printable = c >= ' ' && c <= '~';
    const bool continues = (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;  // of one character
    if (continues) continue;
    const char shown = printable ? c : (c == '\n' || c == '\t' ? ' ' : '?');
    if (shown == ' ' && (out.empty() || out.back() == ' ')) continue;
    out += shown;
  }
  if (out.size() > kMaxSubjectCharacters) {
    constexpr std::string_view kCut = "...";
    out.resize(kMaxSubjectCharacters - kCut.size());
    out += kCut;
  }
  if (out.ends_with(' ')) out.pop_back();
  return out;
}

std::string message_with(const ports::Notice& notice, std::string_view data) {
  std::string out = fmt::format(R"({{"number":{},"kind":)", notice.number);
  base::append_json_string(out, notice.kind);
  out += fmt::format(R"(,"at":"{}","data":{}}})", base::format_time(notice.at), data);
  return out;
}

std::string without_long_members(const std::string& data) {
  const auto members = base::parse_json_object(data);
  std::string kept;
  std::string omitted;
  for (const base::JsonMember& member : members ? *members : std::vector<base::JsonMember>()) {
    const std::string value = base::json_of(member);
    if (value.size() > kMaxKeptMemberBytes) {
      if (!omitted.empty()) omitted += ',';
      base::append_json_string(omitted, member.key);
    } else {
      base::append_json_string(kept, member.key);
      kept += fmt::format(":{},", value);
    }
  }
  return fmt::format(R"({{{}"omitted":[{}]}})", kept, omitted);
}

// SNS blames a parameter for what is no fault of the notice's, too.
bool is_about_notice(const ServiceError& error) {
  const bool parameter = error.code == "InvalidParameter" ||
                         error.code == "InvalidParameterValue" ||
                         error.code == "ParameterValueInvalid";
  return parameter && error.message.find("TopicArn") == std::string::npos;
}

}  // namespace

std::string sns_subject(const ports::Notice& notice) {
  const auto data = base::parse_json_object(notice.data);
  std::string text;
  if (data && notice.kind == ports::kMessageNotice) {
    text = base::text_of(*data, "subject");
  } else if (data && notice.kind == "task.dead") {
    text = fmt::format("Task {} is dead", base::text_of(*data, "task_id"));
  }
  std::string subject = ascii_line(text);
  if (subject.empty()) subject = ascii_line(notice.kind);
  return subject.empty() ? "ordo" : subject;
}

std::string sns_message(const ports::Notice& notice) {
  std::string whole = message_with(notice, notice.data);
  if (whole.size() <= kMaxSnsMessageBytes) return whole;
  return message_with(notice, without_long_members(notice.data));
}

base::Result<void> SnsNotifier::notify(const ports::Notice& notice) {
  net::Request request;
  request.method = "POST";
  request.path = "/";
  request.headers.add("Content-Type", "application/x-www-form-urlencoded; charset=utf-8");
  std::string& form = request.body;
  add_field(form, "Action", "Publish");
  add_field(form, "Version", kSnsVersion);
  add_field(form, "TopicArn", topic_);
  add_field(form, "Subject", sns_subject(notice));
  add_field(form, "Message", sns_message(notice));
  add_field(form, "MessageAttributes.entry.1.Name", "kind");
  add_field(form, "MessageAttributes.entry.1.Value.DataType", "String");
  add_field(form, "MessageAttributes.entry.1.Value.StringValue", notice.kind);
  if (topic_.ends_with(".fifo")) {
    add_field(form, "MessageGroupId", notice.kind);
    add_field(form, "MessageDeduplicationId", fmt::format("notice_{}", notice.number));
  }
  auto answer = client_.call(request);
  if (answer) return {};
  answer.error().call += " Publish";
  base::Error error = to_error(answer.error());
  error.code =
      is_about_notice(answer.error()) ? base::ErrorCode::invalid : base::ErrorCode::unavailable;
  return base::fail(std::move(error));
}

}  // namespace ordo::aws
