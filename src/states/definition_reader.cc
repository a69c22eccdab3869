#include "states/definition_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <iterator>
#include <utility>

#include "base/json_tree.h"
#include "base/text.h"

namespace ordo::states {
namespace {

constexpr double kMostDelaySeconds = 31'622'400;

struct TypeWord {
  std::string_view word;
  StateType type;
};
constexpr std::array<TypeWord, 8> kTypes{{{"Task", StateType::task},
                                          {"Pass", StateType::pass},
                                          {"Choice", StateType::choice},
                                          {"Wait", StateType::wait},
                                          {"Succeed", StateType::succeed},
                                          {"Fail", StateType::fail},
                                          {"Parallel", StateType::parallel},
                                          {"Map", StateType::map}}};

bool may_fail_and_go_on(StateType type) {
  return type == StateType::task || type == StateType::parallel || type == StateType::map;
}

}  // namespace

std::string_view type_name(StateType type) noexcept {
  const auto* row = std::ranges::find(kTypes, type, &TypeWord::type);
  return row == kTypes.end() ? "" : row->word;
}

void DefinitionReader::read_machine(const Json& source, Machine& machine) {
  DefinitionObject object(source, "", faults_);
  if (!speaks_json_path(object)) return;
  if (auto comment = object.text("Comment")) machine.comment = std::move(*comment);
  if (auto version = object.text("Version")) {
    machine.version = std::move(*version);
    if (machine.version != "1.0") {
      object.fault("Version", "not_allowed", "the only version of the language is \"1.0\"");
    }
  }
  machine.timeout_seconds = object.number("TimeoutSeconds", {1, kMostSeconds});
  machine.flow = read_flow(object);
  object.finish();
}

bool DefinitionReader::speaks_json_path(DefinitionObject& object) {
  const auto language = object.text("QueryLanguage");
  if (!language || *language == "JSONPath") return true;
  if (*language == "JSONata") {
    object.fault("QueryLanguage", "not_supported",
                 "JSONata is not supported yet: write this with JSONPath");
    return false;
  }
  object.fault("QueryLanguage", "not_allowed", "\"JSONPath\" is wanted here");
  return true;
}

Flow DefinitionReader::read_flow(DefinitionObject& object, bool apart) {
  Flow flow;
  object.require("StartAt");
  object.require("States");
  if (auto start_at = object.state_name("StartAt")) flow.start_at = std::move(*start_at);
  const Json* states = object.take("States");
  if (states == nullptr) return flow;
  const std::string pointer = object.at("States");
  const boost::json::object* members = states->if_object();
  if (members == nullptr || members->empty()) {
    object.fault("States", members == nullptr ? "wrong_type" : "too_short",
                 "an object with at least one state is wanted");
    return flow;
  }
  if (depth_ == kMaxNesting) {
    object.fault("States", "too_deep", fmt::format("nested more than {} times", kMaxNesting));
    return flow;
  }
  ++depth_;
  std::vector<Assigned> assigned = std::exchange(assigned_, {});
  std::vector<Assigned> within = std::exchange(within_, {});
  read_states(*members, pointer, flow);
  check_assigned();
  if (!apart) {
    std::ranges::move(within_, std::back_inserter(within));
    std::ranges::move(assigned_, std::back_inserter(within));
  }
  assigned_ = std::move(assigned);
  within_ = std::move(within);
  --depth_;
  check_flow(flow, object.pointer(), faults_);
  return flow;
}

void DefinitionReader::read_states(const boost::json::object& states, const std::string& pointer,
                                   Flow& flow) {
  for (const auto& member : states) {
    const std::string name(member.key());
    const std::string at = pointer_to(pointer, name);
    if (base::count_characters(name) > kMaxStateNameCharacters || name.empty()) {
      faults_.add(at, "bad_name",
                  fmt::format("a state's name has 1 to {} characters", kMaxStateNameCharacters));
    }
    if (names_.size() >= kMaxDefinitionStates) {
      faults_.add(at, "too_many", fmt::format("more than {} states", kMaxDefinitionStates));
      break;
    }
    if (!names_.insert(name).second) {
      faults_.add(at, "duplicate", "another state of this machine has this name");
    }
    flow.places.emplace(name, flow.states.size());
    flow.states.push_back(read_state(name, member.value(), at));
  }
}

void DefinitionReader::check_assigned() {
  std::set<std::string_view> names;
  for (const Assigned& one : assigned_) names.insert(one.name);
  for (const Assigned& one : within_) {
    if (!names.contains(one.name)) continue;
    faults_.add(one.pointer, "not_allowed",
                "a variable of this name is assigned around this branch or iteration, and cannot "
                "be assigned here");
  }
}

State DefinitionReader::read_state(const std::string& name, const Json& source,
                                   const std::string& pointer) {
  State state;
  state.name = name;
  DefinitionObject object(source, pointer, faults_);
  if (!source.is_object() || !speaks_json_path(object)) {
    state.of = SucceedState{};
    state.type = StateType::succeed;
    return state;
  }
  object.require("Type");
  const auto word = object.text("Type");
  const auto* row = word ? std::ranges::find(kTypes, *word, &TypeWord::word) : kTypes.end();
  if (row == kTypes.end()) {
    if (word) {
      object.fault("Type", "not_allowed",
                   fmt::format("there is no type of state \"{}\"", base::clip(*word, 64)));
    }
    return state;
  }
  state.type = row->type;
  if (auto comment = object.text("Comment")) state.comment = std::move(*comment);
  const std::string text = base::json_tree_text(source);
  state.uses_context = text.find("$$") != std::string::npos;
  state.uses_token = text.find("$$.Task") != std::string::npos ||
                     text.find("$$['Task']") != std::string::npos ||
                     text.find(".waitForTaskToken") != std::string::npos;
  if (state.type != StateType::fail) {
    state.input_path = object.selection("InputPath");
    state.output_path = object.selection("OutputPath");
    state.assign = state.type == StateType::succeed ? std::nullopt : read_assign(object);
  }
  const bool has_result = may_fail_and_go_on(state.type) || state.type == StateType::pass;
  if (has_result) {
    state.result_path = read_result_path(object);
    if (state.type != StateType::map) state.parameters = object.payload("Parameters");
  }
  if (may_fail_and_go_on(state.type)) {
    state.result_selector = object.payload("ResultSelector");
    read_retriers(object, state);
    read_catchers(object, state);
  }
  switch (state.type) {
    case StateType::task:
      read_task(object, state);
      break;
    case StateType::pass:
      state.of = PassState{};
      if (const Json* result = object.take("Result")) {
        state.of = PassState{*result};
      }
      break;
    case StateType::choice:
      read_choice(object, state);
      break;
    case StateType::wait:
      read_wait(object, state);
      break;
    case StateType::succeed:
      state.of = SucceedState{};
      break;
    case StateType::fail:
      read_fail(object, state);
      break;
    case StateType::parallel:
      read_parallel(object, state);
      break;
    case StateType::map:
      read_map(object, state);
      break;
  }
  if (has_result || state.type == StateType::wait) read_transition(object, state);
  object.finish();
  return state;
}

void DefinitionReader::read_transition(DefinitionObject& object, State& state) {
  const auto next = object.state_name("Next");
  const auto end = object.boolean("End");
  if (end && !*end) object.fault("End", "not_allowed", "\"End\" is true or not there");
  if (next && end) {
    object.fault("End", "contradiction", "\"Next\" and \"End\" exclude each other");
  }
  if (!object.has("Next") && !object.has("End")) {
    object.fault("Next", "missing", "\"Next\" or \"End\" is missing");
  }
  if (next) state.next = *next;
}

std::optional<PayloadTemplate> DefinitionReader::read_assign(DefinitionObject& object) {
  const Json* source = object.take("Assign");
  if (source == nullptr) return std::nullopt;
  const boost::json::object* members = source->if_object();
  if (members == nullptr) {
    object.fault("Assign", "wrong_type", "an object is wanted: names and their values");
    return std::nullopt;
  }
  for (const auto& member : *members) {
    std::string_view name = member.key();
    if (name.ends_with(".$")) name.remove_suffix(2);
    const auto* const bytes = reinterpret_cast<const unsigned char*>(name.data());
    const bool starts_well =
        !name.empty() && (bytes[0] >= 0x80 || name[0] == '_' || base::is_letter(name[0]));
    if (!starts_well || base::count_characters(name) > kMaxStateNameCharacters ||
        name == "states") {
      faults_.add(pointer_to(object.at("Assign"), member.key()), "bad_name",
                  "a variable's name begins with a letter, has up to 80 characters, and is not "
                  "\"states\"");
    }
    assigned_.push_back({std::string(name), pointer_to(object.at("Assign"), member.key())});
  }
  return object.payload("Assign");
}

Selection DefinitionReader::read_result_path(DefinitionObject& object) {
  Selection selection = object.selection("ResultPath");
  if (selection.path &&
      (selection.path->root() != JsonPath::Root::input || !selection.path->is_reference())) {
    object.fault("ResultPath", "invalid_path",
                 "a reference path into the state's input is wanted, as in \"$.result\"");
    return {};
  }
  return selection;
}

std::vector<std::string> DefinitionReader::read_errors(DefinitionObject& object, bool is_last) {
  std::vector<std::string> errors;
  object.require("ErrorEquals");
  const boost::json::array* names = object.array("ErrorEquals");
  if (names == nullptr) return errors;
  if (names->empty()) object.fault("ErrorEquals", "too_short", "an error's name is wanted");
  for (std::size_t i = 0; i < names->size(); ++i) {
    const auto* name = (*names)[i].if_string();
    if (name == nullptr) {
      faults_.add(pointer_to(object.at("ErrorEquals"), i), "wrong_type", "a string is wanted");
      continue;
    }
    errors.emplace_back(*name);
  }
  if (std::ranges::find(errors, "States.ALL") != errors.end() && (errors.size() > 1 || !is_last)) {
    object.fault("ErrorEquals", "not_allowed",
                 "\"States.ALL\" stands alone, and in the last of them");
  }
  return errors;
}

void DefinitionReader::read_retriers(DefinitionObject& object, State& state) {
  const boost::json::array* retriers = object.array("Retry");
  if (retriers == nullptr) return;
  for (std::size_t i = 0; i < retriers->size(); ++i) {
    DefinitionObject source((*retriers)[i], pointer_to(object.at("Retry"), i), faults_);
    Retrier retrier;
    retrier.errors = read_errors(source, i + 1 == retriers->size());
    source.take("Comment");
    if (const auto interval = source.number("IntervalSeconds", {1, kMostSeconds})) {
      retrier.interval_seconds = *interval;
    }
    if (const auto attempts = source.number("MaxAttempts", {0, kMostSeconds})) {
      retrier.max_attempts = static_cast<std::uint32_t>(*attempts);
    }
    if (const auto rate = source.number("BackoffRate", {1, 1e6, false})) {
      retrier.backoff_rate = *rate;
    }
    retrier.max_delay_seconds = source.number("MaxDelaySeconds", {1, kMostDelaySeconds});
    if (const auto jitter = source.text("JitterStrategy")) {
      retrier.full_jitter = *jitter == "FULL";
      if (*jitter != "FULL" && *jitter != "NONE") {
        source.fault("JitterStrategy", "not_allowed", "\"FULL\" or \"NONE\" is wanted");
      }
    }
    source.finish();
    state.retry.push_back(std::move(retrier));
  }
}

void DefinitionReader::read_catchers(DefinitionObject& object, State& state) {
  const boost::json::array* catchers = object.array("Catch");
  if (catchers == nullptr) return;
  for (std::size_t i = 0; i < catchers->size(); ++i) {
    DefinitionObject source((*catchers)[i], pointer_to(object.at("Catch"), i), faults_);
    Catcher catcher;
    catcher.errors = read_errors(source, i + 1 == catchers->size());
    source.take("Comment");
    source.require("Next");
    if (auto next = source.state_name("Next")) catcher.next = std::move(*next);
    catcher.result_path = read_result_path(source);
    catcher.assign = read_assign(source);
    source.finish();
    state.catchers.push_back(std::move(catcher));
  }
}

}  // namespace ordo::states
