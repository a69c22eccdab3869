// What of a machine's calls of HTTP servers is known before it runs.
#include <fmt/format.h>

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "app/http_call.h"
#include "base/json_pointer.h"
#include "base/json_split.h"
#include "base/text.h"

namespace ordo::app {
namespace {

using Pointers = std::set<std::string>;
using OnPart = std::function<void(const std::string& pointer, std::string_view json)>;

// What a key between quotes points to.
std::string pointer_to(const std::string& parent, std::string_view raw_key) {
  const auto key = base::parse_json_array(fmt::format("[{}]", raw_key));
  std::string out = parent;
  base::append_pointer_step(
      out, key && !key->empty() ? std::string_view(key->front().text) : std::string_view());
  return out;
}

// Goes only where there is one of `wanted`: a definition may be large.
void each_part(std::string_view json, const std::string& pointer, const Pointers& wanted,
               const OnPart& visit) {
  if (wanted.contains(pointer)) visit(pointer, json);
  const std::string within = pointer + "/";
  const auto next = wanted.lower_bound(within);
  if (next == wanted.end() || !next->starts_with(within)) return;
  if (base::raw_json_kind(json) == base::JsonKind::array) {
    const auto elements = base::split_json_array(json, json.size());
    for (std::size_t i = 0; elements && i < elements->size(); ++i) {
      each_part((*elements)[i], within + std::to_string(i), wanted, visit);
    }
    return;
  }
  const auto members = base::split_json_object(json, json.size());
  if (!members) return;
  for (const base::RawJsonMember& member : *members) {
    each_part(member.value, pointer_to(pointer, member.key), wanted, visit);
  }
}

// Of a state's parameters, as the definition has them.
std::optional<base::FieldError> connection_fault(const CallParameters& parameters,
                                                 const std::string& pointer,
                                                 const std::set<std::string>& connections) {
  bool computed = false;
  for (const std::string_view place : {"Authentication", "InvocationConfig"}) {
    const auto object = parameters.object(place);
    computed = computed || parameters.has(fmt::format("{}.$", place)) ||
               (object && object->has("ConnectionArn.$"));
    const std::string arn = object ? object->text("ConnectionArn").value_or("") : "";
    if (arn.empty()) continue;
    const std::string name = connection_name(arn);
    if (connections.contains(name)) return std::nullopt;
    return base::FieldError{fmt::format("{}/{}/ConnectionArn", pointer, place),
                            "unknown_connection",
                            fmt::format("there is no [connections.{}]", base::clip(name, 256))};
  }
  if (computed) return std::nullopt;
  return base::FieldError{pointer, "missing", kHttpConnectionMissing};
}

}  // namespace

std::vector<base::FieldError> check_http_connections(const states::Machine& machine,
                                                     const std::set<std::string>& connections) {
  Pointers calls;
  each_state(machine, [&](const states::State& state, const std::string& pointer) {
    const auto* const task = std::get_if<states::TaskState>(&state.of);
    const bool calls_http = task != nullptr && is_http_call(task->resource);
    // Without parameters of its own it has its input.
    if (calls_http && state.parameters) calls.insert(pointer + "/Parameters");
  });
  std::vector<base::FieldError> faults;
  each_part(machine.definition, "", calls, [&](const std::string& pointer, std::string_view json) {
    const auto parameters = CallParameters::parse(json);
    if (!parameters) return;
    if (auto fault = connection_fault(*parameters, pointer, connections)) {
      faults.push_back(std::move(*fault));
    }
  });
  return faults;
}

}  // namespace ordo::app
