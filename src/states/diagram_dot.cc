#include "states/diagram_dot.h"

#include <fmt/format.h>

#include <iterator>

#include "states/diagram_text.h"

namespace ordo::states {
namespace {

using Place = Diagram::Place;
using Edge = Diagram::Edge;

constexpr std::string_view kTaken = "#1a7f37";
constexpr std::string_view kUntaken = "#8c959f";
constexpr std::string_view kCaught = "#9a6700";
constexpr double kLabelWidth = 260;

struct Colours {
  std::string_view line, fill;
};

Colours colours_of(Fate fate) {
  switch (fate) {
    case Fate::unreached:
      break;
    case Fate::running:
      return {"#0969da", "#ddf4ff"};
    case Fate::succeeded:
      return {"#1a7f37", "#dafbe1"};
    case Fate::caught:
      return {"#9a6700", "#fff8c5"};
    case Fate::failed:
      return {"#cf222e", "#ffebe9"};
    case Fate::stopped:
      return {"#8250df", "#fbefff"};
  }
  return {"#8c959f", "#f6f8fa"};
}

class Writer {
 public:
  explicit Writer(const Diagram& diagram) : diagram_(diagram) {}

  std::string write(std::string_view title) {
    out_ = "digraph execution {\n  graph [label=";
    quote(title);
    out_ +=
        ", labelloc=t, fontname=\"sans-serif\", fontsize=12]\n"
        "  node [shape=box, style=\"rounded,filled\", fontname=\"sans-serif\", fontsize=12]\n"
        "  edge [fontname=\"sans-serif\", fontsize=10]\n";
    write_flow(0, "  ");
    out_ += "}\n";
    return std::move(out_);
  }

 private:
  void quote(std::string_view text) {
    out_.push_back('"');
    append_dot_text(out_, text);
    out_.push_back('"');
  }

  void write_flow(Place place, const std::string& indent) {
    const Diagram::Flow& flow = diagram_.flows[place];
    const auto marker = [&](char kind, std::string_view shape) {
      fmt::format_to(std::back_inserter(out_),
                     "{}{}{} [shape={}, style=filled, label=\"\", width=0.15, height=0.15, "
                     "fillcolor=\"{}\", color=\"{}\"]\n",
                     indent, kind, place, shape, kUntaken, kUntaken);
    };
    marker('s', "circle");
    bool has_end = false;
    for (const Place node : flow.nodes) {
      write_node(node, indent);
      for (const Place edge : diagram_.nodes[node].edges) {
        has_end = has_end || diagram_.edges[edge].to == Diagram::kNone;
      }
    }
    if (has_end) marker('e', "doublecircle");
    write_edge(diagram_.edges[flow.start], place, indent);
    for (const Place node : flow.nodes) {
      for (const Place edge : diagram_.nodes[node].edges) {
        write_edge(diagram_.edges[edge], place, indent);
      }
    }
  }

  void write_node(Place place, const std::string& indent) {
    const Diagram::Node& node = diagram_.nodes[place];
    if (node.flows.empty()) return write_state(place, indent);
    fmt::format_to(std::back_inserter(out_), "{}subgraph cluster_n{} {{\n", indent, place);
    const std::string inner = indent + "  ";
    out_ += inner + "graph [label=\"\", style=rounded, color=\"";
    out_ += colours_of(node.fate).line;
    out_ += "\"]\n";
    write_state(place, inner);
    for (const Place flow : node.flows) {
      fmt::format_to(std::back_inserter(out_),
                     "{}subgraph cluster_f{} {{\n{}  graph [label=", inner, flow, inner);
      quote(diagram_.flows[flow].title);
      fmt::format_to(std::back_inserter(out_), ", style=dashed, color=\"{}\"]\n", kUntaken);
      write_flow(flow, inner + "  ");
      out_ += inner + "}\n";
      // The state itself stands above what is within it.
      fmt::format_to(std::back_inserter(out_), "{}n{} -> s{} [style=dotted, color=\"{}\"]\n", inner,
                     place, flow, kUntaken);
    }
    out_ += indent + "}\n";
  }

  void write_state(Place place, const std::string& indent) {
    const Diagram::Node& node = diagram_.nodes[place];
    const Colours colours = colours_of(node.fate);
    fmt::format_to(std::back_inserter(out_), "{}n{} [label=\"", indent, place);
    append_dot_text(out_, node.name);
    fmt::format_to(std::back_inserter(out_), "\\n{}", type_name(node.type));
    if (node.entered > 1) fmt::format_to(std::back_inserter(out_), " ×{}", node.entered);
    fmt::format_to(std::back_inserter(out_), "\", tooltip=\"{}\", color=\"{}\", fillcolor=\"{}\"",
                   fate_name(node.fate), colours.line, colours.fill);
    if (node.type == StateType::choice) out_ += ", shape=hexagon, style=filled";
    if (node.fate != Fate::unreached) out_ += ", penwidth=2";
    out_ += "]\n";
  }

  void write_edge(const Edge& edge, Place flow, const std::string& indent) {
    const bool is_caught = edge.kind == Edge::Kind::caught;
    const auto end = [&](Place place, char marker) {
      return place == Diagram::kNone ? fmt::format("{}{}", marker, flow)
                                     : fmt::format("n{}", place);
    };
    fmt::format_to(std::back_inserter(out_), "{}{} -> {} [color=\"{}\"", indent,
                   end(edge.from, 's'), end(edge.to, 'e'),
                   edge.taken == 0 ? kUntaken
                   : is_caught     ? kCaught
                                   : kTaken);
    if (edge.taken > 0) out_ += ", penwidth=2";
    if (is_caught) out_ += ", style=dashed";
    if (!edge.texts.empty()) {
      out_ += ", label=";
      std::string text = edge.texts.front();
      if (edge.texts.size() > 1) text = fmt::format("{} or {} more", text, edge.texts.size() - 1);
      quote(fit_text(text, 10, kLabelWidth));
    }
    out_ += "]\n";
  }

  const Diagram& diagram_;
  std::string out_;
};

}  // namespace

std::string diagram_dot(const Diagram& diagram, std::string_view title) {
  return Writer(diagram).write(title);
}

}  // namespace ordo::states
