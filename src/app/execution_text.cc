#include "app/execution_text.h"

#include <fmt/format.h>

#include "base/iso8601.h"
#include "base/json.h"

namespace ordo::app {
namespace {

constexpr std::string_view kPlace = "arn:aws:states:local:000000000000";

void add_member(std::string& out, std::string_view name, std::string_view text) {
  if (out.size() > 1) out.push_back(',');
  base::append_json_string(out, name);
  out.push_back(':');
  base::append_json_string(out, text);
}

void add_json(std::string& out, std::string_view name, std::string_view json, bool as_json) {
  if (!as_json) return add_member(out, name, json);
  if (out.size() > 1) out.push_back(',');
  base::append_json_string(out, name);
  out.push_back(':');
  out += json;
}

// The service's words: "TIMED_OUT".
std::string_view status_word(states::Status status) {
  switch (status) {
    case states::Status::running:
      return "RUNNING";
    case states::Status::succeeded:
      return "SUCCEEDED";
    case states::Status::failed:
      return "FAILED";
    case states::Status::timed_out:
      return "TIMED_OUT";
    case states::Status::stopped:
      return "ABORTED";
  }
  return "";
}

}  // namespace

std::string machine_arn(std::string_view pipeline) {
  return fmt::format("{}:stateMachine:{}", kPlace, pipeline);
}

std::string execution_arn(const ports::ExecutionRecord& record) {
  return fmt::format("{}:execution:{}:{}", kPlace, record.pipeline.value(), record.name);
}

std::string execution_started_json(const ports::ExecutionRecord& record) {
  std::string out = "{";
  add_member(out, "ExecutionArn", execution_arn(record));
  add_member(out, "StartDate", base::format_time(record.started_at));
  out.push_back('}');
  return out;
}

std::string execution_ended_json(const ports::ExecutionRecord& record, bool as_json) {
  std::string out = "{";
  add_member(out, "ExecutionArn", execution_arn(record));
  add_json(out, "Input", record.input, as_json);
  out += R"(,"InputDetails":{"Included":true})";
  add_member(out, "Name", record.name);
  if (record.output) {
    add_json(out, "Output", *record.output, as_json);
    out += R"(,"OutputDetails":{"Included":true})";
  }
  if (record.error) add_member(out, "Error", *record.error);
  if (record.cause) add_member(out, "Cause", *record.cause);
  add_member(out, "StartDate", base::format_time(record.started_at));
  add_member(out, "StateMachineArn", machine_arn(record.pipeline.value()));
  add_member(out, "Status", status_word(record.status));
  if (record.stopped_at) add_member(out, "StopDate", base::format_time(*record.stopped_at));
  out.push_back('}');
  return out;
}

}  // namespace ordo::app
