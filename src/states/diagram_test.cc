#include "states/diagram.h"

#include <gtest/gtest.h>

#include <string>

#include "states/diagram_dot.h"
#include "states/diagram_layout.h"
#include "states/diagram_svg.h"
#include "states/diagram_text.h"
#include "support/xml.h"

namespace ordo::states {
namespace {

using Kind = Diagram::Edge::Kind;
using testing::xml_fault;

Diagram drawn(const std::string& definition) {
  return diagram_of(*parse_machine(definition).value());
}

// "A>B: text; text", with "" for where a flow begins or ends.
std::string edge_text(const Diagram& diagram, const Diagram::Edge& edge) {
  const auto name = [&](Diagram::Place place) {
    return place == Diagram::kNone ? std::string() : diagram.nodes[place].name;
  };
  std::string out = name(edge.from) + ">" + name(edge.to);
  for (const std::string& text : edge.texts) out += (text == edge.texts[0] ? ": " : "; ") + text;
  return out;
}

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t out = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++out;
  return out;
}

TEST(Diagram, HasEachStateAndEachWayOnce) {
  const Diagram diagram = drawn(R"({"StartAt":"A","States":{
    "A":{"Type":"Choice","Choices":[
      {"Variable":"$.a","NumericEquals":1,"Next":"B"},
      {"Variable":"$.a","NumericEquals":2,"Next":"C"},
      {"Variable":"$.b","IsPresent":false,"Next":"B"}],"Default":"C"},
    "B":{"Type":"Task","Resource":"f","Next":"C","Catch":[
      {"ErrorEquals":["E","F"],"Next":"C"},{"ErrorEquals":["States.ALL"],"Next":"D"}]},
    "C":{"Type":"Succeed"},"D":{"Type":"Fail"}}})");
  std::vector<std::string> edges;
  for (const Diagram::Edge& edge : diagram.edges) edges.push_back(edge_text(diagram, edge));
  EXPECT_EQ(edges, (std::vector<std::string>{">A", "A>B: $.a = 1; $.b is not present",
                                             "A>C: $.a = 2; Default", "B>C", "B>C: E, F",
                                             "B>D: States.ALL", "C>"}));
  EXPECT_EQ(diagram.edges[4].kind, Kind::caught);
  EXPECT_EQ(diagram.nodes.size(), 4U);
  for (const Diagram::Node& node : diagram.nodes) EXPECT_EQ(node.fate, Fate::unreached);
}

TEST(Diagram, WhatIsWithinAStateHasFlowsOfItsOwn) {
  const Diagram diagram = drawn(R"({"StartAt":"P","States":{"P":{"Type":"Parallel","End":true,
    "Branches":[{"StartAt":"A","States":{"A":{"Type":"Pass","End":true}}},
      {"StartAt":"M","States":{"M":{"Type":"Map","End":true,"ItemProcessor":{
        "ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"},
        "StartAt":"B","States":{"B":{"Type":"Pass","End":true}}}}}}]}}})");
  ASSERT_EQ(diagram.flows.size(), 4U);
  EXPECT_EQ(diagram.flows[0].title, "");
  EXPECT_EQ(diagram.flows[1].title, "branch 1");
  EXPECT_EQ(diagram.flows[2].title, "branch 2");
  EXPECT_EQ(diagram.flows[3].title, "each item, not in the history");
  EXPECT_TRUE(diagram.flows[2].recorded);
  EXPECT_FALSE(diagram.flows[3].recorded);
  EXPECT_EQ(diagram.nodes[diagram.flows[3].around].name, "M");
  EXPECT_EQ(diagram.nodes[diagram.flows[2].around].name, "P");
}

