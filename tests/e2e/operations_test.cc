// What an operator looks at.
#include <gmock/gmock.h>

#include <deque>
#include <optional>
#include <sstream>
#include <string>

#include "serving.h"

namespace ordo::e2e {
namespace {

using ::testing::HasSubstr;

class Operations : public Serving {};

TEST_F(Operations, SaysThatItLivesAndIsReady) {
  EXPECT_EQ(client_.get("/livez").status, 200);
  EXPECT_EQ(client_.get("/readyz").status, 200);
  EXPECT_THAT(server_.ready_line(),
              ::testing::MatchesRegex("ordo [0-9.]+ ready on http://127.0.0.1:[0-9]+ "
                                      "[(]embedded, .*ordo.db[)]\n"));
}

TEST_F(Operations, HealthCountsTheTasks) {
  create_titled("a");
  client_.call("POST", "/tasks/" + text(create_titled("b"), "task_id") + "/cancel");
  const HttpAnswer answer = client_.get("/health");
  ASSERT_EQ(answer.status, 200);
  const boost::json::value health = answer.json();
  EXPECT_EQ(text(health, "status"), "ok");
  EXPECT_EQ(health.at("tasks").at("queued"), 1) << answer.body;
  EXPECT_EQ(health.at("tasks").at("cancelled"), 1);
}

TEST_F(Operations, MetricsAreInPrometheusText) {
  create_titled("a");
  client_.get("/nothing");
  const HttpAnswer answer = client_.get("/metrics");
  ASSERT_EQ(answer.status, 200);
  EXPECT_THAT(std::string(answer.header("Content-Type")), HasSubstr("text/plain; version=0.0.4"));
  std::istringstream lines(answer.body);
  std::size_t samples = 0;
  for (std::string line; std::getline(lines, line);) {
    if (line.empty() || line.starts_with("# HELP ") || line.starts_with("# TYPE ")) continue;
    EXPECT_THAT(line, ::testing::MatchesRegex(
                          "[a-z_:][a-z0-9_:]*([{].*[}])? [-+]?([0-9.]+(e[-+]?[0-9]+)?|Inf|NaN)"));
    ++samples;
  }
  EXPECT_GT(samples, 20);
  EXPECT_THAT(answer.body, HasSubstr(R"(ordo_tasks{status="queued"} 1)"));
  EXPECT_THAT(answer.body, HasSubstr("_bucket{"));
  EXPECT_THAT(answer.body, HasSubstr(R"(status="404")"));
}

TEST_F(Operations, DescribesItselfAsOpenApi) {
  const HttpAnswer answer = client_.get("/openapi.json");
  ASSERT_EQ(answer.status, 200);
  const boost::json::value document = answer.json();
  EXPECT_TRUE(text(document, "openapi").starts_with("3.1."));
  for (const char* path : {"/tasks", "/tasks/batch", "/tasks/{id}", "/tasks/{id}/cancel"}) {
    // The parameter's name is the document's own business.
    bool found = false;
    for (const auto& [known, item] : document.at("paths").as_object()) {
      const std::string_view pattern(path);
      found = found || known == pattern ||
              (pattern.find('{') != std::string_view::npos &&
               std::string_view(known).substr(0, 8) == pattern.substr(0, 8) &&
               std::string_view(known).substr(std::string_view(known).find('}') + 1) ==
                   pattern.substr(pattern.find('}') + 1));
    }
    EXPECT_TRUE(found) << path;
  }
}

TEST_F(Operations, ShowsAPageForPeopleThatNeedsNoOtherSite) {
  const HttpAnswer answer = client_.get("/docs");
  ASSERT_EQ(answer.status, 200);
  EXPECT_THAT(std::string(answer.header("Content-Type")), HasSubstr("text/html"));
  EXPECT_THAT(answer.body, ::testing::Not(HasSubstr("src=\"http")));
  EXPECT_THAT(answer.body, ::testing::Not(HasSubstr("href=\"http")));
}

TEST_F(Operations, ASecondProcessOnTheSameDataIsRefused) {
  const Ran second =
      run_ordo({"serve", "--listen", "127.0.0.1:0", "--data", data_.path().string()});
  EXPECT_EQ(second.exit_code, 1);
  EXPECT_EQ(second.out, "");
  EXPECT_THAT(second.err, HasSubstr(std::to_string(server_.pid())));
  EXPECT_EQ(std::ranges::count(second.err, '\n'), 1) << second.err;
  EXPECT_EQ(client_.post("/tasks", R"({"title":"still here"})").status, 201);
}

TEST_F(Operations, ATakenPortIsSaidPlainly) {
  const TempDir other;
  const Ran second = run_ordo({"serve", "--listen", "127.0.0.1:" + std::to_string(server_.port()),
                               "--data", other.path().string()});
  EXPECT_EQ(second.exit_code, 1);
  EXPECT_THAT(second.err, HasSubstr("in use"));
}

TEST_F(Operations, WrongUsageExitsWith2) {
  EXPECT_EQ(run_ordo({"serve", "--no-such-flag"}).exit_code, 2);
  EXPECT_EQ(run_ordo({"serve", "--listen", "nonsense"}).exit_code, 2);
  EXPECT_EQ(run_ordo({"no-such-command"}).exit_code, 2);
  EXPECT_EQ(run_ordo({"--help"}).exit_code, 0);
  EXPECT_EQ(run_ordo({"task", "list", "--help"}).exit_code, 0);
}

TEST_F(Operations, HelpForACommandThatIsNotThereIsWrongUsage) {
  const Ran ran = run_ordo({"frobnicate", "--help"});
  EXPECT_EQ(ran.exit_code, 2);
  EXPECT_EQ(ran.out, "");
  EXPECT_EQ(ran.err, "ordo: there is no command ordo frobnicate; see ordo --help\n");
  EXPECT_EQ(ran.err, run_ordo({"frobnicate"}).err);
}

TEST(Schedules, ThatNeverFireAgainAreInTheLogOnceEach) {
  const TempDir data;
  const std::string orders = "definition = \"orders.asl.json\"\n";
  const ServerProcess server({.data = data.path(),
                              .config = "[pipelines.never]\n" + orders +
                                        "schedule = \"cron(0 12 30 2 ? *)\"\n[pipelines.past]\n" +
                                        orders + "schedule = \"at(2020-01-01T00:00:00)\"\n"});
  const std::string line = R"("message":"a schedule has no firing ahead: )";
  const auto told = [&](const std::string& pipeline) {
    std::istringstream log(server.log());
    int lines = 0;
    for (std::string one; std::getline(log, one);) {
      if (one.contains(line) && one.contains("\"pipeline\":\"" + pipeline + "\"")) ++lines;
    }
    return lines;
  };
  EXPECT_TRUE(eventually([&] { return server.log().contains(R"("message":"ready")"); }));
  EXPECT_EQ(told("never"), 1) << server.log();
  EXPECT_EQ(told("past"), 1) << server.log();
  EXPECT_EQ(told("orders"), 0) << server.log();
}

class FewDescriptors : public Serving {
 protected:
  FewDescriptors() : Serving({.data = {}, .max_open_files = 80}) {}
};

TEST_F(FewDescriptors, LowerTheConnectionsRatherThanLeaveSomeWithoutAnAnswer) {
  EXPECT_TRUE(eventually([&] { return server_.log().contains("max_connections is lowered"); }));
  EXPECT_THAT(server_.log(), HasSubstr("\"max_connections\":16"));
  std::deque<HttpConnection> connections;
  int answered = 0;
  int refused = 0;
  for (int i = 0; i < 60; ++i) {
    HttpConnection& connection = connections.emplace_back(server_.port());
    connection.send(request_text("GET", "/livez"));
    const std::optional<HttpAnswer> answer = connection.read();
    ASSERT_TRUE(answer) << i << " has no answer";
    ++(answer->status == 200 ? answered : refused);
  }
  EXPECT_LE(answered, 16);
  EXPECT_EQ(answered + refused, 60);
}

}  // namespace
}  // namespace ordo::e2e
