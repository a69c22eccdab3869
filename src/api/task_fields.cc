#include "api/task_fields.h"

#include <array>

#include "base/iso8601.h"

namespace ordo::api {
namespace {

using base::JsonKind;
using base::JsonMember;
using domain::TaskDraft;
using domain::TaskPatch;
using domain::Violation;
using Fault = std::optional<Violation>;

constexpr std::string_view kTaskIdSchema =
    R"("minLength":1,"maxLength":128,"pattern":"^(?!\\.\\.?$)[A-Za-z0-9._:-]+$","description":"Unique for as long as the task is kept; a UUIDv7 is made when it is left out","example":"invoice-17")";
constexpr std::string_view kTitleSchema =
    R"("minLength":1,"maxLength":200,"description":"Trimmed; required unless there is a payload","example":"Send invoice")";
constexpr std::string_view kTitlePatchSchema =
    R"("maxLength":200,"description":"Trimmed; null empties it","example":"Send invoice")";
constexpr std::string_view kDescriptionSchema =
    R"("maxLength":10000,"default":"","example":"for customer 42")";
constexpr std::string_view kPrioritySchema = R"("enum":["low","medium","high"],"default":"medium")";
constexpr std::string_view kPriorityPatchSchema =
    R"("enum":["low","medium","high",null],"description":"null makes it medium")";
constexpr std::string_view kDueDateSchema =
    R"("format":"date-time","description":"RFC 3339 with an offset; kept as UTC to the millisecond","example":"2026-12-24T18:00:00+01:00")";
constexpr std::string_view kPayloadSchema =
    R"("description":"Any JSON object; handed to the function as it was sent","example":{"invoice":17})";
constexpr std::string_view kPayloadPatchSchema =
    R"("description":"Merged into the payload (RFC 7396); null empties it","example":{"invoice":18})";
constexpr std::string_view kQueueNameSchema =
    R"("minLength":1,"maxLength":64,"default":"tasks","description":"A configured queue")";
constexpr std::string_view kLaneSchema =
    R"("minLength":1,"maxLength":128,"default":"main","description":"Ordering key: tasks of one lane run strictly one after another")";

// Checks trimmed text and moves it in.
Fault set_trimmed(std::string& target, JsonMember& member, Fault (*check)(std::string_view)) {
  const std::string_view trimmed = base::trim(member.text);
  if (auto fault = check(trimmed)) return fault;
  if (trimmed.size() == member.text.size()) {
    target = std::move(member.text);
  } else {
    target = std::string(trimmed);
  }
  return std::nullopt;
}

Fault set_priority(domain::Priority& target, const JsonMember& member) {
  const auto priority = domain::priority_named(member.text);
  if (!priority) return Violation{"unknown_value", "a priority is low, medium or high"};
  target = *priority;
  return std::nullopt;
}

Fault set_due_date(std::optional<base::WallTime>& target, const JsonMember& member) {
  target.reset();
  if (member.kind == JsonKind::null) return std::nullopt;
  const base::Result<base::WallTime> time = base::parse_time(member.text);
  if (!time) return Violation{"bad_timestamp", time.error().message};
  target = *time;
  return std::nullopt;
}

Fault check_optional_title(std::string_view trimmed) {
  return trimmed.empty() ? std::nullopt : domain::check_title(trimmed);
}

const std::array kDraftFields{
    Field<TaskDraft>{"task_id", JsonKind::string, false, kTaskIdSchema,
                     [](TaskDraft& draft, JsonMember& member) -> Fault {
                       if (auto fault = domain::check_task_id(member.text)) return fault;
                       draft.id = domain::TaskId(std::move(member.text));
                       return std::nullopt;
                     }},
    Field<TaskDraft>{"title", JsonKind::string, false, kTitleSchema,
                     [](TaskDraft& draft, JsonMember& member) {
                       return set_trimmed(draft.content.title, member, domain::check_title);
                     }},
    Field<TaskDraft>{"description", JsonKind::string, false, kDescriptionSchema,
                     [](TaskDraft& draft, JsonMember& member) {
                       return set_trimmed(draft.content.description, member,
                                          domain::check_description);
                     }},
    Field<TaskDraft>{"priority", JsonKind::string, false, kPrioritySchema,
                     [](TaskDraft& draft, JsonMember& member) {
                       return set_priority(draft.content.priority, member);
                     }},
    Field<TaskDraft>{"due_date", JsonKind::string, true, kDueDateSchema,
                     [](TaskDraft& draft, JsonMember& member) {
                       return set_due_date(draft.content.due_date, member);
                     }},
    Field<TaskDraft>{"payload", JsonKind::object, false, kPayloadSchema,
                     [](TaskDraft& draft, JsonMember& member) -> Fault {
                       draft.content.payload = std::move(member.text);
                       return std::nullopt;
                     }},
    Field<TaskDraft>{"queue", JsonKind::string, false, kQueueNameSchema,
                     [](TaskDraft& draft, JsonMember& member) -> Fault {
                       if (auto fault = domain::check_queue_name(member.text)) return fault;
                       draft.queue = domain::QueueName(std::move(member.text));
                       return std::nullopt;
                     }},
    Field<TaskDraft>{"lane", JsonKind::string, false, kLaneSchema,
                     [](TaskDraft& draft, JsonMember& member) -> Fault {
                       if (auto fault = domain::check_lane(member.text)) return fault;
                       draft.lane = domain::LaneKey(std::move(member.text));
                       return std::nullopt;
                     }},
};

const std::array kPatchFields{
    Field<TaskPatch>{"title", JsonKind::string, true, kTitlePatchSchema,
                     [](TaskPatch& patch, JsonMember& member) -> Fault {
                       if (member.kind == JsonKind::null) member.text.clear();
                       return set_trimmed(patch.title.emplace(), member, check_optional_title);
                     }},
    Field<TaskPatch>{"description", JsonKind::string, true, kDescriptionSchema,
                     [](TaskPatch& patch, JsonMember& member) -> Fault {
                       if (member.kind == JsonKind::null) member.text.clear();
                       return set_trimmed(patch.description.emplace(), member,
                                          domain::check_description);
                     }},
    Field<TaskPatch>{"priority", JsonKind::string, true, kPriorityPatchSchema,
                     [](TaskPatch& patch, JsonMember& member) -> Fault {
                       domain::Priority& priority = patch.priority.emplace();
                       priority = domain::Priority::medium;
                       if (member.kind == JsonKind::null) return std::nullopt;
                       return set_priority(priority, member);
                     }},
    Field<TaskPatch>{"due_date", JsonKind::string, true, kDueDateSchema,
                     [](TaskPatch& patch, JsonMember& member) {
                       return set_due_date(patch.due_date.emplace(), member);
                     }},
    Field<TaskPatch>{"payload", JsonKind::object, true, kPayloadPatchSchema,
                     [](TaskPatch& patch, JsonMember& member) -> Fault {
                       if (member.kind == JsonKind::null) {
                         patch.clear_payload = true;
                       } else {
                         patch.payload_patch = std::move(member.text);
                       }
                       return std::nullopt;
                     }},
};

std::vector<base::FieldError> check_draft(const TaskDraft&, const GivenFields& given) {
  if (given.has("title") || given.has("payload")) return {};
  return {{"/title", "required", "a task needs a title unless it has a payload"}};
}

}  // namespace

const FieldTable<TaskDraft>& task_draft_fields() {
  static const FieldTable<TaskDraft> table{
      "TaskSubmission", kDraftFields, check_draft,
      R"("anyOf":[{"required":["title"]},{"required":["payload"]}])"};
  return table;
}

const FieldTable<TaskPatch>& task_patch_fields() {
  static const FieldTable<TaskPatch> table{
      "TaskPatch", kPatchFields,
      [](const TaskPatch&, const GivenFields&) { return std::vector<base::FieldError>(); }, ""};
  return table;
}

}  // namespace ordo::api