TEST(Diagram, RulesAreToldInAFewWords) {
  const std::pair<const char*, const char*> cases[] = {
      {R"("Variable":"$.a","StringEquals":"x")", R"($.a = "x")"},
      {R"("Variable":"$.a","NumericLessThanEqualsPath":"$.b")", "$.a ≤ $.b"},
      {R"("Variable":"$.a","BooleanEquals":false)", "$.a = false"},
      {R"("Variable":"$.a","StringMatches":"l*g")", R"($.a matches "l*g")"},
      {R"("Variable":"$.a","TimestampGreaterThan":"2026-01-01T00:00:00Z")",
       R"($.a > "2026-01-01T00:00:00Z")"},
      {R"("Variable":"$.a","IsNull":true)", "$.a is null"},
      {R"("Variable":"$.a","IsString":false)", "$.a is not a string"},
      {R"("And":[{"Variable":"$.a","IsNull":true},{"Or":[{"Variable":"$.b","NumericGreaterThan":1},
          {"Not":{"Variable":"$.c","IsPresent":true}}]}])",
       "$.a is null and ($.b > 1 or not $.c is present)"},
      {R"("Or":[{"Variable":"$.a","IsNull":true}])", "$.a is null"},
  };
  for (const auto& [rule, text] : cases) {
    const Diagram diagram =
        drawn(std::string(R"({"StartAt":"A","States":{"A":{"Type":"Choice",)") + R"("Choices":[{)" +
              rule + R"(,"Next":"B"}]},"B":{"Type":"Succeed"}}})");
    EXPECT_EQ(diagram.edges[1].texts, std::vector<std::string>{text});
  }
}

TEST(Diagram, ALongRuleIsCut) {
  std::string rules;
  for (int i = 0; i < 1000; ++i) {
    rules += std::string(i > 0 ? "," : "") + R"({"Variable":"$.ä","StringEquals":"ööö"})";
  }
  const Diagram diagram =
      drawn(R"({"StartAt":"A","States":{"A":{"Type":"Choice","Choices":[{"And":[)" + rules +
            R"(],"Next":"B"}]},"B":{"Type":"Succeed"}}})");
  const std::string& text = diagram.edges[1].texts[0];
  EXPECT_LT(text.size(), 200U);
  EXPECT_TRUE(text.ends_with("…")) << text;
}

TEST(DiagramText, IsCutToItsWidthBetweenCharacters) {
  EXPECT_EQ(fit_text("short", 10, 100), "short");
  const std::string wide(300, 'W');
  const std::string cut = fit_text(wide, 10, 100);
  EXPECT_LE(text_width(cut, 10), 100);
  EXPECT_TRUE(cut.ends_with("…"));
  EXPECT_EQ(fit_text("漢漢漢漢漢漢", 10, 50), "漢漢漢…");
  EXPECT_EQ(fit_text("漢", 10, 1), "…");
  EXPECT_GT(text_width("漢", 10), text_width("i", 10));
  EXPECT_EQ(text_width("e\xCC\x81", 10), text_width("e", 10));
}

// A state's name, and a text in a rule, may be anything.
TEST(DiagramSvg, WhateverANameSaysIsText) {
  const std::string hostile[] = {R"(<&>\"')",
                                 "</text>",
                                 "]]>",
                                 "<script>x</script>",
                                 "&amp;",
                                 "]]&gt;",
                                 R"(\u0001\u001b[31m\u007f)",
                                 "\\\\",
                                 R"(a\nb\tc)",
                                 R"(\ufffe)"};
  for (const std::string& name : hostile) {
    const Diagram diagram = drawn(R"({"StartAt":"A","States":{"A":{"Type":"Choice","Choices":[
      {"Variable":"$.a","StringEquals":")" +
                                  name + R"(","Next":")" + name + R"("}]},")" + name +
                                  R"(":{"Type":"Task","Resource":"f","End":true,"Catch":[
      {"ErrorEquals":[")" + name + R"("],"Next":"A"}]}}})");
    const std::string svg = diagram_svg(diagram, diagram.nodes[1].name);
    EXPECT_EQ(xml_fault(svg), "") << svg;
    EXPECT_EQ(svg.find("<script"), std::string::npos);
    const std::string dot = diagram_dot(diagram, diagram.nodes[1].name);
    EXPECT_EQ(dot.find('\x1b'), std::string::npos);
  }
  Diagram diagram = drawn(R"({"StartAt":"A","States":{"A":{"Type":"Succeed"}}})");
  diagram.nodes[0].name = R"(<&>"')";
  const std::string svg = diagram_svg(diagram, "t");
  EXPECT_NE(svg.find("<title>&lt;&amp;&gt;&quot;&#39; (Succeed, not reached)</title>"),
            std::string::npos);
}

