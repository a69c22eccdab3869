#include "api/execution_json.h"

#include <fmt/format.h>

#include <iterator>
#include <optional>
#include <string_view>

#include "base/iso8601.h"
#include "base/json.h"

namespace ordo::api {
namespace {

void add_time(std::string& out, const std::optional<base::WallTime>& time) {
  base::append_json_or_null(out, time);
}

void add_text(std::string& out, const std::optional<std::string>& text) {
  base::append_json_or_null(out, text ? std::optional<std::string_view>(*text) : std::nullopt);
}

}  // namespace

void append_execution(std::string& out, const ports::ExecutionRecord& record) {
  out += R"({"execution_id":)";
  base::append_json_string(out, record.id.value());
  out += R"(,"pipeline":)";
  base::append_json_string(out, record.pipeline.value());
  out += R"(,"name":)";
  base::append_json_string(out, record.name);
  fmt::format_to(std::back_inserter(out), R"(,"status":"{}","input":{},"output":{},"error":)",
                 states::status_name(record.status), record.input, record.output.value_or("null"));
  add_text(out, record.error);
  out += R"(,"cause":)";
  add_text(out, record.cause);
  out += R"(,"started_at":)";
  add_time(out, record.started_at);
  out += R"(,"stopped_at":)";
  add_time(out, record.stopped_at);
  fmt::format_to(std::back_inserter(out), R"(,"redrive_count":{},"redriven_at":)", record.redrives);
  add_time(out, record.redriven_at);
  out.push_back('}');
}

void append_pipeline(std::string& out, const app::Pipeline& pipeline, bool paused,
                     base::WallTime now) {
  out += R"({"name":)";
  base::append_json_string(out, pipeline.name.value());
  fmt::format_to(std::back_inserter(out), R"(,"paused":{},"schedule":)", paused);
  if (const auto& timetable = pipeline.timetable) {
    out += R"({"expression":)";
    base::append_json_string(out, timetable->schedule.text());
    out += R"(,"timezone":)";
    base::append_json_string(out, timetable->schedule.zone().name());
    fmt::format_to(
        std::back_inserter(out), R"(,"jitter_seconds":{},"missed":"{}","input":{},"next":[)",
        static_cast<double>(timetable->jitter.count()) / 1000,
        timetable->missed == domain::MissedFirings::once ? "once" : "skip", timetable->input);
    bool first = true;
    for (const base::WallTime at : next_firings(timetable->schedule, now, kShownFirings)) {
      if (!first) out.push_back(',');
      first = false;
      add_time(out, at);
    }
    out += "]}";
  } else {
    out += "null";
  }
  // The definition as it was given, but for white space.
  out += R"(,"definition":)";
  out += base::compact_json(pipeline.machine->definition).value_or("null");
  out.push_back('}');
}

std::string execution_schema() {
  constexpr std::string_view kTime = R"({"type":["string","null"],"format":"date-time"})";
  constexpr std::string_view kText = R"({"type":["string","null"]})";
  return fmt::format(
      R"({{"type":"object","required":["execution_id","pipeline","name","status","input","output","error","cause","started_at","stopped_at"],"properties":{{)"
      R"("execution_id":{{"type":"string"}},"pipeline":{{"type":"string"}},"name":{{"type":"string"}},)"
      R"("status":{{"type":"string","enum":["running","succeeded","failed","timed_out","stopped"]}},)"
      R"("input":{{}},"output":{{}},"error":{1},"cause":{1},"started_at":{0},"stopped_at":{0},)"
      R"("redrive_count":{{"type":"integer"}},"redriven_at":{0}}}}})",
      kTime, kText);
}

std::string pipeline_schema() {
  return R"({"type":"object","required":["name","paused","schedule","definition"],"properties":{)"
         R"("name":{"type":"string"},"paused":{"type":"boolean"},)"
         R"("schedule":{"type":["object","null"],"required":["expression","timezone","next"],"properties":{)"
         R"("expression":{"type":"string"},"timezone":{"type":"string"},)"
         R"("jitter_seconds":{"type":"number"},"missed":{"type":"string","enum":["skip","once"]},)"
         R"("input":{},"next":{"type":"array","items":{"type":"string","format":"date-time"}}}},)"
         R"("definition":{"type":"object","description":"Amazon States Language"}}})";
}

}  // namespace ordo::api
