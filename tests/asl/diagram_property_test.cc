// Whatever the machine, and however far its execution is: the picture is whole.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "asl/case_table.h"
#include "asl/random_machine.h"
#include "states/diagram_dot.h"
#include "states/diagram_layout.h"
#include "states/diagram_path.h"
#include "states/diagram_svg.h"
#include "support/xml.h"

namespace ordo::states {
namespace {

// As it was when so many of a hundred parts of its events had happened.
Diagram random_diagram(std::uint64_t seed, std::size_t percent) {
  const RandomMachine random = random_machine(seed);
  DiagramPath path(*parse_machine(random.definition).value());
  const MachineRun run = run_machine(random.definition, random.input, table_options());
  const std::size_t events = run.history.size() * percent / 100;
  for (std::size_t i = 0; i < events; ++i) RC_ASSERT(path.follow(run.history[i]).has_value());
  return std::move(path).finish();
}

bool touch(const DrawnBox& a, const DrawnBox& b) {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

bool holds(const DrawnBox& outer, const DrawnBox& inner) {
  constexpr double kRounding = 0.01;
  return inner.x >= outer.x - kRounding && inner.y >= outer.y - kRounding &&
         inner.x + inner.width <= outer.x + outer.width + kRounding &&
         inner.y + inner.height <= outer.y + outer.height + kRounding;
}

// What a step of a way covers: a curve stays between its ends.
DrawnBox covered(const DrawnPoint& a, const DrawnPoint& b) {
  return {std::min(a.x, b.x), std::min(a.y, b.y), std::abs(a.x - b.x), std::abs(a.y - b.y)};
}

DrawnBox shrunk(const DrawnBox& box) {
  return {box.x + 1, box.y + 1, box.width - 2, box.height - 2};
}

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t out = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++out;
  return out;
}

RC_GTEST_PROP(RandomDiagrams, AreWellFormedWithEachStateOnce, (std::uint64_t seed)) {
  const Diagram diagram = random_diagram(seed, *rc::gen::inRange<std::size_t>(0, 101));
  const std::string svg = diagram_svg(diagram, "t");
  RC_ASSERT(testing::xml_fault(svg) == "");
  const std::string dot = diagram_dot(diagram, "t");
  RC_ASSERT(count(dot, "{") == count(dot, "}"));
  for (std::size_t i = 0; i < diagram.nodes.size(); ++i) {
    const Diagram::Node& node = diagram.nodes[i];
    RC_ASSERT(count(svg, "<g class=\"n\"><title>" + node.name + " (") == 1U);
    RC_ASSERT(count(dot, "n" + std::to_string(i) + " [label=") == 1U);
  }
}

RC_GTEST_PROP(RandomDiagrams, HaveNoBoxOnAnother, (std::uint64_t seed)) {
  const Diagram diagram = random_diagram(seed, 100);
  const DiagramLayout layout = lay_out(diagram);
  for (std::size_t f = 0; f < diagram.flows.size(); ++f) {
    const Diagram::Flow& flow = diagram.flows[f];
    std::vector<DrawnBox> boxes{layout.starts[f]};
    if (layout.ends[f]) boxes.push_back(*layout.ends[f]);
    for (const Diagram::Place node : flow.nodes) {
      boxes.push_back(layout.nodes[node]);
      for (const Diagram::Place edge : diagram.nodes[node].edges) {
        if (layout.labels[edge]) boxes.push_back(layout.labels[edge]->box);
      }
    }
    for (std::size_t i = 0; i < boxes.size(); ++i) {
      RC_ASSERT(holds(layout.flows[f], boxes[i]));
      for (std::size_t j = 0; j < i; ++j) RC_ASSERT(!touch(boxes[i], boxes[j]));
    }
    if (flow.around == Diagram::kNone) continue;
    RC_ASSERT(holds(layout.nodes[flow.around], layout.flows[f]));
    for (const Diagram::Place beside : diagram.nodes[flow.around].flows) {
      RC_ASSERT(beside == f || !touch(layout.flows[f], layout.flows[beside]));
    }
  }
}

RC_GTEST_PROP(RandomDiagrams, HaveNoWayThroughABox, (std::uint64_t seed)) {
  const Diagram diagram = random_diagram(seed, 0);
  const DiagramLayout layout = lay_out(diagram);
  for (const Diagram::Flow& flow : diagram.flows) {
    std::vector<Diagram::Place> edges{flow.start};
    for (const Diagram::Place node : flow.nodes) {
      const auto& own = diagram.nodes[node].edges;
      edges.insert(edges.end(), own.begin(), own.end());
    }
    for (const Diagram::Place edge : edges) {
      const DrawnWay& way = layout.ways[edge];
      DrawnPoint at = way.from;
      for (const DrawnWay::Step& step : way.steps) {
        for (const Diagram::Place node : flow.nodes) {
          RC_ASSERT(!touch(covered(at, step.to), shrunk(layout.nodes[node])));
        }
        at = step.to;
      }
      // It ends where it leads to.
      const Diagram::Place to = diagram.edges[edge].to;
      if (to == Diagram::kNone) continue;
      RC_ASSERT(at.y == layout.nodes[to].y);
      RC_ASSERT(at.x > layout.nodes[to].x);
      RC_ASSERT(at.x < layout.nodes[to].x + layout.nodes[to].width);
    }
  }
}

// What was entered is what the history says was entered; nothing runs when all has ended.
RC_GTEST_PROP(RandomDiagrams, SayWhatTheHistorySays, (std::uint64_t seed)) {
  const RandomMachine random = random_machine(seed);
  const MachineRun run = run_machine(random.definition, random.input, table_options());
  DiagramPath path(*parse_machine(random.definition).value());
  for (const std::string& event : run.history) RC_ASSERT(path.follow(event).has_value());
  const Diagram diagram = std::move(path).finish();
  RC_ASSERT(diagram.status == run.ending.status);
  std::size_t failed = 0;
  for (const Diagram::Node& node : diagram.nodes) {
    std::size_t entered = 0;
    for (const std::string& event : run.history) {
      entered += count(event, R"("stateEnteredEventDetails":{"name":")" + node.name + "\"");
    }
    RC_ASSERT(node.entered == entered);
    RC_ASSERT(node.fate != Fate::running);
    RC_ASSERT((node.fate == Fate::unreached) == (entered == 0));
    failed += node.fate == Fate::failed && node.flow == 0 ? 1 : 0;
  }
  // One of the machine's own states has failed, or none.
  RC_ASSERT(failed == (run.ending.status == Status::succeeded ? 0U : 1U));
  // Whatever was entered was entered by some way.
  std::map<Diagram::Place, std::size_t> taken;
  for (const Diagram::Edge& edge : diagram.edges) taken[edge.to] += edge.taken;
  for (Diagram::Place i = 0; i < diagram.nodes.size(); ++i) {
    RC_ASSERT(taken[i] == diagram.nodes[i].entered);
  }
}

}  // namespace
}  // namespace ordo::states
