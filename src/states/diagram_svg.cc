#include "states/diagram_svg.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <utility>
#include <vector>

#include "states/diagram_layout.h"
#include "states/diagram_text.h"

namespace ordo::states {
namespace {

using Place = Diagram::Place;
using Edge = Diagram::Edge;

constexpr double kMargin = 24;
constexpr double kLine = 22;  // of what stands above the drawing
constexpr double kMinPictureWidth = 340;
constexpr double kMaxTitleWidth = 640;
constexpr double kRounding = 7;  // of a way
constexpr double kArrow = 7;

// No variables in it, for those who draw SVG and know little of style.
constexpr std::string_view kStyle = R"(
.ordo{font-family:system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif;font-size:13px}
.ordo .bg{fill:#fff}
.ordo text{fill:#1f2328}
.ordo .m{fill:#59636e;font-size:11px}
.ordo .c{text-anchor:middle}
.ordo .b{stroke-width:1.2}
.ordo .f{fill:none;stroke:#afb8c1;stroke-dasharray:4 4}
.ordo .w{fill:none;stroke:#afb8c1;stroke-width:1.3}
.ordo .k{stroke-dasharray:5 4}
.ordo .a,.ordo .d{fill:#afb8c1}
.ordo .t.w{stroke:#1a7f37;stroke-width:2.2}
.ordo .t.a,.ordo .t.d{fill:#1a7f37}
.ordo .t.k.w{stroke:#bf8700}
.ordo .t.k.a{fill:#bf8700}
.ordo .t.m{fill:#1f2328;font-weight:600}
.ordo .i{fill:none;stroke-width:2;stroke-linecap:round;stroke-linejoin:round}
.ordo .s0{fill:#f6f8fa;stroke:#afb8c1}
.ordo .s1{fill:#ddf4ff;stroke:#0969da}
.ordo .s2{fill:#dafbe1;stroke:#1a7f37}
.ordo .s3{fill:#fff8c5;stroke:#9a6700}
.ordo .s4{fill:#ffebe9;stroke:#cf222e}
.ordo .s5{fill:#fbefff;stroke:#8250df}
.ordo .o{fill-opacity:.35}
@media (prefers-color-scheme:dark){
.ordo .bg{fill:#0d1117}
.ordo text{fill:#e6edf3}
.ordo .m{fill:#9198a1}
.ordo .f,.ordo .w{stroke:#545d68}
.ordo .a,.ordo .d{fill:#545d68}
.ordo .t.w{stroke:#3fb950}
.ordo .t.a,.ordo .t.d{fill:#3fb950}
.ordo .t.k.w{stroke:#d29922}
.ordo .t.k.a{fill:#d29922}
.ordo .t.m{fill:#e6edf3}
.ordo .s0{fill:#151b23;stroke:#545d68}
.ordo .s1{fill:#0c2d6b;stroke:#4493f8}
.ordo .s2{fill:#0f3d20;stroke:#3fb950}
.ordo .s3{fill:#3a2d05;stroke:#d29922}
.ordo .s4{fill:#4c1519;stroke:#f85149}
.ordo .s5{fill:#2f1c56;stroke:#ab7df8}
}
)";

// Marks of what became of a state, 10 by 10: nobody has to tell it by the colour alone.
constexpr std::array<std::string_view, 6> kMarks{
    "",
    "M2 1L9 5L2 9Z",
    "M1 5.5L4 8.5L9 1.5",
    "M5 1V6M5 9V9.2",
    "M1.5 1.5L8.5 8.5M8.5 1.5L1.5 8.5",
    "M2 2H8V8H2Z",
};

std::size_t index_of(Fate fate) {
  return static_cast<std::size_t>(fate);
}

// One digit after the point is finer than a screen.
struct Number {
  double value;
};

}  // namespace
}  // namespace ordo::states

template <>
struct fmt::formatter<ordo::states::Number> : fmt::formatter<double> {
  auto format(const ordo::states::Number& number, fmt::format_context& context) const {
    return fmt::format_to(context.out(), "{}", std::round(number.value * 10) / 10);
  }
};

namespace ordo::states {
namespace {

class Picture {
 public:
  Picture(const Diagram& diagram, std::string_view title)
      : diagram_(diagram), layout_(lay_out(diagram)), title_(title) {}

  std::string draw() {
    std::string above = header();
    const double width = width_ + 2 * kMargin;
    const double height = layout_.height + top_ + kMargin;
    add(R"(<svg xmlns="http://www.w3.org/2000/svg" class="ordo" role="img" aria-label=")");
    append_xml_text(out_, title_);
    add(R"(" width="{0}" height="{1}" viewBox="0 0 {0} {1}">)", Number{width}, Number{height});
    out_ += "<style>";
    out_ += kStyle;
    add("</style><rect class=\"bg\" width=\"{}\" height=\"{}\"/>\n", Number{width}, Number{height});
    out_ += above;
    add("<g transform=\"translate({} {})\">\n", Number{(width - layout_.width) / 2}, Number{top_});
    draw_flow(0);
    out_ += "</g></svg>\n";
    return std::move(out_);
  }

 private:
  template <class... Values>
  void add(fmt::format_string<Values...> format, Values&&... values) {
    fmt::format_to(std::back_inserter(out_), format, std::forward<Values>(values)...);
  }

  // The title, and what the colours mean of which there are any.
  std::string header() {
    width_ = std::max({kMinPictureWidth, layout_.width,
                       std::min(text_width(title_, kNameSize) + 1, kMaxTitleWidth)});
    std::array<bool, kMarks.size()> there{};
    for (const Diagram::Node& node : diagram_.nodes) there.at(index_of(node.fate)) = true;
    top_ = kMargin + kLine;
    add("<text x=\"{}\" y=\"{}\">", kMargin, top_ - 8);
    append_xml_text(out_, fit_text(title_, kNameSize, width_));
    out_ += "</text>\n";
    double x = 0;
    top_ += kLine;
    for (std::size_t i = 0; i < there.size(); ++i) {
      if (!there.at(i)) continue;
      const std::string_view name = fate_name(static_cast<Fate>(i));
      const double needed = text_width(name, kSmallSize) + 44;
      if (x > 0 && x + needed > width_) {
        x = 0;
        top_ += kLine;
      }
      add(R"(<rect class="b s{}" x="{}" y="{}" width="18" height="12" rx="3"/>)", i,
          Number{x + kMargin}, Number{top_ - 17});
      add("<text class=\"m\" x=\"{}\" y=\"{}\">{}</text>\n", Number{x + kMargin + 24},
          Number{top_ - 7}, name);
      x += needed;
    }
    top_ += kMargin / 2;
    return std::exchange(out_, {});
  }

  void draw_flow(Place place) {
    const Diagram::Flow& flow = diagram_.flows[place];
    if (place != 0) {
      const DrawnBox& box = layout_.flows[place];
      rectangle("f", box, 6);
      add("<text class=\"m\" x=\"{}\" y=\"{}\">{}</text>\n", Number{box.x + 8}, Number{box.y + 15},
          flow.title);
    }
    std::vector<Place> edges{flow.start};
    for (const Place node : flow.nodes) {
      const auto& own = diagram_.nodes[node].edges;
      edges.insert(edges.end(), own.begin(), own.end());
    }
    // Those that were taken are above the others.
    for (const bool taken : {false, true}) {
      for (const Place edge : edges) {
        if ((diagram_.edges[edge].taken > 0) == taken) draw_way(edge);
      }
    }
    for (const Place edge : edges) draw_label(edge);
    const bool begun = diagram_.edges[flow.start].taken > 0;
    circle(begun ? "d t" : "d", layout_.starts[place], 5);
    if (const auto& end = layout_.ends[place]) {
      const bool ended = std::ranges::any_of(edges, [&](Place edge) {
        return diagram_.edges[edge].to == Diagram::kNone && diagram_.edges[edge].taken > 0;
      });
      circle(ended ? "w t" : "w", *end, 6.5);
      circle(ended ? "d t" : "d", *end, 3.5);
    }
    for (const Place node : flow.nodes) draw_node(node);
  }

  void rectangle(std::string_view kind, const DrawnBox& box, double corner) {
    add("<rect class=\"{}\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"{}\"/>", kind,
        Number{box.x}, Number{box.y}, Number{box.width}, Number{box.height}, Number{corner});
  }

  void circle(std::string_view kind, const DrawnBox& box, double radius) {
    add("<circle class=\"{}\" cx=\"{}\" cy=\"{}\" r=\"{}\"/>\n", kind,
        Number{box.x + box.width / 2}, Number{box.y + box.height / 2}, radius);
  }

  void draw_node(Place place) {
    const Diagram::Node& node = diagram_.nodes[place];
    const DrawnBox& box = layout_.nodes[place];
    const std::size_t fate = index_of(node.fate);
    const double middle = box.x + box.width / 2;
    out_ += "<g class=\"n\"><title>";
    append_xml_text(out_, node.name);
    add(" ({}, ", type_name(node.type));
    if (!diagram_.flows[node.flow].recorded) {
      out_ += "not in the history)</title>";
    } else {
      out_ += fate_name(node.fate);
      if (node.entered > 1) add(", entered {} times", node.entered);
      out_ += ")</title>";
    }
    if (node.type == StateType::choice) {
      hexagon(fate, box);
    } else {
      rectangle(fmt::format("b s{}{}", fate, node.flows.empty() ? "" : " o"), box, 8);
    }
    add("<text class=\"c\" x=\"{}\" y=\"{}\">", Number{middle}, Number{box.y + 20});
    append_xml_text(out_, layout_.names[place]);
    add("</text><text class=\"m c\" x=\"{}\" y=\"{}\">{}", Number{middle}, Number{box.y + 37},
        type_name(node.type));
    if (node.entered > 1) add(" ×{}", node.entered);
    out_ += "</text>";
    if (!kMarks.at(fate).empty()) {
      add("<path class=\"i s{}\" transform=\"translate({} {})\" d=\"{}\"/>", fate,
          Number{box.x + 9}, Number{box.y + 18}, kMarks.at(fate));
    }
    out_ += "</g>\n";
    for (const Place flow : node.flows) draw_flow(flow);
  }

  void hexagon(std::size_t fate, const DrawnBox& box) {
    constexpr double kCut = 12;
    add("<path class=\"b s{}\" d=\"M{} {}H{}L{} {}L{} {}H{}L{} {}Z\"/>", fate, Number{box.x + kCut},
        Number{box.y}, Number{box.x + box.width - kCut}, Number{box.x + box.width},
        Number{box.y + box.height / 2}, Number{box.x + box.width - kCut},
        Number{box.y + box.height}, Number{box.x + kCut}, Number{box.x},
        Number{box.y + box.height / 2});
  }

  void draw_way(Place place) {
    const Edge& edge = diagram_.edges[place];
    const std::string_view kind = edge.kind == Edge::Kind::caught ? edge.taken > 0 ? " k t" : " k"
                                  : edge.taken > 0                ? " t"
                                                                  : "";
    out_ += "<g>";
    if (!edge.texts.empty() || edge.taken > 0) tell(edge);
    const DrawnWay& way = layout_.ways[place];
    add("<path class=\"w{}\" d=\"", kind);
    // What was taken is drawn to its end, above what others share with it.
    const std::size_t count = edge.taken > 0 ? way.steps.size() : way.own;
    draw_line(way, count);
    if (count < way.steps.size()) {
      out_ += "\"/></g>\n";
      return;
    }
    const DrawnPoint& end = way.steps.back().to;
    add("\"/><path class=\"a{}\" d=\"M{} {}l-4.5 -{}h9Z\"/></g>\n", kind, Number{end.x},
        Number{end.y}, kArrow);
  }

  void tell(const Edge& edge) {
    out_ += "<title>";
    constexpr std::size_t kMost = 20;
    for (std::size_t i = 0; i < std::min(edge.texts.size(), kMost); ++i) {
      if (i > 0) out_ += "\n";
      append_xml_text(out_, edge.texts[i]);
    }
    if (edge.texts.size() > kMost) add("\n… {} more", edge.texts.size() - kMost);
    if (edge.taken > 1) add("{}taken {} times", edge.texts.empty() ? "" : "\n", edge.taken);
    out_ += "</title>";
  }

  void draw_line(const DrawnWay& way, std::size_t count) {
    std::vector<DrawnWay::Step> steps{{way.from}};
    for (std::size_t i = 0; i < count; ++i) {
      const DrawnPoint& last = steps.back().to;
      const DrawnWay::Step& step = way.steps[i];
      if (last.x != step.to.x || last.y != step.to.y) steps.push_back(step);
    }
    // The arrow's head covers the end.
    if (count == way.steps.size()) steps.back().to.y -= kArrow / 2;
    add("M{} {}", Number{way.from.x}, Number{way.from.y});
    for (std::size_t i = 1; i < steps.size(); ++i) {
      const DrawnPoint& from = steps[i - 1].to;
      const DrawnPoint& to = steps[i].to;
      const bool turns = i + 1 < steps.size() && !steps[i + 1].curve && !steps[i + 1].hidden;
      if (steps[i].hidden) {
        add("M{} {}", Number{to.x}, Number{to.y});
      } else if (steps[i].curve) {
        const double half = (from.y + to.y) / 2;
        add("C{} {} {} {} {} {}", Number{from.x}, Number{half}, Number{to.x}, Number{half},
            Number{to.x}, Number{to.y});
      } else if (turns) {
        draw_corner(from, to, steps[i + 1].to);
      } else {
        add("L{} {}", Number{to.x}, Number{to.y});
      }
    }
  }

  // To `at` and round it.
  void draw_corner(const DrawnPoint& from, const DrawnPoint& at, const DrawnPoint& next) {
    const auto towards = [&](const DrawnPoint& other) {
      const double length = std::hypot(other.x - at.x, other.y - at.y);
      const double part = std::min(kRounding, length / 2) / length;
      return DrawnPoint{at.x + (other.x - at.x) * part, at.y + (other.y - at.y) * part};
    };
    const DrawnPoint before = towards(from);
    const DrawnPoint after = towards(next);
    add("L{} {}Q{} {} {} {}", Number{before.x}, Number{before.y}, Number{at.x}, Number{at.y},
        Number{after.x}, Number{after.y});
  }

  void draw_label(Place place) {
    const auto& label = layout_.labels[place];
    if (!label) return;
    const DrawnBox& box = label->box;
    add("<text class=\"m c{}\" x=\"{}\" y=\"{}\">", diagram_.edges[place].taken > 0 ? " t" : "",
        Number{box.x + box.width / 2}, Number{box.y + 13});
    append_xml_text(out_, label->text);
    out_ += "</text>\n";
  }

  const Diagram& diagram_;
  const DiagramLayout layout_;
  const std::string title_;
  double width_ = 0;  // without the margins
  double top_ = 0;
  std::string out_;
};

}  // namespace

std::string diagram_svg(const Diagram& diagram, std::string_view title) {
  return Picture(diagram, title).draw();
}

}  // namespace ordo::states
