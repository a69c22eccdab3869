#include "api/command_fields.h"

#include <array>
#include <charconv>
#include <cmath>
#include <utility>

#include "app/queues.h"

namespace ordo::api {
namespace {

using base::JsonKind;
using base::JsonMember;
using domain::Violation;
using Fault = std::optional<Violation>;

constexpr std::size_t kMaxLeaseLength = 64;
constexpr std::size_t kMaxErrorCharacters = 4096;
constexpr int kMaxClaimed = 100;
constexpr int kMaxWaitSeconds = 20;
constexpr int kMaxLeaseSeconds = 43'200;

constexpr std::string_view kRedrivenQueueSchema =
    R"("minLength":1,"maxLength":64,"description":"A configured queue; required unless task_ids is given")";
constexpr std::string_view kTaskIdsSchema =
    R"("items":{"type":"string"},"minItems":1,"maxItems":1000,"description":"Only these; without them all of the queue")";
constexpr std::string_view kMaxSchema = R"("multipleOf":1,"minimum":1,"maximum":100,"default":1)";
constexpr std::string_view kWaitSchema =
    R"("multipleOf":1,"minimum":0,"maximum":20,"default":0,"description":"Answer as soon as there is work, at the latest after so long")";
constexpr std::string_view kLeaseSecondsSchema =
    R"("multipleOf":1,"minimum":1,"maximum":43200,"default":30,"description":"The attempt is lost when nothing is heard of it for so long")";
constexpr std::string_view kExtendSchema =
    R"("multipleOf":1,"minimum":1,"maximum":43200,"description":"From now on")";
constexpr std::string_view kLeaseSchema =
    R"("minLength":1,"maxLength":64,"description":"As the claim gave it")";
constexpr std::string_view kResultSchema = R"("description":"Kept as the task's result")";
constexpr std::string_view kErrorSchema =
    R"("minLength":1,"maxLength":4096,"description":"Kept as the task's last_error")";

// A whole number in any of JSON's spellings: 1.0 and 1e0 are 1.
Fault set_whole(int& target, const JsonMember& member, int least, int most) {
  const char* const end = member.text.data() + member.text.size();
  double number = 0;
  const auto [stop, error] = std::from_chars(member.text.data(), end, number);
  if (error == std::errc() && stop == end && number >= least && number <= most &&
      std::trunc(number) == number) {
    target = static_cast<int>(number);
    return std::nullopt;
  }
  return Violation{"out_of_range",
                   fmt::format("a whole number from {} to {} is wanted here", least, most)};
}

Fault set_seconds(base::Millis& target, const JsonMember& member, int least, int most) {
  int seconds = 0;
  if (auto fault = set_whole(seconds, member, least, most)) return fault;
  target = std::chrono::seconds(seconds);
  return std::nullopt;
}

Fault set_lease(std::string& target, JsonMember& member) {
  if (member.text.empty()) return Violation{"empty", "a lease is as the claim gave it"};
  if (member.text.size() > kMaxLeaseLength) {
    return Violation{"too_long", "no lease has more than 64 characters"};
  }
  target = std::move(member.text);
  return std::nullopt;
}

Fault set_error(std::string& target, JsonMember& member) {
  const std::string_view trimmed = base::trim(member.text);
  if (trimmed.empty()) return Violation{"empty", "say what went wrong"};
  if (base::count_characters(trimmed) > kMaxErrorCharacters) {
    return Violation{"too_long", "an error may have 4096 characters"};
  }
  if (auto fault = domain::check_description(trimmed)) {
    fault->message = "an error holds no control characters but tab and newline";
    return fault;
  }
  target = std::string(trimmed);
  return std::nullopt;
}

Fault set_task_ids(RedriveCommand& command, const JsonMember& member) {
  auto elements = base::parse_json_array(member.text);
  if (!elements) return Violation{"wrong_type", elements.error().message};
  if (elements->empty()) return Violation{"empty", "leave it out to put all of the queue back"};
  if (elements->size() > app::kMaxChosenTasks) {
    return Violation{"too_many", fmt::format("{} may be chosen", app::kMaxChosenTasks)};
  }
  std::vector<domain::TaskId>& ids = command.task_ids.emplace();
  for (std::size_t i = 0; i < elements->size(); ++i) {
    JsonMember& element = (*elements)[i];
    if (element.kind != JsonKind::string) command.no_ids.push_back(i);
    ids.emplace_back(std::move(element.text));
  }
  return std::nullopt;
}

using Faults = std::vector<base::FieldError>;

Faults need(const GivenFields& given, std::string_view name, std::string_view message) {
  if (given.has(name)) return {};
  return {{pointer_to(name), "required", std::string(message)}};
}

Faults need_lease(const GivenFields& given) {
  return need(given, "lease", "say the lease that the claim gave");
}

Faults need_lease_and(const GivenFields& given, std::string_view name, std::string_view message) {
  Faults faults = need_lease(given);
  for (base::FieldError& fault : need(given, name, message)) faults.push_back(std::move(fault));
  return faults;
}

}  // namespace

const FieldTable<RedriveCommand>& redrive_fields() {
  static const std::array fields{
      Field<RedriveCommand>{"queue", JsonKind::string, false, kRedrivenQueueSchema,
                            [](RedriveCommand& command, JsonMember& member) -> Fault {
                              if (auto fault = domain::check_queue_name(member.text)) return fault;
                              command.queue = domain::QueueName(std::move(member.text));
                              return std::nullopt;
                            }},
      Field<RedriveCommand>{"task_ids", JsonKind::array, false, kTaskIdsSchema,
                            [](RedriveCommand& command, JsonMember& member) {
                              return set_task_ids(command, member);
                            }},
  };
  static const FieldTable<RedriveCommand> table{
      "RedriveCommand", fields,
      [](const RedriveCommand& command, const GivenFields& given) -> Faults {
        if (!given.has("queue") && !given.has("task_ids")) {
          return {{"/queue", "required", "say of which queue"}};
        }
        Faults faults;
        for (const std::size_t index : command.no_ids) {
          faults.push_back(
              {fmt::format("/task_ids/{}", index), "wrong_type", "a task_id is a JSON string"});
        }
        return faults;
      },
      R"("anyOf":[{"required":["queue"]},{"required":["task_ids"]}])"};
  return table;
}

const FieldTable<ClaimCommand>& claim_fields() {
  static const std::array fields{
      Field<ClaimCommand>{"max", JsonKind::number, false, kMaxSchema,
                          [](ClaimCommand& command, JsonMember& member) -> Fault {
                            int max = 0;
                            if (auto fault = set_whole(max, member, 1, kMaxClaimed)) return fault;
                            command.max = static_cast<std::size_t>(max);
                            return std::nullopt;
                          }},
      Field<ClaimCommand>{"wait_seconds", JsonKind::number, false, kWaitSchema,
                          [](ClaimCommand& command, JsonMember& member) {
                            return set_seconds(command.wait, member, 0, kMaxWaitSeconds);
                          }},
      Field<ClaimCommand>{"lease_seconds", JsonKind::number, false, kLeaseSecondsSchema,
                          [](ClaimCommand& command, JsonMember& member) {
                            return set_seconds(command.lease, member, 1, kMaxLeaseSeconds);
                          }},
  };
  static const FieldTable<ClaimCommand> table{
      "ClaimCommand", fields, [](const ClaimCommand&, const GivenFields&) { return Faults(); }, ""};
  return table;
}

const FieldTable<CompleteCommand>& complete_fields() {
  static const std::array fields{
      Field<CompleteCommand>{"lease", JsonKind::string, false, kLeaseSchema,
                             [](CompleteCommand& command, JsonMember& member) {
                               return set_lease(command.lease, member);
                             }},
      Field<CompleteCommand>{"result", JsonKind::object, true, kResultSchema,
                             [](CompleteCommand& command, JsonMember& member) -> Fault {
                               if (member.kind == JsonKind::null) return std::nullopt;
                               command.result = std::move(member.text);
                               return std::nullopt;
                             }},
  };
  static const FieldTable<CompleteCommand> table{
      "CompleteCommand", fields,
      [](const CompleteCommand&, const GivenFields& given) { return need_lease(given); },
      R"("required":["lease"])"};
  return table;
}

const FieldTable<FailCommand>& fail_fields() {
  static const std::array fields{
      Field<FailCommand>{"lease", JsonKind::string, false, kLeaseSchema,
                         [](FailCommand& command, JsonMember& member) {
                           return set_lease(command.lease, member);
                         }},
      Field<FailCommand>{"error", JsonKind::string, false, kErrorSchema,
                         [](FailCommand& command, JsonMember& member) {
                           return set_error(command.error, member);
                         }},
  };
  static const FieldTable<FailCommand> table{"FailCommand", fields,
                                             [](const FailCommand&, const GivenFields& given) {
                                               return need_lease_and(given, "error",
                                                                     "say what went wrong");
                                             },
                                             R"("required":["lease","error"])"};
  return table;
}

const FieldTable<ExtendCommand>& extend_fields() {
  static const std::array fields{
      Field<ExtendCommand>{"lease", JsonKind::string, false, kLeaseSchema,
                           [](ExtendCommand& command, JsonMember& member) {
                             return set_lease(command.lease, member);
                           }},
      Field<ExtendCommand>{"lease_seconds", JsonKind::number, false, kExtendSchema,
                           [](ExtendCommand& command, JsonMember& member) {
                             return set_seconds(command.by, member, 1, kMaxLeaseSeconds);
                           }},
  };
  static const FieldTable<ExtendCommand> table{"ExtendCommand", fields,
                                               [](const ExtendCommand&, const GivenFields& given) {
                                                 return need_lease_and(given, "lease_seconds",
                                                                       "say for how long");
                                               },
                                               R"("required":["lease","lease_seconds"])"};
  return table;
}

}  // namespace ordo::api
