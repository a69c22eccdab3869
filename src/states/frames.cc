#include "states/frames.h"

#include <fmt/format.h>

#include <variant>

namespace ordo::states {
namespace {

// Ids grow downwards the tree, so that no walk up it goes round.
const Frame* parent_of(const Execution& execution, const Frame& frame) {
  const auto place = execution.frames.find(frame.parent);
  if (place == execution.frames.end() || frame.parent >= frame.id) return nullptr;
  return &place->second;
}

bool has_its_place(const Execution& execution, const Frame& frame) {
  if (frame.id == kRootFrame) return true;
  const Frame* const parent = parent_of(execution, frame);
  return parent != nullptr && parent->children && frame.index < parent->children->total &&
         frame.id == parent->children->first + frame.index;
}

bool fits(const Machine& machine, const Execution& execution, const Frame& frame) {
  if (!has_its_place(execution, frame)) return false;
  const Flow* const flow = flow_of(machine, execution, frame);
  const State* const state = flow == nullptr ? nullptr : flow->find(frame.state);
  if (state == nullptr) return false;
  if (frame.phase == Phase::branching) return frame.children.has_value();
  if (frame.phase != Phase::calling) return true;
  if (!frame.call) return false;
  const auto* const map = std::get_if<MapState>(&state->of);
  switch (frame.call->purpose) {
    case Call::Purpose::task:
      return std::holds_alternative<TaskState>(state->of);
    case Call::Purpose::read:
      return map != nullptr && map->reader;
    case Call::Purpose::write:
      return map != nullptr && map->writer;
  }
  return false;
}

}  // namespace

const Flow* flow_of(const Machine& machine, const Execution& execution, const Frame& frame) {
  if (frame.id == kRootFrame) return &machine.flow;
  const Frame* const parent = parent_of(execution, frame);
  const Flow* const outer = parent == nullptr ? nullptr : flow_of(machine, execution, *parent);
  const State* const around = outer == nullptr ? nullptr : outer->find(parent->state);
  if (around == nullptr) return nullptr;
  if (const auto* parallel = std::get_if<ParallelState>(&around->of)) {
    return frame.index < parallel->branches.size() ? &parallel->branches[frame.index] : nullptr;
  }
  const auto* const map = std::get_if<MapState>(&around->of);
  return map == nullptr ? nullptr : map->processor.get();
}

namespace {

// Branches and iterations begin in their order, and stay until all of them are done.
bool has_its_children(const Execution& execution, const Frame& frame) {
  if (frame.phase != Phase::branching) return true;
  const Children& children = *frame.children;
  std::uint32_t begun = 0;
  const auto end = execution.frames.lower_bound(children.first + children.total);
  for (auto child = execution.frames.lower_bound(children.first); child != end; ++child) {
    if (child->first != children.first + begun) return false;
    ++begun;
  }
  return begun > 0;
}

}  // namespace

base::Result<void> check_frames(const Machine& machine, const Execution& execution) {
  const bool some = execution.status == Status::running || !execution.frames.empty();
  if (some && !execution.frames.contains(kRootFrame)) {
    return base::fail(base::ErrorCode::internal, "the execution's own frame is missing");
  }
  for (const auto& [id, frame] : execution.frames) {
    if (!fits(machine, execution, frame) || !has_its_children(execution, frame)) {
      return base::fail(base::ErrorCode::internal,
                        fmt::format("frame {} is not of the execution's machine", id));
    }
  }
  return {};
}

}  // namespace ordo::states
