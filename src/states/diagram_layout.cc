#include "states/diagram_layout.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "states/diagram_text.h"

namespace ordo::states {
namespace {

using Place = Diagram::Place;
using Edge = Diagram::Edge;

constexpr double kMinBoxWidth = 116;
constexpr double kMaxNameWidth = 250;
constexpr double kMaxLabelWidth = 170;
constexpr double kSides = 44;   // beside a name, for the mark of what became of it
constexpr double kHeight = 46;  // of a state without flows in it
constexpr double kPadding = 14;
constexpr double kTitle = 22;  // of a flow
constexpr double kMarker = 14;

class Layout {
 public:
  explicit Layout(const Diagram& diagram) : diagram_(diagram), routed_(diagram.flows.size()) {
    out_.nodes.resize(diagram.nodes.size());
    out_.names.resize(diagram.nodes.size());
    out_.flows.resize(diagram.flows.size());
    out_.starts.resize(diagram.flows.size());
    out_.ends.resize(diagram.flows.size());
    out_.ways.resize(diagram.edges.size());
    out_.labels.resize(diagram.edges.size());
  }

  DiagramLayout lay_out() {
    measure(0);
    put(0, 0, 0);
    out_.width = routed_.front().flow.width;
    out_.height = routed_.front().flow.height;
    out_.flows.front() = {0, 0, out_.width, out_.height};
    return std::move(out_);
  }

 private:
  struct Routed {
    RoutedFlow flow;
    std::vector<Place> nodes;  // by vertex, from the second on
    std::vector<Place> edges;  // by link
    bool has_end = false;
  };

  // Sizes, from the inside outwards. Machines are not nested deeper than kMaxNesting.
  void measure(Place place) {
    const Diagram::Flow& flow = diagram_.flows[place];
    RankedFlow ranked;
    Routed routed;
    std::unordered_map<Place, std::uint32_t> vertices;
    ranked.vertices.push_back({.box_width = kMarker, .box_height = kMarker});
    for (const Place node : flow.nodes) {
      measure_node(node);
      vertices.emplace(node, static_cast<std::uint32_t>(ranked.vertices.size()));
      ranked.vertices.push_back(
          {.box_width = out_.nodes[node].width, .box_height = out_.nodes[node].height});
    }
    const auto end = static_cast<std::uint32_t>(ranked.vertices.size());
    const auto link = [&](Place edge, std::uint32_t from) {
      const Edge& one = diagram_.edges[edge];
      routed.has_end = routed.has_end || one.to == Diagram::kNone;
      ranked.links.push_back({.from = from,
                              .to = one.to == Diagram::kNone ? end : vertices.at(one.to),
                              .edge = edge,
                              .label_width = measure_label(edge),
                              .caught = one.kind == Edge::Kind::caught});
      routed.edges.push_back(edge);
    };
    link(flow.start, 0);
    for (const Place node : flow.nodes) {
      for (const Place edge : diagram_.nodes[node].edges) link(edge, vertices.at(node));
    }
    if (routed.has_end) ranked.vertices.push_back({.box_width = kMarker, .box_height = kMarker});
    set_ranks(ranked);
    routed.nodes = flow.nodes;
    routed.flow = route(ranked);
    routed_[place] = std::move(routed);
  }

  void measure_node(Place place) {
    const Diagram::Node& node = diagram_.nodes[place];
    std::string& name = out_.names[place];
    name = fit_text(node.name, kNameSize, kMaxNameWidth);
    DrawnBox& box = out_.nodes[place];
    box.width = std::max(kMinBoxWidth, text_width(name, kNameSize) + kSides);
    box.height = kHeight;
    if (node.flows.empty()) return;
    double width = kPadding;
    double height = 0;
    for (const Place flow : node.flows) {
      measure(flow);
      const DrawnBox inner = flow_box(flow);
      width += inner.width + kPadding;
      height = std::max(height, inner.height);
    }
    box.width = std::max(box.width, width);
    box.height += height + kPadding;
  }

  [[nodiscard]] DrawnBox flow_box(Place place) const {
    const RoutedFlow& flow = routed_[place].flow;
    const double title = text_width(diagram_.flows[place].title, kSmallSize);
    return {0, 0, std::max(flow.width, title) + 2 * kPadding, flow.height + kTitle + kPadding};
  }

  double measure_label(Place place) {
    const Edge& edge = diagram_.edges[place];
    if (edge.texts.empty()) return 0;
    std::string text = edge.texts.front();
    // The rest is in the title.
    if (edge.texts.size() > 1) text = fmt::format("{} or {} more", text, edge.texts.size() - 1);
    text = fit_text(text, kSmallSize, kMaxLabelWidth);
    const double width = text_width(text, kSmallSize) + 8;
    out_.labels[place] = DiagramLayout::Label{std::move(text), {}};
    return width;
  }

  // Places, from the outside inwards.
  void put(Place place, double x, double y) {
    const Routed& routed = routed_[place];
    const auto moved = [&](DrawnBox box) {
      return DrawnBox{box.x + x, box.y + y, box.width, box.height};
    };
    out_.starts[place] = moved(routed.flow.boxes.front());
    if (routed.has_end) out_.ends[place] = moved(routed.flow.boxes.back());
    for (std::size_t i = 0; i < routed.nodes.size(); ++i) {
      put_node(routed.nodes[i], moved(routed.flow.boxes[i + 1]));
    }
    for (std::size_t i = 0; i < routed.edges.size(); ++i) {
      DrawnWay way = routed.flow.ways[i];
      way.from = {way.from.x + x, way.from.y + y};
      for (DrawnWay::Step& step : way.steps) step.to = {step.to.x + x, step.to.y + y};
      out_.ways[routed.edges[i]] = std::move(way);
      const auto& label = routed.flow.labels[i];
      if (label) out_.labels[routed.edges[i]]->box = moved(*label);
    }
  }

  void put_node(Place place, const DrawnBox& box) {
    out_.nodes[place] = box;
    const Diagram::Node& node = diagram_.nodes[place];
    double needed = kPadding;
    for (const Place flow : node.flows) needed += flow_box(flow).width + kPadding;
    // What is narrower than its name stands in the middle.
    double x = box.x + kPadding + std::max(0.0, (box.width - needed) / 2);
    for (const Place flow : node.flows) {
      DrawnBox& inner = out_.flows[flow];
      inner = flow_box(flow);
      inner.x = x;
      inner.y = box.y + kHeight;
      inner.height = box.height - kHeight - kPadding;
      const double beside = (inner.width - routed_[flow].flow.width) / 2;
      put(flow, x + beside, inner.y + kTitle);
      x += inner.width + kPadding;
    }
  }

  const Diagram& diagram_;
  std::vector<Routed> routed_;  // by flow
  DiagramLayout out_;
};

}  // namespace

DiagramLayout lay_out(const Diagram& diagram) {
  return Layout(diagram).lay_out();
}

}  // namespace ordo::states
