#include "states/machine.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <utility>

#include "base/json_tree.h"
#include "base/text.h"
#include "states/definition_reader.h"

namespace ordo::states {
namespace {

bool ends_its_flow(const State& state) {
  return state.type == StateType::succeed || state.type == StateType::fail ||
         (state.type != StateType::choice && state.next.empty());
}

// Where a state may lead, and how the definition says so.
void each_target(const State& state, const std::string& pointer,
                 const std::function<void(const std::string& target, std::string at)>& visit) {
  if (const auto* choice = std::get_if<ChoiceState>(&state.of)) {
    for (std::size_t i = 0; i < choice->choices.size(); ++i) {
      visit(choice->choices[i].next, fmt::format("{}/Choices/{}/Next", pointer, i));
    }
    if (choice->otherwise) visit(*choice->otherwise, pointer + "/Default");
  }
  if (!state.next.empty()) visit(state.next, pointer + "/Next");
  for (std::size_t i = 0; i < state.catchers.size(); ++i) {
    visit(state.catchers[i].next, fmt::format("{}/Catch/{}/Next", pointer, i));
  }
}

void visit_flow(const Flow& flow, const std::string& pointer,
                const std::function<void(const State&, const std::string&)>& visit) {
  for (const State& state : flow.states) {
    const std::string at = pointer_to(pointer + "/States", state.name);
    visit(state, at);
    if (const auto* parallel = std::get_if<ParallelState>(&state.of)) {
      for (std::size_t i = 0; i < parallel->branches.size(); ++i) {
        visit_flow(parallel->branches[i], fmt::format("{}/Branches/{}", at, i), visit);
      }
    }
    if (const auto* map = std::get_if<MapState>(&state.of)) {
      visit_flow(*map->processor, at + "/ItemProcessor", visit);
    }
  }
}

}  // namespace

const State* Flow::find(std::string_view name) const {
  const auto place = places.find(name);
  return place == places.end() ? nullptr : &states[place->second];
}

void check_flow(const Flow& flow, const std::string& pointer, DefinitionFaults& faults) {
  if (flow.states.empty()) return;
  std::vector<const State*> reached;
  std::set<std::string_view> seen;
  const auto reach = [&](const std::string& target, std::string at) {
    const State* const state = flow.find(target);
    if (state == nullptr) {
      if (target.empty()) return;
      faults.add(std::move(at), "no_such_state",
                 fmt::format("there is no state \"{}\" beside this one", base::clip(target, 128)));
    } else if (seen.insert(state->name).second) {
      reached.push_back(state);
    }
  };
  if (!flow.start_at.empty()) reach(flow.start_at, pointer + "/StartAt");
  const std::string states = pointer + "/States";
  // What is reached grows as it is walked through.
  for (std::size_t i = 0; i < reached.size(); ++i) {
    each_target(*reached[i], pointer_to(states, reached[i]->name), reach);
  }
  for (const State& state : flow.states) {
    if (seen.contains(state.name)) continue;
    const std::string at = pointer_to(states, state.name);
    faults.add(at, "unreachable", "no state leads to this one");
    each_target(state, at, [&](const std::string& target, std::string where) {
      if (target.empty() || flow.find(target) != nullptr) return;
      faults.add(std::move(where), "no_such_state",
                 fmt::format("there is no state \"{}\" beside this one", base::clip(target, 128)));
    });
  }
  if (std::ranges::none_of(flow.states, ends_its_flow)) {
    faults.add(states, "no_end", "no state ends this: one must be Succeed, Fail or have \"End\"");
  }
}

base::Result<std::shared_ptr<const Machine>> parse_machine(std::string_view definition) {
  if (definition.size() > kMaxDefinitionBytes) {
    return base::fail(base::ErrorCode::too_large,
                      fmt::format("a definition has up to {} bytes", kMaxDefinitionBytes));
  }
  base::Result<Json> source = base::parse_json_tree(definition);
  if (!source) {
    base::Error error = std::move(source.error());
    error.fields.push_back({"", "malformed", error.message});
    return base::fail(std::move(error));
  }
  DefinitionFaults faults;
  auto machine = std::make_shared<Machine>();
  DefinitionReader(faults).read_machine(*source, *machine);
  if (!faults.empty()) {
    std::vector<base::FieldError> fields = faults.take();
    std::string message =
        fmt::format("the definition has {} fault{}: {}: {}", fields.size(),
                    fields.size() == 1 ? "" : "s", fields[0].pointer, fields[0].message);
    return base::fail({base::ErrorCode::invalid, std::move(message), std::move(fields)});
  }
  machine->definition = definition;
  return std::shared_ptr<const Machine>(std::move(machine));
}

void each_state(const Machine& machine,
                const std::function<void(const State&, const std::string& pointer)>& visit) {
  visit_flow(machine.flow, "", visit);
}

}  // namespace ordo::states
