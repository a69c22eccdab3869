// Pipelines that call an HTTP server outside through a connection.
#include <gmock/gmock.h>

#include <boost/json.hpp>
#include <chrono>
#include <fstream>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "outside.h"
#include "serving.h"

namespace ordo::e2e {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kToken = "Bearer s3cret";

// Knows one customer, for whoever has the token.
class Crm {
 public:
  net::Response answer(const net::Request& request) {
    {
      const std::lock_guard lock(mutex_);
      requests_.push_back(request.method + " " + request.path + "?" + request.query + " " +
                          request.body);
    }
    if (request.headers.get("Authorization") != kToken) return testing::text_answer("who?", 401);
    if (request.path != "/customers/7") return testing::text_answer("no such customer", 404);
    net::Response response = testing::text_answer(R"({"name": "Ann", "limit": 4.50})");
    response.headers.add("Content-Type", "application/json");
    return response;
  }
  std::vector<std::string> requests() {
    const std::lock_guard lock(mutex_);
    return requests_;
  }

 private:
  std::mutex mutex_;
  std::vector<std::string> requests_;
};

class HttpTask : public ::testing::Test {
 protected:
  // The pipeline "ask": a call with what its input says, and another output when it is not there.
  ServerSetup setup(const std::string& connection) {
    std::ofstream(data_.path() / "ask.asl.json") << R"x({
      "StartAt": "Ask",
      "States": {
        "Ask": {
          "Type": "Task",
          "Resource": "arn:aws:states:::http:invoke",
          "Parameters": {
            "ApiEndpoint.$": "States.Format(')x" + outside_.url("/customers/") +
                                                        R"x({}', $.id)",
            "Method": "POST",
            "Authentication": {"ConnectionArn": "arn:aws:events:local:0:connection/crm/1"},
            "QueryParameters": {"fields": "name,limit"},
            "RequestBody.$": "$"
          },
          "TimeoutSeconds": 30,
          "Catch": [
            {"ErrorEquals": ["States.Http.StatusCode.404"], "ResultPath": "$.fault", "Next": "Gone"}
          ],
          "End": true
        },
        "Gone": {"Type": "Pass", "End": true}
      }
    })x";
    ServerSetup setup;
    setup.data = data_.path();
    setup.config = "[connections.crm]\n" + connection + "[pipelines.ask]\ndefinition = \"" +
                   (data_.path() / "ask.asl.json").string() + "\"\n";
    return setup;
  }
  // What comes of an execution, and its history.
  static std::pair<boost::json::value, std::string> run(HttpClient& client,
                                                        const std::string& input) {
    const HttpAnswer started =
        client.post("/pipelines/ask/executions", R"({"input":)" + input + "}");
    EXPECT_EQ(started.status, 201) << started.body;
    const std::string path = "/executions/" + text(started.json(), "execution_id");
    EXPECT_TRUE(eventually([&] { return text(client.get(path).json(), "status") != "running"; }));
    return {client.get(path).json(), client.get(path + "/history").body};
  }

  TempDir data_;
  Crm crm_;
  const Outside outside_{[this](const net::Request& request) { return crm_.answer(request); }};
};

TEST_F(HttpTask, HearsTheAnswerThroughItsConnectionWhoseValueIsNowhereToBeSeen) {
  const ServerProcess server(
      setup(std::string("value = \"") + kToken + "\"\nallow_private = true\n"));
  HttpClient client(server.port());
  const auto [found, history] = run(client, R"({"id":7})");
  EXPECT_EQ(text(found, "status"), "succeeded") << boost::json::serialize(found);
  EXPECT_THAT(history, HasSubstr(R"("resourceType":"http")"));
  const boost::json::value& output = found.at("output");
  EXPECT_EQ(output.at("StatusCode"), 200);
  EXPECT_EQ(output.at("StatusText"), "OK");
  EXPECT_EQ(output.at("ResponseBody").at("name"), "Ann");
  EXPECT_EQ(output.at("Headers").at("content-type").at(0), "application/json");
  EXPECT_THAT(crm_.requests(),
              ::testing::ElementsAre(R"(POST /customers/7?fields=name%2Climit {"id":7})"));

  const auto [gone, why] = run(client, R"({"id":8})");
  EXPECT_EQ(text(gone, "status"), "succeeded");
  EXPECT_EQ(gone.at("output").at("fault").at("Error"), "States.Http.StatusCode.404");
  EXPECT_EQ(gone.at("output").at("fault").at("Cause"), "no such customer");
  for (const std::string& shown : {history, why, server.log(), client.get("/pipelines").body}) {
    EXPECT_THAT(shown, Not(HasSubstr("s3cret")));
  }
}

TEST_F(HttpTask, DoesNotGoToAPrivateAddressThatItsConnectionDoesNotAllow) {
  const ServerProcess server(setup(std::string("value = \"") + kToken + "\"\n"));
  HttpClient client(server.port());
  const auto [execution, history] = run(client, R"({"id":7})");
  EXPECT_EQ(text(execution, "status"), "failed");
  EXPECT_EQ(text(execution, "error"), "States.Http.Socket");
  EXPECT_THAT(crm_.requests(), ::testing::IsEmpty());
  EXPECT_TRUE(eventually([&] {
    return server.log().find("an execution has failed") != std::string::npos;
  })) << "whoever runs it is told";
  EXPECT_THAT(server.log(), HasSubstr(R"("pipeline":"ask")"));
}

}  // namespace
}  // namespace ordo::e2e
