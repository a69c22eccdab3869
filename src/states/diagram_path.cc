#include "states/diagram_path.h"

#include <algorithm>
#include <charconv>
#include <string>
#include <utility>

#include "base/json.h"

namespace ordo::states {
namespace {

std::uint64_t number_in(std::string_view text) {
  std::uint64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

StateType type_of_children(std::string_view event) {
  return event.starts_with("Map") ? StateType::map : StateType::parallel;
}

}  // namespace

struct DiagramPath::Told {
  std::uint64_t id = 0;
  std::string type;
  std::string name;  // of a state, where the event says it
};

DiagramPath::DiagramPath(const Machine& machine) : diagram_(diagram_of(machine)) {
  for (Place i = 0; i < diagram_.nodes.size(); ++i) places_.emplace(diagram_.nodes[i].name, i);
  open_.resize(diagram_.nodes.size());
}

bool DiagramPath::is_open(VisitPlace visit) const {
  return visits_[visit].fate == Fate::running;
}

StateType DiagramPath::type_of(VisitPlace visit) const {
  return diagram_.nodes[visits_[visit].node].type;
}

// From the visit outwards to one of this state.
DiagramPath::VisitPlace DiagramPath::outwards(VisitPlace from, Place node) const {
  while (from != kNone && visits_[from].node != node) from = visits_[from].around;
  return from;
}

// One that has failed for good does not count: what is told then is of the next one outwards.
DiagramPath::VisitPlace DiagramPath::nearest_open(VisitPlace from, StateType type) const {
  const auto is_it = [&](VisitPlace visit) {
    return type_of(visit) == type && is_open(visit) && !visits_[visit].failing;
  };
  while (from != kNone && !is_it(from)) from = visits_[from].around;
  return from;
}

DiagramPath::VisitPlace DiagramPath::last_open(Place node) {
  std::vector<VisitPlace>& visits = open_[node];
  while (!visits.empty() && !is_open(visits.back())) visits.pop_back();
  return visits.empty() ? kNone : visits.back();
}

void DiagramPath::fail_until(VisitPlace from, VisitPlace around) {
  for (; from != kNone && from != around; from = visits_[from].around) {
    if (is_open(from)) visits_[from].fate = Fate::failed;
  }
}

void DiagramPath::close(Fate fate) {
  for (Visit& visit : visits_) {
    if (visit.fate == Fate::running) visit.fate = fate;
  }
}

base::Result<void> DiagramPath::follow(std::string_view event) {
  const auto members = base::parse_json_object(event);
  if (!members) return base::fail(members.error());
  Told told{number_in(text_of(*members, "id")), std::string(text_of(*members, "type")), {}};
  if (told.id == 0 || told.type.empty()) {
    return base::fail(base::ErrorCode::invalid, "this is no event of a history");
  }
  const bool names_it = told.type.ends_with("StateEntered") || told.type.ends_with("StateExited") ||
                        told.type.starts_with("MapIteration");
  if (names_it) {
    for (const base::JsonMember& member : *members) {
      if (!member.key.ends_with("EventDetails")) continue;
      const auto details = base::parse_json_object(member.text);
      if (details) told.name = text_of(*details, "name");
    }
  }
  const auto place = behind_.find(number_in(text_of(*members, "previousEventId")));
  behind_[told.id] = take(told, place == behind_.end() ? Behind() : place->second);
  return {};
}

DiagramPath::Behind DiagramPath::take(const Told& told, Behind before) {
  const std::string_view type = told.type;
  if (type.starts_with("Execution")) return take_execution(told, before);
  if (type.ends_with("StateEntered")) return enter(told, before);
  if (type.ends_with("StateExited")) return leave(told, before);
  if (type.ends_with("StateAborted")) {
    VisitPlace own = before.visit;
    while (own != kNone && !(is_open(own) && type.starts_with(type_name(type_of(own))))) {
      own = visits_[own].around;
    }
    if (own != kNone) visits_[own].fate = Fate::stopped;
    return before;
  }
  if (type.starts_with("Map") || type.starts_with("Parallel")) return take_children(told, before);
  if (before.visit == kNone || !is_open(before.visit)) return before;
  Visit& visit = visits_[before.visit];
  if (type.ends_with("Failed") || type.ends_with("TimedOut")) visit.failing = true;
  if (type.ends_with("Scheduled") || type.ends_with("Succeeded")) visit.failing = false;
  return before;
}

DiagramPath::Behind DiagramPath::take_execution(const Told& told, Behind before) {
  if (told.type == "ExecutionSucceeded") {
    diagram_.status = Status::succeeded;
  } else if (told.type == "ExecutionTimedOut") {
    diagram_.status = Status::timed_out;
  } else if (told.type == "ExecutionAborted") {
    diagram_.status = Status::stopped;
  } else if (told.type == "ExecutionFailed") {
    diagram_.status = Status::failed;
    // After a redrive it may not be known which of those side by side has failed.
    if (before.visit == kNone) close(Fate::failed);
    fail_until(before.visit, kNone);
  } else if (told.type == "ExecutionRedriven") {
    diagram_.status = Status::running;
    return {reopen(), false};
  } else {
    return {};
  }
  close(Fate::stopped);
  return before;
}

DiagramPath::Behind DiagramPath::take_children(const Told& told, Behind before) {
  const std::string_view type = told.type;
  if (type.starts_with("MapIteration")) {
    const auto node = places_.find(told.name);
    const VisitPlace map = node == places_.end() ? kNone : outwards(before.visit, node->second);
    if (type == "MapIterationFailed" && map != kNone) fail_until(before.visit, map);
    // The next state of the iteration is its first one, and not what follows the last one told.
    return type == "MapIterationStarted" ? Behind{map, false} : before;
  }
  const VisitPlace around = nearest_open(before.visit, type_of_children(type));
  if (around == kNone) return before;
  Visit& visit = visits_[around];
  if (type.ends_with("StateStarted")) {
    fail_until(before.visit, around);
    ++visit.rounds;
  } else if (type.ends_with("StateFailed")) {
    fail_until(before.visit, around);
    visit.failing = true;
  }
  return {around, false};
}

DiagramPath::Behind DiagramPath::enter(const Told& told, Behind before) {
  const auto place = places_.find(told.name);
  if (place == places_.end()) return before;
  const Place to = place->second;
  Diagram::Node& node = diagram_.nodes[to];
  const Diagram::Flow& flow = diagram_.flows[node.flow];
  ++node.entered;
  Visit visit{.node = to};
  Visit* const left = before.exited ? &visits_[before.visit] : nullptr;
  if (left != nullptr && diagram_.nodes[left->node].flow == node.flow) {
    visit.around = left->around;
    visit.round = left->round;
    visit.run = left->run;
    go_on(*left, to);
  } else {
    visit.run = ++runs_;
    if (flow.around != Diagram::kNone) {
      visit.around = outwards(before.visit, flow.around);
      if (visit.around == kNone) visit.around = last_open(flow.around);
    }
    if (visit.around != kNone) visit.round = visits_[visit.around].rounds;
    Diagram::Edge& start = diagram_.edges[flow.start];
    if (start.to == to) ++start.taken;
  }
  const auto own = static_cast<VisitPlace>(visits_.size());
  const auto [last, is_first] = last_of_run_.try_emplace(std::uint64_t{visit.run} << 32U | to, own);
  if (!is_first) visits_[std::exchange(last->second, own)].superseded = true;
  visits_.push_back(visit);
  open_[to].push_back(own);
  return {own, false};
}

// By which of its edges a state that was left went on is told only by where it led.
void DiagramPath::go_on(Visit& left, Place to) {
  Diagram::Edge* way = nullptr;
  for (const Place place : diagram_.nodes[left.node].edges) {
    Diagram::Edge& edge = diagram_.edges[place];
    if (left.at_end && edge.kind == Diagram::Edge::Kind::end) --edge.taken;
    if (edge.to != to) continue;
    const bool fits = (edge.kind == Diagram::Edge::Kind::caught) == left.failing;
    if (way == nullptr || fits) way = &edge;
  }
  left.at_end = false;
  if (way == nullptr) return;
  ++way->taken;
  left.fate = way->kind == Diagram::Edge::Kind::caught ? Fate::caught : Fate::succeeded;
}

DiagramPath::Behind DiagramPath::leave(const Told& told, Behind before) {
  const auto place = places_.find(told.name);
  if (place == places_.end()) return before;
  VisitPlace own = outwards(before.visit, place->second);
  if (own == kNone || !is_open(own)) own = last_open(place->second);
  if (own == kNone) return before;
  Visit& visit = visits_[own];
  visit.fate = visit.failing ? Fate::caught : Fate::succeeded;
  for (const Place edge : diagram_.nodes[visit.node].edges) {
    if (visit.failing || diagram_.edges[edge].kind != Diagram::Edge::Kind::end) continue;
    ++diagram_.edges[edge].taken;
    visit.at_end = true;
  }
  return {own, true};
}

// What goes on after a redrive: all that had failed or was stopped, but for what a retry had given
// up before. Returns the innermost of them if there is but one.
DiagramPath::VisitPlace DiagramPath::reopen() {
  VisitPlace innermost = kNone;
  std::uint32_t leaves = 0;
  for (VisitPlace i = 0; i < visits_.size(); ++i) {
    Visit& visit = visits_[i];
    if (visit.superseded || (visit.fate != Fate::failed && visit.fate != Fate::stopped)) continue;
    if (visit.around != kNone) {
      const Visit& around = visits_[visit.around];
      if (around.fate != Fate::running || visit.round != around.rounds) continue;
    }
    visit.fate = Fate::running;
    visit.failing = false;
    open_[visit.node].push_back(i);
    if (innermost == kNone || visit.around != innermost) ++leaves;
    innermost = i;
  }
  return leaves == 1 ? innermost : kNone;
}

Diagram DiagramPath::finish() && {
  // By how much it matters, of all that is not history to the execution itself.
  const auto weight = [](Fate fate) {
    constexpr Fate kOrder[] = {Fate::unreached, Fate::succeeded, Fate::caught,
                               Fate::stopped,   Fate::failed,    Fate::running};
    return std::ranges::find(kOrder, fate) - std::begin(kOrder);
  };
  std::vector<bool> counts(visits_.size());
  std::vector<bool> has_one(diagram_.nodes.size());
  for (VisitPlace i = 0; i < visits_.size(); ++i) {
    const Visit& visit = visits_[i];
    Diagram::Node& node = diagram_.nodes[visit.node];
    counts[i] = !visit.superseded &&
                (visit.around == kNone ||
                 (counts[visit.around] && visit.round == visits_[visit.around].rounds));
    if (!counts[i]) {
      // Until something newer is known of it.
      if (!has_one[visit.node]) {
        node.fate = visit.fate == Fate::running ? Fate::stopped : visit.fate;
      }
      continue;
    }
    if (!has_one[visit.node] || weight(visit.fate) > weight(node.fate)) node.fate = visit.fate;
    has_one[visit.node] = true;
  }
  return std::move(diagram_);
}

}  // namespace ordo::states
