// Reads a definition into a machine. Made for one definition.
#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "states/definition_object.h"
#include "states/machine.h"

namespace ordo::states {

class DefinitionReader {
 public:
  explicit DefinitionReader(DefinitionFaults& faults) : faults_(faults) {}

  void read_machine(const Json& source, Machine& machine);

 private:
  // "StartAt" and "States" of `object`. Apart: what it assigns has nothing to do with the variables
  // around it.
  Flow read_flow(DefinitionObject& object, bool apart = false);
  void read_states(const boost::json::object& states, const std::string& pointer, Flow& flow);
  void check_assigned();
  State read_state(const std::string& name, const Json& source, const std::string& pointer);
  void read_transition(DefinitionObject& object, State& state);
  void read_retriers(DefinitionObject& object, State& state);
  void read_catchers(DefinitionObject& object, State& state);
  std::vector<std::string> read_errors(DefinitionObject& object, bool is_last);

  void read_task(DefinitionObject& object, State& state);
  void read_choice(DefinitionObject& object, State& state);
  void read_wait(DefinitionObject& object, State& state);
  void read_fail(DefinitionObject& object, State& state);
  void read_parallel(DefinitionObject& object, State& state);
  void read_map(DefinitionObject& object, State& state);
  void read_processor(DefinitionObject& object, MapState& map);
  void read_item_reader(DefinitionObject& object, MapState& map);
  void read_result_writer(DefinitionObject& object, MapState& map);
  void read_batcher(DefinitionObject& object, MapState& map);

  // False: JSONata, and nothing more can be said of it.
  bool speaks_json_path(DefinitionObject& object);
  std::optional<PayloadTemplate> read_assign(DefinitionObject& object);
  Selection read_result_path(DefinitionObject& object);
  std::optional<Resource> read_resource(DefinitionObject& object);

  DefinitionFaults& faults_;
  std::set<std::string, std::less<>> names_;  // of all states so far
  std::size_t depth_ = 0;
  struct Assigned {
    std::string name;
    std::string pointer;
  };
  std::vector<Assigned> assigned_;  // in the flow that is being read
  std::vector<Assigned> within_;    // in the flows within it
};

// One element of "Choices", or of an "And", an "Or", a "Not" within one. What belongs to the choice
// itself ("Next", "Assign", "Comment") is not read.
std::optional<ChoiceRule> read_choice_rule(DefinitionObject& object, DefinitionFaults& faults);

// The states that nothing leads to, the targets that are not there, the flow that never ends.
void check_flow(const Flow& flow, const std::string& pointer, DefinitionFaults& faults);

}  // namespace ordo::states
