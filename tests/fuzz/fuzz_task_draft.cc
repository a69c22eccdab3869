// A body of POST /tasks or of a patch: what is accepted keeps every rule, and says the same when it
// is sent again.
#include <string>
#include <string_view>
#include <utility>

#include "api/task_fields.h"
#include "api/task_json.h"
#include "base/iso8601.h"
#include "base/json.h"
#include "base/text.h"
#include "domain/task.h"
#include "domain/task_changes.h"
#include "domain/task_rules.h"
#include "fuzz/target.h"

namespace ordo::fuzz {
namespace {

using domain::TaskContent;
using domain::TaskDraft;

void add(std::string& body, std::string_view name, std::string_view text) {
  body += body.size() > 1 ? ",\"" : "\"";
  body += name;
  body += "\":";
  base::append_json_string(body, text);
}

std::string body_of(const TaskDraft& draft) {
  const TaskContent& content = draft.content;
  std::string body = "{";
  if (draft.id) add(body, "task_id", draft.id->value());
  add(body, "queue", draft.queue.value());
  add(body, "lane", draft.lane.value());
  if (!content.title.empty()) add(body, "title", content.title);
  add(body, "description", content.description);
  add(body, "priority", domain::name_of(content.priority));
  if (content.due_date) add(body, "due_date", base::format_time(*content.due_date));
  return body + ",\"payload\":" + content.payload + "}";
}

void check_content(const TaskContent& content) {
  ORDO_ASSERT(content.title.empty() || !domain::check_title(content.title));
  ORDO_ASSERT(!domain::check_description(content.description));
  ORDO_ASSERT(base::trim(content.title) == content.title);
  ORDO_ASSERT(base::trim(content.description) == content.description);
  ORDO_ASSERT(base::compact_json(content.payload).value() == content.payload);
  ORDO_ASSERT(content.payload.front() == '{');
}

void check_error(const base::Error& error) {
  ORDO_ASSERT(error.code == base::ErrorCode::invalid);
  ORDO_ASSERT(base::is_valid_utf8(error.message));
  ORDO_ASSERT(error.fields.size() <= api::kMaxFieldErrors);
  for (const base::FieldError& field : error.fields) {
    ORDO_ASSERT(field.pointer.starts_with('/') && base::is_valid_utf8(field.pointer));
    ORDO_ASSERT(!field.code.empty() && base::is_valid_utf8(field.message));
  }
}

domain::Task task_of(const TaskDraft& draft) {
  domain::NewTask task;
  task.id = draft.id.value_or(domain::TaskId("made"));
  task.queue = draft.queue;
  task.lane = draft.lane;
  task.content = draft.content;
  return domain::accepted(std::move(task), domain::Sequence(1));
}

void check_answer(const domain::Task& task) {
  std::string answer;
  api::append_task(answer, task);
  ORDO_ASSERT(base::parse_json_object(answer).has_value());
}

void check_draft(std::string_view body) {
  const base::Result<TaskDraft> draft = api::decode(api::task_draft_fields(), body);
  if (!draft) return check_error(draft.error());
  ORDO_ASSERT(!draft->id || !domain::check_task_id(draft->id->value()));
  ORDO_ASSERT(!domain::check_queue_name(draft->queue.value()));
  ORDO_ASSERT(!domain::check_lane(draft->lane.value()));
  const auto members = base::parse_json_object(body).value();
  ORDO_ASSERT(api::GivenFields(members).has("payload") || !draft->content.title.empty());
  check_content(draft->content);
  const TaskDraft again = api::decode(api::task_draft_fields(), body_of(*draft)).value();
  ORDO_ASSERT(again == *draft);
  ORDO_ASSERT(domain::fingerprint_of(again) == domain::fingerprint_of(*draft));
  check_answer(task_of(*draft));
}

void check_patch(std::string_view body) {
  const base::Result<domain::TaskPatch> patch = api::decode(api::task_patch_fields(), body);
  if (!patch) return check_error(patch.error());
  TaskDraft draft;
  draft.content.title = "title";
  draft.content.payload = R"({"a":{"b":1},"c":[]})";
  const base::WallTime now = base::WallTime::from_ms(1);
  const base::Result<domain::Task> task = domain::changed(task_of(draft), *patch, now);
  if (!task) return check_error(task.error());
  check_content(task->content);
  ORDO_ASSERT(domain::changed(*task, *patch, now).value() == *task);
  check_answer(*task);
}

}  // namespace
}  // namespace ordo::fuzz

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view body = ordo::fuzz::text_of(data, size);
  ordo::fuzz::check_draft(body);
  ordo::fuzz::check_patch(body);
  return 0;
}
