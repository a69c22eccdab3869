#include "states/diagram.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "base/json_tree.h"
#include "base/text.h"

namespace ordo::states {
namespace {

using Place = Diagram::Place;
using Edge = Diagram::Edge;

constexpr std::size_t kMaxTextBytes = 160;

template <class Items>
Place count_of(const Items& items) {
  return static_cast<Place>(items.size());
}

std::string cut(std::string text) {
  if (text.size() <= kMaxTextBytes) return text;
  return std::string(base::clip(text, kMaxTextBytes)) + "…";
}

class Rule {
 public:
  std::string take(const ChoiceRule& rule) {
    add(rule, true);
    return cut(std::move(out_));
  }

 private:
  // A rule may be as long as a definition; nobody reads it all.
  [[nodiscard]] bool is_full() const { return out_.size() > kMaxTextBytes; }

  void add(const ChoiceRule& rule, bool alone) {
    if (is_full()) return;
    if (const auto* test = std::get_if<ChoiceRule::Test>(&rule.of)) return add(*test);
    if (const auto* all = std::get_if<ChoiceRule::All>(&rule.of)) {
      return join(all->rules, " and ", alone);
    }
    if (const auto* any = std::get_if<ChoiceRule::Any>(&rule.of)) {
      return join(any->rules, " or ", alone);
    }
    out_ += "not ";
    add(*std::get<ChoiceRule::Not>(rule.of).rule, false);
  }

  void join(const std::vector<ChoiceRule>& rules, std::string_view word, bool alone) {
    const bool wraps = !alone && rules.size() > 1;
    if (wraps) out_ += "(";
    for (std::size_t i = 0; i < rules.size() && !is_full(); ++i) {
      if (i > 0) out_ += word;
      add(rules[i], rules.size() == 1 && alone);
    }
    if (wraps) out_ += ")";
  }

  void add(const ChoiceRule::Test& test) {
    constexpr std::array<std::string_view, 12> kWords{
        "=",    "<",       "≤",        ">",        "≥",         "matches",
        "null", "present", "a number", "a string", "a boolean", "a timestamp"};
    out_ += test.variable.text();
    const std::string_view word = kWords.at(static_cast<std::size_t>(test.op.comparison));
    const Json* const value = std::get_if<Json>(&test.expected);
    if (test.op.comparison >= Comparison::is_null) {
      const bool wanted = value == nullptr || !value->is_bool() || value->get_bool();
      out_ += fmt::format(" is {}{}", wanted ? "" : "not ", word);
      return;
    }
    out_ += fmt::format(
        " {} {}", word,
        value != nullptr ? base::json_tree_text(*value) : std::get<JsonPath>(test.expected).text());
  }

  std::string out_;
};

class Maker {
 public:
  Diagram make(const Machine& machine) {
    add_flow(machine.flow, {});
    return std::move(diagram_);
  }

 private:
  Place add_flow(const Flow& flow, Diagram::Flow as) {
    const Place place = count_of(diagram_.flows);
    const bool recorded = as.recorded;
    diagram_.flows.push_back(std::move(as));
    std::map<std::string_view, Place> nodes;
    for (const State& state : flow.states) nodes[state.name] = add_node(state, place, recorded);
    diagram_.flows[place].start = count_of(diagram_.edges);
    diagram_.edges.push_back({Edge::Kind::start, Diagram::kNone, nodes.at(flow.start_at)});
    for (const State& state : flow.states) {
      const Place node = nodes.at(state.name);
      diagram_.flows[place].nodes.push_back(node);
      add_edges(state, node, nodes);
    }
    return place;
  }

  Place add_node(const State& state, Place flow, bool recorded) {
    const Place place = count_of(diagram_.nodes);
    diagram_.nodes.push_back({.name = state.name, .type = state.type, .flow = flow});
    std::vector<Place> flows;
    if (const auto* parallel = std::get_if<ParallelState>(&state.of)) {
      for (const Flow& branch : parallel->branches) {
        std::string title = fmt::format("branch {}", flows.size() + 1);
        flows.push_back(
            add_flow(branch, {.title = std::move(title), .around = place, .recorded = recorded}));
      }
    } else if (const auto* map = std::get_if<MapState>(&state.of)) {
      Diagram::Flow as{.title = "each item", .around = place, .recorded = recorded};
      if (map->batcher) as.title = "each batch of items";
      if (map->distributed) {
        as.title += ", not in the history";
        as.recorded = false;
      }
      flows.push_back(add_flow(*map->processor, std::move(as)));
    }
    diagram_.nodes[place].flows = std::move(flows);
    return place;
  }

  void add_edges(const State& state, Place node, const std::map<std::string_view, Place>& nodes) {
    leaving_.clear();
    if (const auto* choice = std::get_if<ChoiceState>(&state.of)) {
      for (const ChoiceState::Choice& one : choice->choices) {
        add_edge(Edge::Kind::choice, node, nodes.at(one.next), rule_text(one.rule));
      }
      if (choice->otherwise) {
        add_edge(Edge::Kind::choice, node, nodes.at(*choice->otherwise), "Default");
      }
      return;
    }
    if (!state.next.empty()) {
      add_edge(Edge::Kind::next, node, nodes.at(state.next), "");
    } else if (state.type != StateType::fail) {
      add_edge(Edge::Kind::end, node, Diagram::kNone, "");
    }
    for (const Catcher& catcher : state.catchers) {
      std::string errors;
      for (const std::string& error : catcher.errors) {
        if (errors.size() > kMaxTextBytes) break;
        errors += (errors.empty() ? "" : ", ") + error;
      }
      add_edge(Edge::Kind::caught, node, nodes.at(catcher.next), cut(std::move(errors)));
    }
  }

  void add_edge(Edge::Kind kind, Place from, Place to, std::string text) {
    const auto [place, is_new] = leaving_.try_emplace({kind, to}, count_of(diagram_.edges));
    if (is_new) {
      diagram_.nodes[from].edges.push_back(place->second);
      diagram_.edges.push_back({kind, from, to});
    }
    if (!text.empty()) diagram_.edges[place->second].texts.push_back(std::move(text));
  }

  Diagram diagram_;
  std::map<std::pair<Edge::Kind, Place>, Place> leaving_;  // of one state
};

}  // namespace

std::string_view fate_name(Fate fate) noexcept {
  switch (fate) {
    case Fate::unreached:
      return "not reached";
    case Fate::running:
      return "running";
    case Fate::succeeded:
      return "succeeded";
    case Fate::caught:
      return "failed and caught";
    case Fate::failed:
      return "failed";
    case Fate::stopped:
      return "stopped";
  }
  return "";
}

std::string rule_text(const ChoiceRule& rule) {
  return Rule().take(rule);
}

Diagram diagram_of(const Machine& machine) {
  return Maker().make(machine);
}

}  // namespace ordo::states
