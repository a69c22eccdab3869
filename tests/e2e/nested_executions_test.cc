// Executions that start others and wait for them.
#include <gmock/gmock.h>

#include <boost/json.hpp>
#include <csignal>
#include <fstream>
#include <memory>
#include <string>
#include <utility>

#include "serving.h"

namespace ordo::e2e {
namespace {

using ::testing::HasSubstr;

class NestedExecutions : public ::testing::Test {
 protected:
  NestedExecutions() { restart(); }

  void restart() {
    server_.reset();
    std::string config;
    for (const auto& [name, definition] : {
             std::pair{"outer", R"({"StartAt":"Call","States":{"Call":{"Type":"Task","End":true,
                 "Resource":"arn:aws:states:::states:startExecution.sync:2",
                 "Parameters":{"StateMachineArn":"inner","Input.$":"$"}}}})"},
             std::pair{"inner", R"({"StartAt":"How","States":{
                 "How":{"Type":"Choice","Default":"Sleep","Choices":[
                     {"Variable":"$.fails","IsPresent":true,"Next":"Fails"},
                     {"Variable":"$.quick","IsPresent":true,"Next":"Done"}]},
                 "Fails":{"Type":"Fail","Error":"Broken","Cause":"it had to"},
                 "Sleep":{"Type":"Wait","Seconds":86400,"Next":"Done"},
                 "Done":{"Type":"Succeed"}}})"},
         }) {
      const std::string file = (data_.path() / name).string() + ".asl.json";
      std::ofstream(file) << definition;
      config += std::string("[pipelines.") + name + "]\ndefinition = \"" + file + "\"\n";
    }
    ServerSetup setup;
    setup.data = data_.path();
    setup.config = std::move(config);
    server_ = std::make_unique<ServerProcess>(std::move(setup));
    client_ = std::make_unique<HttpClient>(server_->port());
  }

  // The outer one, of this input.
  std::string start(const std::string& input) {
    const HttpAnswer started =
        client_->post("/pipelines/outer/executions", R"({"input":)" + input + "}");
    EXPECT_EQ(started.status, 201) << started.body;
    return text(started.json(), "execution_id");
  }
  boost::json::value execution(const std::string& id) {
    return client_->get("/executions/" + id).json();
  }
  bool comes_to(const std::string& id, const std::string& status) {
    return eventually([&] { return text(execution(id), "status") == status; });
  }
  // The one inner execution, once it is there.
  std::string inner() {
    std::string id;
    EXPECT_TRUE(eventually([&] {
      const boost::json::value page = client_->get("/executions?pipeline=inner").json();
      const boost::json::array& items = page.at("items").as_array();
      if (items.size() == 1) id = text(items[0], "execution_id");
      return !id.empty();
    }));
    return id;
  }
  void expect_stopped_together(const std::string& outer) {
    const std::string within = inner();
    EXPECT_TRUE(comes_to(within, "running"));
    // Its call is under way once that is in the history.
    EXPECT_TRUE(eventually([&] {
      return client_->get("/executions/" + outer + "/history").body.contains("TaskSubmitted");
    }));
    EXPECT_EQ(client_->post("/executions/" + outer + "/stop", "{}").status, 200);
    EXPECT_TRUE(comes_to(within, "stopped"));
    EXPECT_EQ(text(execution(outer), "status"), "stopped");
  }

  TempDir data_;
  std::unique_ptr<ServerProcess> server_;
  std::unique_ptr<HttpClient> client_;
};

TEST_F(NestedExecutions, WhatTheInnerOneComesToIsTheOutputOfTheTask) {
  const std::string id = start(R"({"quick":1})");
  ASSERT_TRUE(comes_to(id, "succeeded"));
  const boost::json::value output = execution(id).at("output");
  EXPECT_EQ(text(output, "Status"), "SUCCEEDED");
  EXPECT_EQ(output.at("Output"), boost::json::parse(R"({"quick":1})"));
}

TEST_F(NestedExecutions, TheFailureOfTheInnerOneIsTheTasks) {
  const std::string id = start(R"({"fails":1})");
  ASSERT_TRUE(comes_to(id, "failed"));
  EXPECT_EQ(text(execution(id), "error"), "States.TaskFailed");
  EXPECT_THAT(text(execution(id), "cause"), HasSubstr("it had to"));
}

TEST_F(NestedExecutions, WhoeverStopsTheOuterOneStopsTheInnerOne) {
  expect_stopped_together(start("{}"));
}

TEST_F(NestedExecutions, ItDoesSoAfterACrash) {
  const std::string outer = start("{}");
  static_cast<void>(inner());
  server_->signal(SIGKILL);
  server_->wait_for_exit();
  restart();
  expect_stopped_together(outer);
}

}  // namespace
}  // namespace ordo::e2e
