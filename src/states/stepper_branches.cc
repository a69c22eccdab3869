// Parallel and Map: frames under a frame.
#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cmath>
#include <utility>

#include "base/json_tree.h"
#include "base/limits.h"
#include "states/stepper.h"
#include "states/stepper_scope.h"

namespace ordo::states {
namespace {

void note_iteration(EventWriter& event, std::string_view member, const State& state,
                    std::uint32_t index) {
  event.details(member).text("name", state.name).number("index", index);
}

// The service names a run after its machine.
std::string map_run_id(std::string machine_id, std::string_view label, std::uint64_t first,
                       std::uint64_t second) {
  constexpr std::string_view kMachine = ":stateMachine:";
  const std::size_t at = machine_id.find(kMachine);
  if (at != std::string::npos) machine_id.replace(at, kMachine.size(), ":mapRun:");
  // A UUID of version 4, in the variant of RFC 4122.
  constexpr std::uint64_t kVersion = 0x4000;
  constexpr std::uint64_t kVariant = 0x8000;
  return fmt::format("{}/{}:{:08x}-{:04x}-{:04x}-{:04x}-{:012x}", machine_id, label, first >> 32,
                     (first >> 16) & 0xFFFF, (first & 0x0FFF) | kVersion,
                     (second >> 48 & 0x3FFF) | kVariant, second & 0xFFFF'FFFF'FFFF);
}

}  // namespace

Outcome<void> Stepper::begin_parallel(Frame& frame, const State& state,
                                      const ParallelState& parallel) {
  Outcome<Held> input = effective_input(frame, state);
  if (!input) return std::unexpected(in_state(frame, std::move(input.error())));
  frame.children = Children{};
  Children& children = *frame.children;
  children.total = static_cast<std::uint32_t>(parallel.branches.size());
  children.at_once = children.total;
  children.input = std::move(*input).copy();
  record(frame, "ParallelStateStarted", {});
  go(frame, Phase::branching);
  begin_children(frame, state);
  return {};
}

Outcome<void> Stepper::begin_map(Frame& frame, const State& state, const MapState& map) {
  const auto failed = [&](Fault fault) {
    return std::unexpected(in_state(frame, std::move(fault)));
  };
  Outcome<Held> input = select(frame, state, state.input_path, frame.input);
  if (!input) return failed(std::move(input.error()));
  if (map.reader) {
    record_map_start(frame, state, 0);
    begin_map_run(frame, state, map);
    Outcome<void> begun = begin_read(frame, state, *map.reader, input->get());
    return begun ? Outcome<void>() : failed(std::move(begun.error()));
  }
  Outcome<Json> items = items_of(frame, state, map, input->get());
  if (!items) return failed(std::move(items.error()));
  Outcome<void> begun = iterate(frame, state, map, std::move(*input), std::move(*items));
  return begun ? Outcome<void>() : failed(std::move(begun.error()));
}

Outcome<Json> Stepper::items_of(const Frame& frame, const State& state, const MapState& map,
                                const Json& input) {
  Json items;
  if (map.items_path) {
    Outcome<std::optional<Json>> found = with_scope(
        frame, state, input, [&](const Scope& scope) { return map.items_path->find(scope); });
    if (!found) return std::unexpected(std::move(found.error()));
    if (*found) items = std::move(**found);
  } else {
    items = input;
  }
  if (!items.is_array()) {
    return fault(kRuntime, fmt::format("Reference path \"{}\" must point to array.",
                                       map.items_path ? map.items_path->text() : "$"));
  }
  if (items.get_array().size() > kMaxMapItems) {
    return fault(kDataLimitExceeded, fmt::format("more than {} items", kMaxMapItems));
  }
  return items;
}

void Stepper::record_map_start(Frame& frame, const State& /*state*/, std::size_t length) {
  record(frame, "MapStateStarted", [&](EventWriter& event) {
    event.details("mapStateStartedEventDetails").number("length", length);
  });
}

void Stepper::begin_map_run(Frame& frame, const State& state, const MapState& map) {
  frame.children = Children{};
  if (!map.distributed) return;
  frame.children->run =
      map_run_id(execution_.identity.machine_id, map.label.empty() ? state.name : map.label,
                 moment_.entropy(), moment_.entropy());
  record(frame, "MapRunStarted", [&](EventWriter& event) {
    event.details("mapRunStartedEventDetails").text("mapRunArn", frame.children->run);
  });
}

Outcome<void> Stepper::iterate(Frame& frame, const State& state, const MapState& map, Held input,
                               Json items) {
  const Outcome<double> wanted =
      number(frame, state, map.max_concurrency, input.get(), "MaxConcurrency", 0);
  if (!wanted) return std::unexpected(wanted.error());
  if (*wanted < 0) return fault(kRuntime, "MaxConcurrency cannot be negative.");
  if (!map.reader) record_map_start(frame, state, items.get_array().size());
  if (map.batcher) {
    Outcome<Json> batches = batched(frame, state, *map.batcher, input.get(), items.get_array());
    if (!batches) return std::unexpected(std::move(batches.error()));
    items = std::move(*batches);
  }
  const Outcome<std::uint32_t> bearable =
      tolerated(frame, state, map, input.get(), items.get_array().size());
  if (!bearable) return std::unexpected(bearable.error());
  if (!map.reader) begin_map_run(frame, state, map);
  Children& children = *frame.children;
  children.total = static_cast<std::uint32_t>(items.get_array().size());
  const std::uint32_t most = map.distributed ? kMaxDistributedIterations : kMaxInlineIterations;
  children.at_once = *wanted == 0 || *wanted > most ? most : static_cast<std::uint32_t>(*wanted);
  children.tolerated = *bearable;
  children.input = std::move(input).copy();
  children.items = std::move(items);
  go(frame, Phase::branching);
  begin_children(frame, state);
  return {};
}

Outcome<std::uint32_t> Stepper::tolerated(Frame& frame, const State& state, const MapState& map,
                                          const Json& input, std::size_t items) {
  const Outcome<double> count =
      number(frame, state, map.tolerated_count, input, "ToleratedFailureCount", 0);
  if (!count) return std::unexpected(count.error());
  if (*count < 0) return fault(kRuntime, "ToleratedFailureCount cannot be negative.");
  const Outcome<double> percentage =
      number(frame, state, map.tolerated_percentage, input, "ToleratedFailurePercentage", 0);
  if (!percentage) return std::unexpected(percentage.error());
  if (*percentage < 0 || *percentage > 100) {
    return fault(kRuntime, "ToleratedFailurePercentage must be between 0 and 100.");
  }
  // With both of them, the first that is exceeded counts.
  const double of_percentage = std::floor(*percentage * static_cast<double>(items) / 100);
  const bool has_count = map.tolerated_count.index() != 0;
  const bool has_percentage = map.tolerated_percentage.index() != 0;
  double most = has_count ? *count : of_percentage;
  if (has_count && has_percentage) most = std::min(*count, of_percentage);
  return static_cast<std::uint32_t>(std::min(most, static_cast<double>(items)));
}

Outcome<Json> Stepper::batched(Frame& frame, const State& state, const MapState::Batcher& batcher,
                               const Json& input, const boost::json::array& items) {
  const Outcome<double> most =
      number(frame, state, batcher.max_items, input, "MaxItemsPerBatch", 0);
  if (!most) return std::unexpected(most.error());
  const Outcome<double> bytes =
      number(frame, state, batcher.max_bytes, input, "MaxInputBytesPerBatch", 0);
  if (!bytes) return std::unexpected(bytes.error());
  if (*most < 0 || *bytes < 0) return fault(kRuntime, "A batch cannot have a negative size.");
  Json common;
  if (batcher.batch_input) {
    Outcome<Json> made = with_scope(frame, state, input, [&](const Scope& scope) {
      return batcher.batch_input->evaluate(scope);
    });
    if (!made) return made;
    common = std::move(*made);
  }
  const auto limit = [](double wanted, std::size_t at_most) {
    const auto ceiling = static_cast<double>(at_most);
    return wanted == 0 || wanted > ceiling ? at_most : static_cast<std::size_t>(wanted);
  };
  const std::size_t at_most_items = limit(*most, kMaxMapItems);
  const std::size_t at_most_bytes = limit(*bytes, kMaxStateBytes);
  boost::json::array batches;
  std::size_t size = 0;
  for (const Json& item : items) {
    const std::size_t needed = base::json_tree_bytes(item, at_most_bytes) + 1;
    if (batches.empty() || size + needed > at_most_bytes ||
        batches.back().at("Items").get_array().size() >= at_most_items) {
      boost::json::object batch;
      if (!common.is_null()) batch["BatchInput"] = common;
      batch["Items"] = boost::json::array();
      size = base::json_tree_bytes(batch, at_most_bytes);
      batches.push_back(std::move(batch));
    }
    size += needed;
    batches.back().at("Items").get_array().push_back(item);
  }
  Json made(std::move(batches));
  if (base::json_tree_depth(made) > base::kMaxJsonDepth) {
    return fault(kRuntime,
                 fmt::format("The batches are deeper than {} levels", base::kMaxJsonDepth));
  }
  return made;
}

void Stepper::begin_children(Frame& frame, const State& state) {
  Children& children = *frame.children;
  if (execution_.frames.size() + children.total > kMaxFrames) {
    return fail(frame, in_state(frame, {kRuntime, fmt::format("more than {} branches and "
                                                              "iterations under way",
                                                              kMaxFrames)}));
  }
  if (children.total > kMaxFrameIds - execution_.next_frame) {
    return fail(frame, in_state(frame, {kRuntime, fmt::format("more than {} branches and "
                                                              "iterations in all",
                                                              kMaxFrameIds)}));
  }
  children.first = execution_.next_frame;
  execution_.next_frame += children.total;
  if (children.total == 0) return join(frame);
  weigh(frame);
  const std::uint64_t previous = frame.last_event;
  while (children.begun < children.total && children.running < children.at_once &&
         execution_.bytes <= kMaxExecutionBytes) {
    begin_child(frame, state, previous);
  }
}

void Stepper::begin_child(Frame& frame, const State& state, std::uint64_t previous) {
  Children& children = *frame.children;
  const std::uint32_t index = children.begun++;
  ++children.running;
  const auto* map = std::get_if<MapState>(&state.of);
  const FrameId id = children.first + index;
  Frame& child = execution_.frames.try_emplace(id).first->second;
  child.id = id;
  child.parent = frame.id;
  child.index = index;
  child.silent = frame.silent || (map != nullptr && map->distributed);
  child.variables = Variables(&frame.variables);
  child.last_event = previous;
  touch(id);
  if (map == nullptr) {
    child.state = std::get<ParallelState>(state.of).branches[index].start_at;
    child.input = children.input;
  } else {
    child.state = map->processor->start_at;
    record(child, "MapIterationStarted", [&](EventWriter& event) {
      note_iteration(event, "mapIterationStartedEventDetails", state, index);
    });
    make_item_input(child);
  }
  weigh(child);
  go(child, Phase::entering);
}

void Stepper::make_item_input(Frame& child) {
  if (is_root(child)) return;
  const Frame& frame = parent_of(child);
  const State& state = state_of(frame);
  const auto* map = std::get_if<MapState>(&state.of);
  if (map == nullptr) return;
  const Children& children = *frame.children;
  if (!map->item_selector) {
    child.input = children.items.get_array()[child.index];
    return;
  }
  Json context = state.uses_context ? context_of(frame, state) : Json(boost::json::object());
  context.get_object()["Map"] = item_context(children, child.index);
  Outcome<Json> selected = map->item_selector->evaluate(
      Scope{children.input, context, frame.variables, moment_.entropy});
  if (selected) {
    child.input = std::move(*selected);
  } else {
    // It fails in a turn of its own: one after the other could be many.
    child.fault = in_state(frame, std::move(selected.error()));
  }
}

void Stepper::child_done(Frame& parent, Frame& child) {
  const State& state = state_of(parent);
  Children& children = *parent.children;
  --children.running;
  const std::uint64_t last = child.last_event;
  std::uint64_t ended = last;
  if (state.type == StateType::map) {
    ended = record(
        child, "MapIterationSucceeded",
        [&](EventWriter& event) {
          note_iteration(event, "mapIterationSucceededEventDetails", state, child.index);
        },
        true);
  }
  // Only its output is wanted from now on.
  child.variables = Variables(nullptr);
  child.attempts = {};
  weigh(child);
  children.kept_bytes += base::json_tree_bytes(child.input, kMaxItemsBytes);
  if (children.kept_bytes > kMaxItemsBytes) {
    if (!child.silent) parent.last_event = ended;
    return fail(parent, {kDataLimitExceeded,
                         fmt::format("The outputs of the state '{}' have more than {} bytes.",
                                     state.name, kMaxItemsBytes)});
  }
  if (children.begun < children.total) return begin_child(parent, state, last);
  if (children.running > 0) return;
  if (!child.silent) parent.last_event = ended;
  join(parent);
}

void Stepper::child_failed(Frame& parent, Frame& child, Fault fault) {
  const State& state = state_of(parent);
  Children& children = *parent.children;
  --children.running;
  ++children.failed;
  const auto* map = std::get_if<MapState>(&state.of);
  if (map != nullptr && map->distributed && children.failed == 1) {
    effects_.failed_items.push_back({state.name, child.index, fault});
  }
  if (map != nullptr) {
    record(
        child, "MapIterationFailed",
        [&](EventWriter& event) {
          note_iteration(event, "mapIterationFailedEventDetails", state, child.index);
        },
        true);
  }
  if (children.failed <= children.tolerated) {
    const std::uint64_t last = child.last_event;
    if (children.begun < children.total) return begin_child(parent, state, last);
    if (children.running > 0) return;
    if (!child.silent) parent.last_event = last;
    return join(parent);
  }
  if (!child.silent) parent.last_event = child.last_event;
  if (map != nullptr && map->distributed) {
    fault = {kExceedToleratedFailureThreshold,
             "The specified tolerated failure threshold was exceeded"};
  }
  fail(parent, std::move(fault));
}

void Stepper::join(Frame& frame) {
  const State& state = state_of(frame);
  Children& children = *frame.children;
  boost::json::array outputs;
  boost::json::array failed;
  outputs.reserve(children.total);
  const auto* map = std::get_if<MapState>(&state.of);
  const bool writes = map != nullptr && map->writer.has_value();
  for (std::uint32_t i = 0; i < children.total; ++i) {
    Frame& child = *find_frame(children.first + i);
    if (child.phase == Phase::failed) {
      (writes ? failed : outputs)
          .push_back(
              boost::json::object{{"Error", child.fault.error}, {"Cause", child.fault.cause}});
    } else {
      outputs.push_back(std::move(child.input));
    }
  }
  if (!writes) return end_children(frame, state, std::move(outputs));
  Children after;
  after.run = std::move(children.run);
  after.input = std::move(children.input);
  remove_children(frame);
  frame.children = std::move(after);
  Outcome<void> begun = begin_write(frame, state, *map->writer, std::move(outputs), failed);
  if (!begun) fail(frame, in_state(frame, std::move(begun.error())));
}

void Stepper::end_children(Frame& frame, const State& state, Json result) {
  remove_children(frame);
  const auto* map = std::get_if<MapState>(&state.of);
  if (map != nullptr && map->distributed) record(frame, "MapRunSucceeded", {});
  record(frame, map != nullptr ? "MapStateSucceeded" : "ParallelStateSucceeded", {}, true);
  frame.result = std::move(result);
  weigh(frame);
  go(frame, Phase::leaving);
}

void Stepper::remove_children(Frame& frame) {
  if (!frame.children) return;
  const Children children = std::move(*frame.children);
  frame.children.reset();
  for (std::uint32_t i = 0; i < children.begun; ++i) {
    const FrameId id = children.first + i;
    Frame* const child = find_frame(id);
    if (child == nullptr) continue;
    remove_children(*child);
    // What has been done stays counted.
    frame.unrecorded += child->unrecorded;
    execution_.unrecorded += child->unrecorded;
    remove_frame(id);
  }
}

}  // namespace ordo::states
