// What each type of state has of its own.
#include <fmt/format.h>

#include <boost/json.hpp>
#include <utility>

#include "states/definition_reader.h"
#include "states/timestamp.h"

namespace ordo::states {
namespace {

// What a deployment is to put in: {"Ref": "name"} and {"Fn::GetAtt": ["name", "Arn"]} stand for
// "${name}", and so does {"Fn::name": …} of any other function.
std::optional<std::string> substitution(const Json& value) {
  constexpr std::string_view kFunction = "Fn::";
  const auto* object = value.if_object();
  if (object == nullptr || object->size() != 1) return std::nullopt;
  const std::string_view key = object->begin()->key();
  const Json& what = object->begin()->value();
  const auto placeholder = [](std::string_view name) { return fmt::format("${{{}}}", name); };
  if (key == "Ref" && what.is_string()) return placeholder(what.get_string());
  if (!key.starts_with(kFunction) || what.is_primitive() != what.is_string()) return std::nullopt;
  const auto* parts = what.if_array();
  const bool named = key == "Fn::GetAtt" && parts != nullptr && !parts->empty();
  if (named && parts->front().is_string()) return placeholder(parts->front().get_string());
  return placeholder(key.substr(kFunction.size()));
}

}  // namespace

std::optional<Resource> DefinitionReader::read_resource(DefinitionObject& object) {
  object.require("Resource");
  const Json* given = object.take("Resource");
  std::optional<std::string> source = given == nullptr ? std::nullopt : substitution(*given);
  if (!source) source = object.text("Resource");
  if (!source) return std::nullopt;
  base::Result<Resource> resource = parse_resource(*source);
  if (resource) return std::move(*resource);
  object.fault("Resource", "invalid_resource", resource.error().message);
  return std::nullopt;
}

void DefinitionReader::read_task(DefinitionObject& object, State& state) {
  TaskState task;
  if (auto resource = read_resource(object)) task.resource = std::move(*resource);
  task.timeout = object.number_or_path("TimeoutSeconds", {1, kMostSeconds});
  task.heartbeat = object.number_or_path("HeartbeatSeconds", {1, kMostSeconds});
  const auto* timeout = std::get_if<double>(&task.timeout);
  const auto* heartbeat = std::get_if<double>(&task.heartbeat);
  if (timeout != nullptr && heartbeat != nullptr && *heartbeat >= *timeout) {
    object.fault("HeartbeatSeconds", "out_of_range", "it must be less than \"TimeoutSeconds\"");
  }
  if (object.has("Credentials")) {
    task.credentials = object.payload("Credentials");
    if (!object.take("Credentials")->is_object()) {
      object.fault("Credentials", "wrong_type", "an object is wanted");
    }
  }
  state.of = std::move(task);
}

void DefinitionReader::read_choice(DefinitionObject& object, State& state) {
  ChoiceState choice;
  object.require("Choices");
  if (const boost::json::array* choices = object.array("Choices")) {
    if (choices->empty()) object.fault("Choices", "too_short", "at least one choice is wanted");
    for (std::size_t i = 0; i < choices->size(); ++i) {
      DefinitionObject source((*choices)[i], pointer_to(object.at("Choices"), i), faults_);
      source.require("Next");
      std::string next = source.state_name("Next").value_or("");
      source.take("Comment");
      std::optional<PayloadTemplate> assign = read_assign(source);
      if (auto rule = read_choice_rule(source, faults_)) {
        choice.choices.push_back({std::move(*rule), std::move(next), std::move(assign)});
      }
      source.finish();
    }
  }
  choice.otherwise = object.state_name("Default");
  state.of = std::move(choice);
}

void DefinitionReader::read_wait(DefinitionObject& object, State& state) {
  WaitState wait;
  object.at_most_one({"Seconds", "SecondsPath", "Timestamp", "TimestampPath"});
  if (const auto seconds = object.number("Seconds", {0, kMostSeconds})) wait.of = *seconds;
  if (auto path = object.reference_path("SecondsPath")) wait.of = std::move(*path);
  if (auto path = object.reference_path("TimestampPath")) {
    wait.until = WaitState::Until::timestamp;
    wait.of = std::move(*path);
  }
  if (auto timestamp = object.text("Timestamp")) {
    wait.until = WaitState::Until::timestamp;
    if (!parse_timestamp(*timestamp)) {
      object.fault("Timestamp", "invalid", "a timestamp is wanted, as in \"2026-11-21T09:00:00Z\"");
    }
    wait.of = std::move(*timestamp);
  }
  if (!object.has("Seconds") && !object.has("SecondsPath") && !object.has("Timestamp") &&
      !object.has("TimestampPath")) {
    object.fault("Seconds", "missing",
                 "one of \"Seconds\", \"SecondsPath\", \"Timestamp\", \"TimestampPath\" is wanted");
  }
  state.of = std::move(wait);
}

void DefinitionReader::read_fail(DefinitionObject& object, State& state) {
  FailState fail;
  fail.error = object.text_or_path("Error");
  fail.cause = object.text_or_path("Cause");
  state.of = std::move(fail);
}

void DefinitionReader::read_parallel(DefinitionObject& object, State& state) {
  ParallelState parallel;
  object.require("Branches");
  if (const boost::json::array* branches = object.array("Branches")) {
    if (branches->empty() || branches->size() > kMaxBranches) {
      object.fault("Branches", "out_of_range", fmt::format("1 to {} branches", kMaxBranches));
    }
    for (std::size_t i = 0; i < branches->size() && i < kMaxBranches; ++i) {
      DefinitionObject source((*branches)[i], pointer_to(object.at("Branches"), i), faults_);
      source.take("Comment");
      if ((*branches)[i].is_object()) parallel.branches.push_back(read_flow(source));
      source.finish();
    }
  }
  state.of = std::move(parallel);
}

}  // namespace ordo::states
