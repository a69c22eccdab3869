#include "functions/lambda_answer.h"

#include <algorithm>
#include <utility>

#include "base/json.h"
#include "base/text.h"
#include "functions/call_faults.h"

namespace ordo::functions {
namespace {

using base::JsonKind;
using base::JsonMember;

constexpr std::string_view kList = "batchItemFailures";
constexpr std::string_view kBlank = " \t\r\n";
constexpr std::size_t kMaxErrorBytes = 512;

LambdaOutcome all_failed(domain::Failure failure) {
  return {.results = {}, .failure = std::move(failure)};
}

LambdaOutcome malformed(std::string why) {
  return all_failed({"MalformedResponse", std::move(why)});
}

LambdaOutcome all_succeeded(std::size_t tasks) {
  LambdaOutcome outcome;
  outcome.results.resize(tasks);
  return outcome;
}

// The task that an element of the list names; without one, `why` says what is wrong.
std::optional<std::size_t> task_named(const JsonMember& element,
                                      std::span<const domain::Task> tasks, std::string& why) {
  const auto members = element.kind == JsonKind::object ? base::parse_json_object(element.text)
                                                        : std::vector<JsonMember>();
  const JsonMember* const id = members ? base::find_member(*members, "itemIdentifier") : nullptr;
  if (id == nullptr || id->kind != JsonKind::string || id->text.empty()) {
    why = "an element of batchItemFailures has no itemIdentifier";
    return std::nullopt;
  }
  const auto found =
      std::ranges::find(tasks, id->text, [](const auto& task) { return task.id.value(); });
  if (found == tasks.end()) {
    why = "batchItemFailures names \"" + std::string(base::clip(id->text, kMaxErrorBytes)) +
          "\", which is no task of this invocation";
    return std::nullopt;
  }
  return static_cast<std::size_t>(found - tasks.begin());
}

LambdaOutcome read_batch(const JsonMember& list, std::span<const domain::Task> tasks) {
  if (list.kind == JsonKind::null) return all_succeeded(tasks.size());
  if (list.kind != JsonKind::array) return malformed("batchItemFailures is not an array");
  const auto elements = base::parse_json_array(list.text);
  if (!elements) return malformed(elements.error().message);
  std::size_t first = tasks.size();
  for (const JsonMember& element : *elements) {
    std::string why;
    const auto named = task_named(element, tasks, why);
    if (!named) return malformed(std::move(why));
    first = std::min(first, *named);
  }
  LambdaOutcome outcome = all_succeeded(first);
  if (first < tasks.size()) {
    outcome.failure = domain::Failure{"BatchItemFailure", "the function returned this task"};
  }
  return outcome;
}

}  // namespace

LambdaOutcome read_response(std::string_view body, std::span<const domain::Task> tasks) {
  if (body.find_first_not_of(kBlank) == std::string_view::npos) return all_succeeded(tasks.size());
  auto text = base::compact_json(body);
  if (!text) return malformed(text.error().message);
  if (!text->starts_with('{')) return all_succeeded(tasks.size());
  const auto members = base::parse_json_object(*text);
  if (!members) return malformed(members.error().message);
  if (const JsonMember* const list = base::find_member(*members, kList))
    return read_batch(*list, tasks);
  LambdaOutcome outcome = all_succeeded(tasks.size());
  if (tasks.size() == 1) outcome.results.front() = std::move(*text);
  return outcome;
}

domain::Failure read_error(std::string_view body) {
  domain::Failure failure{"Unhandled", {}};
  const auto members = base::parse_json_object(body);
  if (!members) {
    failure.message = base::is_valid_utf8(body) ? std::string(base::clip(body, kMaxErrorBytes))
                                                : "the function's error is not readable";
    return failure;
  }
  const JsonMember* const type = base::find_member(*members, "errorType");
  const JsonMember* const message = base::find_member(*members, "errorMessage");
  if (type != nullptr && type->kind == JsonKind::string && !type->text.empty()) {
    failure.type = base::clip(type->text, kMaxErrorBytes);
  }
  if (message != nullptr && message->kind == JsonKind::string) {
    failure.message = base::clip(message->text, domain::kMaxErrorBytes);
  }
  return failure;
}

ports::CallOutcome read_call_response(std::string_view body) {
  if (body.find_first_not_of(kBlank) == std::string_view::npos) return "null";
  auto text = base::compact_json(body);
  if (!text) return std::unexpected(call_fault("Runtime.MalformedResponse", text.error().message));
  return std::move(*text);
}

ports::CallFault read_call_error(std::string_view body) {
  const domain::Failure failure = read_error(body);
  ports::CallFault fault = call_fault(failure);
  fault.error = base::clip(failure.type, ports::kMaxCallErrorBytes);
  if (base::parse_json_object(body)) fault.cause = base::clip(body, ports::kMaxCallCauseBytes);
  return fault;
}

}  // namespace ordo::functions
