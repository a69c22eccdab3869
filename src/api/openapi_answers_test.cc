// The published document against what the API really says: of every route each answer that the
// table has, and the requests that bring it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "api/docs_files.h"
#include "api/openapi.h"
#include "api/router.h"
#include "support/answers.h"
#include "support/api_harness.h"
#include "support/execution_api.h"

namespace ordo::api {
namespace {

using testing::ApiHarness;
using testing::json_of;

using Fields = std::vector<std::pair<std::string, std::string>>;

std::string in_lower_case(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

std::string media_type_of(const net::Headers& headers) {
  const std::string_view type = headers.get("Content-Type");
  return std::string(type.substr(0, type.find(';')));
}

// The request with these fields, instead of its own of the same name.
net::Request with(net::Request request, const Fields& fields) {
  net::Headers headers;
  for (const auto& [name, value] : fields) headers.add(name, value);
  for (const auto& [name, value] : request.headers) {
    if (!headers.has(name)) headers.add(name, value);
  }
  request.headers = std::move(headers);
  return request;
}

// Asks, and holds every answer against the document.
class OpenApiAnswers : public ::testing::Test {
 protected:
  template <class Harness>
  net::Response ask_of(Harness& api, int status, std::string method, std::string target,
                       std::string body, const Fields& fields) {
    net::Request request =
        with(ApiHarness::request(std::move(method), std::move(target), std::move(body)), fields);
    const Match match = find_route(request.method, request.path);
    if (match.route == nullptr) {
      ADD_FAILURE() << "no route: " << request.path;
      return {};
    }
    const boost::json::value& operation =
        described_.at("paths").at(match.route->path).at(in_lower_case(match.route->method));
    net::Response response = api.ask(request);
    SCOPED_TRACE(request.method + " " + request.path + "?" + request.query + " " + request.body);
    EXPECT_EQ(response.status, status) << response.body;
    const bool taken = response.status != 400 && response.status != 415;
    if (taken && !request.body.empty() && !match.route->request_schema.empty()) {
      const auto& types = operation.at("requestBody").at("content").as_object();
      EXPECT_TRUE(types.contains(media_type_of(request.headers)));
    }
    note(*match.route, operation, response);
    return response;
  }
  net::Response ask(int status, std::string method, std::string target, std::string body = "",
                    const Fields& fields = {}) {
    return ask_of(api_, status, std::move(method), std::move(target), std::move(body), fields);
  }

  void ask_of_submissions() {
    ask(201, "POST", "/tasks", R"({"title":"x","task_id":"a","queue":"pulled"})");
    ask(200, "POST", "/tasks", R"({"title":"x","task_id":"a","queue":"pulled"})");
    ask(409, "POST", "/tasks", R"({"title":"y","task_id":"a","queue":"pulled"})");
    ask(400, "POST", "/tasks", "{}");
    ask(415, "POST", "/tasks", R"({"title":"x"})", {{"Content-Type", "text/plain"}});
    ask(200, "POST", "/tasks/batch", R"({"tasks":[{"title":"x","queue":"pulled"},{}]})");
    ask(400, "POST", "/tasks/batch", R"({"tasks":[]})");
    // It runs until the test ends it.
    ask(201, "POST", "/tasks", R"({"title":"x","task_id":"running"})");
    api_.turns();
  }

  void ask_of_one_task() {
    const net::Response read = ask(200, "GET", "/tasks/a");
    ask(304, "GET", "/tasks/a", "", {{"If-None-Match", std::string(read.headers.get("ETag"))}});
    ask(400, "GET", "/tasks/a?x=1");
    for (const char* const type : {"application/json", "application/merge-patch+json"}) {
      ask(200, "PATCH", "/tasks/a", R"({"title":"new"})", {{"Content-Type", type}});
    }
    ask(409, "PATCH", "/tasks/running", R"({"title":"new"})");
    ask(400, "PATCH", "/tasks/a", R"({"status":"dead"})");
    ask(412, "PATCH", "/tasks/a", R"({"title":"new"})", {{"If-Match", R"("0-0")"}});
    ask(412, "DELETE", "/tasks/a", "", {{"If-Match", R"("0-0")"}});
    ask(409, "DELETE", "/tasks/running");
    ask(200, "GET", "/tasks/running/attempts");
    ask(409, "POST", "/tasks/a/retry");
    ask(200, "POST", "/tasks/a/cancel");
    ask(200, "POST", "/tasks/a/retry");
    ask(204, "DELETE", "/tasks/a");
    ask(404, "PATCH", "/tasks/a", R"({"title":"new"})");
    for (const auto& [method, target] :
         std::vector<std::pair<const char*, const char*>>{{"GET", "/tasks/a"},
                                                          {"DELETE", "/tasks/a"},
                                                          {"POST", "/tasks/a/cancel"},
                                                          {"POST", "/tasks/a/retry"},
                                                          {"GET", "/tasks/a/attempts"}}) {
      ask(404, method, target);
    }
  }

  void ask_of_lists_and_queues() {
    ask(409, "POST", "/dead-letters/redrive", R"({"task_ids":["running"]})");
    api_.end_oldest();
    ask(409, "POST", "/tasks/running/cancel");
    ask(200, "POST", "/dead-letters/redrive", R"({"queue":"tasks"})");
    ask(400, "POST", "/dead-letters/redrive", "{}");
    ask(200, "GET", "/tasks");
    ask(400, "GET", "/tasks?limit=0");
    ask(200, "GET", "/queues");
    struct OfAQueue {
      std::string method, before, after;
    };
    for (const OfAQueue& one : std::vector<OfAQueue>{{"GET", "/dead-letters?queue=", ""},
                                                     {"DELETE", "/dead-letters?queue=", ""},
                                                     {"GET", "/queues/", ""},
                                                     {"GET", "/queues/", "/lanes"},
                                                     {"POST", "/queues/", "/pause"},
                                                     {"POST", "/queues/", "/resume"}}) {
      const bool asks = one.before.find('?') != std::string::npos;
      ask(200, one.method, one.before + "mail" + one.after);
      ask(404, one.method, one.before + "none" + one.after);
      ask(400, one.method, one.before + "mail" + one.after + (asks ? "&" : "?") + "x=1");
    }
  }

  void ask_of_orders() {
    const auto orders = [](const std::string& number) {
      return R"([{"record_id":"a","parameter_1":"x","parameter_2":)" + number + "}]";
    };
    ask(201, "POST", "/orders", orders("4"));
    ask(409, "POST", "/orders", orders("5"));
    ask(400, "POST", "/orders", "[{}]");
    ask(415, "POST", "/orders", orders("4"), {{"Content-Type", "text/plain"}});
    ask(200, "GET", "/orders?status=pending");
    ask(400, "GET", "/orders?status=dead");
    const net::Response read = ask(200, "GET", "/orders/a");
    ask(304, "GET", "/orders/a", "", {{"If-None-Match", std::string(read.headers.get("ETag"))}});
    ask(404, "GET", "/orders/none");
    ask(400, "GET", "/orders/a?x=1");
  }

  void ask_of_pulled_work() {
    ask(404, "POST", "/queues/none/claim", "{}");
    ask(409, "POST", "/queues/tasks/claim", "{}");
    ask(400, "POST", "/queues/pulled/claim", R"({"max":0})");
    const std::map<std::string, std::string> more{
        {"complete", ""}, {"fail", R"(,"error":"e")"}, {"extend", R"(,"lease_seconds":9)"}};
    for (const auto& [verb, members] : more) {
      ask(201, "POST", "/tasks",
          R"({"title":"x","queue":"pulled","lane":")" + verb + R"(","task_id":")" + verb + R"("})");
    }
    const boost::json::value claimed =
        json_of(ask(200, "POST", "/queues/pulled/claim", R"({"max":100})"));
    for (const auto& task : claimed.at("tasks").as_array()) {
      const auto verb = more.find(std::string(task.at("task_id").as_string()));
      if (verb == more.end()) continue;
      const std::string lease(task.at("lease").as_string());
      const std::string target = "/tasks/" + verb->first + "/" + verb->first;
      ask(200, "POST", target, R"({"lease":")" + lease + R"(")" + verb->second + "}");
      ask(409, "POST", target, R"({"lease":"1-0")" + verb->second + "}");
      ask(404, "POST", "/tasks/none/" + verb->first, R"({"lease":"1-0")" + verb->second + "}");
      ask(400, "POST", target, "{}");
    }
  }

  void ask_of_operations() {
    const net::Response one = ask(200, "GET", "/events");
    const net::Response two = ask(200, "GET", "/events");
    ask(503, "GET", "/events");
    ask(400, "GET", "/events?x=1");
    ask(404, "GET", "/events?queue=none");
    for (const char* const target :
         {"/livez", "/readyz", "/health", "/metrics", "/openapi.json", "/docs", "/"}) {
      ask(200, "GET", target);
      ask(400, "GET", std::string(target) + "?x=1");
    }
    api_.store().fail_next({base::ErrorCode::unavailable, "disk full", {}});
    ask(503, "GET", "/readyz");
    api_.store().fail_next({base::ErrorCode::unavailable, "disk full", {}});
    ask(503, "POST", "/tasks", R"({"title":"x"})");
    for (const char* const page : {"/", "/docs", "/docs/home.js"}) {
      const net::Response read = ask(200, "GET", page);
      ask(304, "GET", page, "", {{"If-None-Match", std::string(read.headers.get("ETag"))}});
    }
    ask(200, "GET", "/docs/index.html");
    ask(404, "GET", "/docs/none.js");
    ApiOptions without = ApiHarness::plain_options();
    without.docs = false;
    ApiHarness api(without);
    ask_of(api, 404, "GET", "/docs", "", {});
  }

  void ask_of_objects() {
    for (const char* const type : {"application/json", "application/octet-stream", "text/plain"}) {
      ASSERT_TRUE(api_.objects().put("bucket", type, "body", type).has_value());
      const net::Response read = ask(200, "GET", std::string("/objects/bucket/") + type);
      ask(304, "GET", std::string("/objects/bucket/") + type, "",
          {{"If-None-Match", std::string(read.headers.get("ETag"))}});
    }
    ask(404, "GET", "/objects/bucket/none");
    ask(400, "GET", "/objects/bucket/none?x=1");
    ask(200, "GET", "/objects/bucket");
    ask(404, "GET", "/objects/none");
    ask(400, "GET", "/objects/bucket?limit=0");
  }

  void ask_of_pipelines() {
    testing::ExecutionApi api([](testing::ExecutionWorld& world) {
      world.define("p", R"({"StartAt":"A","States":{"A":{"Type":"Task","End":true,
        "Resource":"arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        "Parameters":{"token.$":"$$.Task.Token"}}}})");
    });
    const auto ask_here = [&](int status, std::string method, std::string target,
                              std::string body = "") {
      return ask_of(api, status, std::move(method), std::move(target), std::move(body), {});
    };
    ask_here(200, "GET", "/pipelines");
    for (const auto& [method, verb] :
         Fields{{"GET", ""}, {"POST", "/pause"}, {"POST", "/resume"}}) {
      ask_here(200, method, "/pipelines/p" + verb);
      ask_here(404, method, "/pipelines/none" + verb);
      ask_here(400, method, "/pipelines/p" + verb + "?x=1");
    }
    // An execution, and the token of what it waits for.
    const auto begin = [&](const std::string& name) {
      const boost::json::value begun = json_of(ask_here(
          201, "POST", "/pipelines/p/executions", R"({"name":")" + name + R"(","input":{}})"));
      const auto& calls = api.world().calls->open;
      const boost::json::value parameters = boost::json::parse(calls.back().call.parameters);
      api.world().answer(app::CallUnderWay{"{}"}, calls.size() - 1);
      return std::pair("/executions/" + std::string(begun.at("execution_id").as_string()),
                       "/callbacks/" + std::string(parameters.at("token").as_string()));
    };
    const auto [one, token] = begin("a");
    ask_here(200, "POST", "/pipelines/p/executions", R"({"name":"a","input":{}})");
    ask_here(409, "POST", "/pipelines/p/executions", R"({"name":"a","input":{"b":1}})");
    ask_here(404, "POST", "/pipelines/none/executions", "{}");
    ask_here(400, "POST", "/pipelines/p/executions", R"({"name":""})");
    ask_here(200, "GET", "/executions?status=running");
    ask_here(400, "GET", "/executions?status=dead");
    for (const char* const what : {"", "/history", "/graph"}) {
      ask_here(200, "GET", one + what);
      ask_here(404, "GET", std::string("/executions/none") + what);
      ask_here(400, "GET", one + what + "?x=1");
    }
    ask_of(api, 200, "GET", one + "/graph", "", {{"Accept", "text/vnd.graphviz"}});
    ask_here(409, "POST", one + "/redrive");
    ask_here(404, "POST", "/executions/none/redrive");
    ask_here(200, "POST", token + "/heartbeat");
    ask_here(400, "POST", token + "/success", R"({"x":1})");
    ask_here(200, "POST", token + "/failure", R"({"error":"E"})");
    ask_here(200, "POST", one + "/redrive");
    ask_here(200, "POST", begin("b").second + "/success", R"({"output":[1]})");
    ask_here(404, "POST", token + "/heartbeat");
    ask_here(404, "POST", token + "/success", "{}");
    ask_here(404, "POST", token + "/failure", "{}");
    ask_here(400, "POST", one + "/stop", R"({"x":1})");
    ask_here(200, "POST", one + "/stop", R"({"error":"E"})");
    ask_here(409, "POST", one + "/stop", "{}");
    ask_here(404, "POST", "/executions/none/stop", "{}");
  }

  // All that the table has beside the problems of every route, and was not seen.
  std::set<std::string> unseen() const {
    std::set<std::string> out;
    for (const Route& route : routes()) {
      const boost::json::value& responses =
          described_.at("paths").at(route.path).at(in_lower_case(route.method)).at("responses");
      for (const AnswerDoc& answer : route.answers) {
        const auto& response = responses.at(std::to_string(answer.status)).as_object();
        const auto* const content = response.if_contains("content");
        const std::string row = row_of(route, answer.status);
        if (content == nullptr) {
          if (!seen_.contains(row)) out.insert(row);
          continue;
        }
        for (const auto& [type, schema] : content->as_object()) {
          if (!seen_.contains(row + std::string(type))) out.insert(row + std::string(type));
        }
      }
    }
    return out;
  }

  ApiHarness api_{ApiHarness::plain_options(), true, true};
  std::set<std::string> seen_;  // "getTask 200 application/json"

 private:
  static std::string row_of(const Route& route, int status) {
    return std::string(route.operation) + " " + std::to_string(status) + " ";
  }
  void note(const Route& route, const boost::json::value& operation,
            const net::Response& response) {
    const std::string type = media_type_of(response.headers);
    const auto& responses = operation.at("responses").as_object();
    const auto* const answer = responses.if_contains(std::to_string(response.status));
    ASSERT_NE(answer, nullptr) << "the document has no " << response.status;
    const auto* const content = answer->as_object().if_contains("content");
    ASSERT_EQ(content == nullptr, type.empty()) << type;
    if (content != nullptr) {
      ASSERT_TRUE(content->as_object().contains(type)) << type;
    }
    seen_.insert(row_of(route, response.status) + type);
  }

  const boost::json::value described_ = boost::json::parse(openapi_document("1.2.3"));
};

TEST_F(OpenApiAnswers, AreTheOnesOfTheDocumentAndAllOfThemComeAbout) {
  ask_of_submissions();
  ask_of_one_task();
  ask_of_lists_and_queues();
  ask_of_orders();
  ask_of_objects();
  ask_of_pipelines();
  ask_of_pulled_work();
  ask_of_operations();
  std::set<std::string> never = unseen();
  // Built in only where npm could fetch it.
  const std::string style = "getDocsFile 200 text/css";
  if (find_docs_file("swagger-ui.css") != nullptr) {
    ask(200, "GET", "/docs/swagger-ui.css");
    never = unseen();
  } else {
    never.erase(style);
  }
  EXPECT_THAT(never, ::testing::IsEmpty());
}

}  // namespace
}  // namespace ordo::api
