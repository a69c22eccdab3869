#include "functions/lambda_event.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "base/digest.h"
#include "base/json.h"
#include "base/text.h"
#include "domain/task_text.h"

namespace ordo::functions {
namespace {

constexpr std::string_view kAccount = "000000000000";

void add_text(std::string& out, std::string_view name, std::string_view text) {
  out += name;
  base::append_json_string(out, text);
}

void add_record(std::string& out, const domain::Task& task, std::string_view region) {
  std::string body;
  domain::append_task(body, task);
  const base::WallTime first = task.started_at.value_or(task.created_at);
  add_text(out, R"({"messageId":)", task.id.value());
  // Nobody deletes by it here, but handlers expect one.
  add_text(out, R"(,"receiptHandle":)", fmt::format("{}#{}", task.id.value(), task.attempts));
  add_text(out, R"(,"body":)", body);
  fmt::format_to(std::back_inserter(out),
                 R"(,"attributes":{{"ApproximateReceiveCount":"{}","SentTimestamp":"{}",)"
                 R"("SequenceNumber":"{:020}")",
                 task.attempts, task.created_at.ms(), task.sequence.value());
  add_text(out, R"(,"MessageGroupId":)", task.lane.value());
  add_text(out, R"(,"MessageDeduplicationId":)", task.id.value());
  fmt::format_to(
      std::back_inserter(out),
      R"(,"SenderId":"ordo","ApproximateFirstReceiveTimestamp":"{}"}},"messageAttributes":{{}},)"
      R"("md5OfBody":"{}","eventSource":"aws:sqs")",
      first.ms(), base::md5_hex(body));
  add_text(out, R"(,"eventSourceARN":)",
           fmt::format("arn:aws:sqs:{}:{}:{}.fifo", region, kAccount, task.queue.value()));
  add_text(out, R"(,"awsRegion":)", region);
  out.push_back('}');
}

bool is_lower_hex(std::string_view text) {
  return std::ranges::all_of(text,
                             [](char c) { return base::is_digit(c) || (c >= 'a' && c <= 'f'); });
}

}  // namespace

std::string lambda_event(std::span<const domain::Task> tasks, std::string_view region) {
  std::string out = R"({"Records":[)";
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    if (i > 0) out.push_back(',');
    add_record(out, tasks[i], region);
  }
  out += "]}";
  return out;
}

std::string xray_trace_id(std::string_view traceparent) {
  // version "-" trace "-" parent "-" flags; later versions may append more.
  constexpr std::size_t kLength = 55;
  if (traceparent.size() < kLength || traceparent[2] != '-' || traceparent[35] != '-' ||
      traceparent[52] != '-') {
    return {};
  }
  const std::string_view trace = traceparent.substr(3, 32);
  const std::string_view parent = traceparent.substr(36, 16);
  const std::string_view flags = traceparent.substr(53, 2);
  if (!is_lower_hex(trace) || !is_lower_hex(parent) || !is_lower_hex(flags)) return {};
  const bool sampled = std::string_view("13579bdf").find(flags[1]) != std::string_view::npos;
  return fmt::format("Root=1-{}-{};Parent={};Sampled={}", trace.substr(0, 8), trace.substr(8),
                     parent, sampled ? 1 : 0);
}

std::string lambda_arn(std::string_view region, std::string_view function) {
  return fmt::format("arn:aws:lambda:{}:{}:function:{}", region, kAccount, function);
}

}  // namespace ordo::functions