TEST(DiagramSvg, StandsAloneAndSaysWhatItIs) {
  Diagram diagram = drawn(R"({"StartAt":"A","States":{"A":{"Type":"Succeed"}}})");
  diagram.nodes[0].entered = 3;
  diagram.nodes[0].fate = Fate::succeeded;
  const std::string svg = diagram_svg(diagram, "of \"x\"");
  EXPECT_TRUE(svg.starts_with(R"(<svg xmlns="http://www.w3.org/2000/svg" )"));
  EXPECT_NE(svg.find(R"( role="img" aria-label="of &quot;x&quot;")"), std::string::npos);
  EXPECT_NE(svg.find("Succeed ×3"), std::string::npos);
  EXPECT_NE(svg.find("<title>A (Succeed, succeeded, entered 3 times)</title>"), std::string::npos);
  for (const char* const outside : {"<script", "href", "url(", "@import", "<image", "<foreign"}) {
    EXPECT_EQ(svg.find(outside), std::string::npos) << outside;
  }
}

TEST(DiagramSvg, ALongNameIsCutAndWholeInItsTitle) {
  std::string name;
  for (std::size_t i = 0; i < kMaxStateNameCharacters; ++i) name += "漢";
  const Diagram diagram =
      drawn(R"({"StartAt":")" + name + R"(","States":{")" + name + R"(":{"Type":"Succeed"}}})");
  const std::string svg = diagram_svg(diagram, "t");
  EXPECT_EQ(count(svg, name), 1U);
  EXPECT_EQ(xml_fault(svg), "");
  EXPECT_LT(lay_out(diagram).nodes[0].width, 400);
}

TEST(DiagramDot, QuotesAndEntitiesAreText) {
  Diagram diagram = drawn(R"({"StartAt":"A","States":{"A":{"Type":"Succeed"}}})");
  diagram.nodes[0].name = "a\"]\\N&lt;\nb";
  const std::string dot = diagram_dot(diagram, R"(t")");
  EXPECT_NE(dot.find(R"(label="a\"]\\N&amp;lt; b\nSucceed")"), std::string::npos) << dot;
  EXPECT_NE(dot.find(R"(label="t\"")"), std::string::npos);
  EXPECT_EQ(count(dot, "{"), count(dot, "}"));
}

TEST(DiagramLayout, ARowOfStatesIsAStraightOne) {
  std::string states;
  for (int i = 0; i < 5000; ++i) {
    states += R"("S)" + std::to_string(i) + R"(":{"Type":"Task","Resource":"f","Next":"S)" +
              std::to_string(i + 1) + R"(","Catch":[{"ErrorEquals":["E"],"Next":"S5000"}]},)";
  }
  const Diagram diagram =
      drawn(R"({"StartAt":"S0","States":{)" + states + R"("S5000":{"Type":"Succeed"}}})");
  const DiagramLayout layout = lay_out(diagram);
  const auto middle = [&](std::size_t node) {
    return layout.nodes[node].x + layout.nodes[node].width / 2;
  };
  for (std::size_t i = 1; i < 4000; ++i) {
    ASSERT_NEAR(middle(i), middle(0), 0.1);
    ASSERT_GT(layout.nodes[i].y, layout.nodes[i - 1].y + layout.nodes[i - 1].height);
  }
  EXPECT_LT(layout.width, 600) << "all that are caught share a lane";
}

}  // namespace
}  // namespace ordo::states
