#include "api/execution_fields.h"

#include <algorithm>
#include <array>
#include <utility>

#include "api/problem.h"
#include "domain/execution_rules.h"

namespace ordo::api {
namespace {

using base::JsonKind;
using base::JsonMember;
using domain::Violation;
using Fault = std::optional<Violation>;

const std::array kExecutionFields{
    Field<ExecutionOrder>{
        "name", JsonKind::string, false,
        R"("minLength":1,"maxLength":80,"pattern":"^[A-Za-z0-9._-]+$","description":"The same name with the same input is the same execution")",
        [](ExecutionOrder& order, JsonMember& member) -> Fault {
          if (auto fault = domain::check_execution_name(member.text)) return fault;
          order.name = std::move(member.text);
          return std::nullopt;
        }},
    Field<ExecutionOrder>{"input", std::nullopt, false,
                          R"("description":"What the first state gets: any JSON","default":{})",
                          [](ExecutionOrder& order, JsonMember& member) -> Fault {
                            order.input = base::json_of(member);
                            return std::nullopt;
                          }},
};

Fault set_text(std::string& target, JsonMember& member, std::size_t most) {
  if (base::count_characters(member.text) > most) {
    return Violation{"too_long", "up to " + std::to_string(most) + " characters"};
  }
  target = std::move(member.text);
  return std::nullopt;
}

const std::array kReasonFields{
    Field<Reason>{"error", JsonKind::string, false,
                  R"("maxLength":256,"description":"The error's name")",
                  [](Reason& reason, JsonMember& member) {
                    return set_text(reason.error, member, states::kMaxErrorBytes);
                  }},
    Field<Reason>{"cause", JsonKind::string, false, R"("maxLength":32768)",
                  [](Reason& reason, JsonMember& member) {
                    return set_text(reason.cause, member, states::kMaxCauseBytes);
                  }},
};

template <class T>
std::vector<base::FieldError> no_more(const T& /*target*/, const GivenFields& /*given*/) {
  return {};
}

}  // namespace

const FieldTable<ExecutionOrder>& execution_fields() {
  static const FieldTable<ExecutionOrder> table{"ExecutionOrder", kExecutionFields,
                                                no_more<ExecutionOrder>, ""};
  return table;
}

const FieldTable<Reason>& reason_fields() {
  static const FieldTable<Reason> table{"Reason", kReasonFields, no_more<Reason>, ""};
  return table;
}

base::Result<std::string> decode_output(std::string_view body) {
  if (body.empty()) return "{}";
  auto members = base::parse_json_object(body);
  if (!members) return base::fail(std::move(members.error()));
  std::string output = "{}";
  for (const JsonMember& member : *members) {
    if (member.key != "output") {
      return base::fail(
          bad_field(pointer_to(member.key), "unknown_field", "there is no such field here"));
    }
    output.clear();
    if (member.kind == JsonKind::string) {
      base::append_json_string(output, member.text);
    } else {
      output = member.text;
    }
  }
  return output;
}

}  // namespace ordo::api
