// Drawings of executions over the whole API, the store in memory.
#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "support/answers.h"
#include "support/execution_api.h"
#include "support/xml.h"

namespace ordo::api {
namespace {

using testing::ApiHarness;
using testing::errors_in;
using testing::ExecutionApi;
using testing::ExecutionWorld;
using testing::json_of;

void define_one(ExecutionWorld& world) {
  world.define("plain", R"({"StartAt":"Ask","States":{
    "Ask":{"Type":"Task","Resource":"work","Next":"<Done>"},"<Done>":{"Type":"Succeed"}}})");
  world.define("long", R"j({"StartAt":"A","States":{
    "A":{"Type":"Pass","Result":0,"Next":"B"},
    "B":{"Type":"Choice","Choices":[{"Variable":"$","NumericLessThan":500,"Next":"C"}],
         "Default":"D"},
    "C":{"Type":"Pass","Parameters":{"n.$":"States.MathAdd($, 1)"},"OutputPath":"$.n","Next":"B"},
    "D":{"Type":"Succeed"}}})j");
}

class GraphEndpoint : public ::testing::Test {
 protected:
  std::string started(const std::string& pipeline) {
    const net::Response response = api_.ask("POST", "/pipelines/" + pipeline + "/executions", "{}");
    return std::string(json_of(response).at("execution_id").as_string());
  }
  net::Response graph(const std::string& id, const std::string& accept = "",
                      const std::string& query = "") {
    net::Request request = ApiHarness::request("GET", "/executions/" + id + "/graph" + query);
    if (!accept.empty()) request.headers.add("Accept", accept);
    return api_.ask(std::move(request));
  }

  ExecutionApi api_{define_one};
};

TEST_F(GraphEndpoint, APictureShowsHowFarItIs) {
  const std::string id = started("plain");
  const net::Response running = graph(id);
  EXPECT_EQ(running.status, 200);
  EXPECT_EQ(running.headers.get("Content-Type"), "image/svg+xml");
  EXPECT_EQ(running.headers.get("Content-Security-Policy"),
            "default-src 'none'; style-src 'unsafe-inline'; sandbox");
  EXPECT_EQ(testing::xml_fault(running.body), "");
  const auto says = [](const net::Response& response, const std::string& text) {
    return response.body.find(text) != std::string::npos;
  };
  EXPECT_TRUE(says(running, "aria-label=\"plain · " + id + " · running\""));
  EXPECT_TRUE(says(running, "<title>Ask (Task, running)</title>"));
  EXPECT_TRUE(says(running, "<title>&lt;Done&gt; (Succeed, not reached)</title>"));
  api_.world().answer(app::CallDone{"{}"});
  const net::Response ended = graph(id);
  EXPECT_TRUE(says(ended, " · succeeded\""));
  EXPECT_TRUE(says(ended, "<title>Ask (Task, succeeded)</title>"));
  EXPECT_TRUE(says(ended, "<title>&lt;Done&gt; (Succeed, succeeded)</title>"));
}

TEST_F(GraphEndpoint, AHistoryOfManyPagesIsReadToItsEnd) {
  const net::Response response = graph(started("long"));
  EXPECT_NE(response.body.find("<title>C (Pass, succeeded, entered 500 times)</title>"),
            std::string::npos);
  EXPECT_NE(response.body.find("<title>D (Succeed, succeeded)</title>"), std::string::npos);
}

TEST_F(GraphEndpoint, TheFormIsAsAskedFor) {
  const std::string id = started("plain");
  for (const auto& [accept, query] : {std::pair{"text/vnd.graphviz", ""},
                                      {"image/svg+xml;q=0.5, text/*", ""},
                                      {"*/*", "?format=dot"},
                                      {"", "?format=dot"}}) {
    const net::Response response = graph(id, accept, query);
    EXPECT_EQ(response.status, 200) << accept << query;
    EXPECT_EQ(response.headers.get("Content-Type"), "text/vnd.graphviz; charset=utf-8");
    EXPECT_TRUE(response.body.starts_with("digraph ")) << accept << query;
  }
  for (const auto& [accept, query] : {std::pair{"image/svg+xml", ""},
                                      {"text/html, */*;q=0.8", ""},
                                      {"text/vnd.graphviz;q=0.5, */*", "?format=svg"}}) {
    EXPECT_TRUE(graph(id, accept, query).body.starts_with("<svg ")) << accept << query;
  }
  for (const auto& [accept, query] : {std::pair{"application/json", ""},
                                      {"image/svg+xml", "?format=dot"},
                                      {"text/vnd.graphviz", "?format=svg"}}) {
    const net::Response response = graph(id, accept, query);
    EXPECT_EQ(response.status, 406) << accept << query;
    EXPECT_EQ(response.headers.get("Content-Type"), "application/problem+json");
  }
  EXPECT_EQ(errors_in(graph(id, "", "?format=png")), "?format unknown_value");
  EXPECT_EQ(errors_in(graph(id, "", "?x=1")), "?x unknown_parameter");
}

TEST_F(GraphEndpoint, WhatIsNotThereIsNotFound) {
  EXPECT_EQ(graph("none").status, 404);
  EXPECT_EQ(api_.ask("POST", "/executions/none/graph").status, 405);
}

}  // namespace
}  // namespace ordo::api
