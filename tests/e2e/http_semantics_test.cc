// What HTTP itself promises: methods, negotiation, CORS, compression, ids of requests.
#include <gmock/gmock.h>

#include "serving.h"

namespace ordo::e2e {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class HttpSemantics : public Serving {};

TEST_F(HttpSemantics, AnUnknownPathIs404) {
  for (const char* path : {"/nothing", "/tasks/a/b", "/tasks/", "//tasks", "/TASKS"}) {
    EXPECT_TRUE(is_problem(client_.get(path), 404)) << path;
  }
}

TEST_F(HttpSemantics, AnotherMethodIs405AndNamesTheRightOnes) {
  const HttpAnswer tasks =
      client_.call("PUT", "/tasks", {{"Content-Type", "application/json"}}, "{}");
  EXPECT_TRUE(is_problem(tasks, 405));
  const std::string allow(tasks.header("Allow"));
  for (const char* method : {"GET", "HEAD", "POST", "OPTIONS"}) {
    EXPECT_THAT(allow, HasSubstr(method));
  }
  EXPECT_THAT(allow, Not(HasSubstr("DELETE")));
  const HttpAnswer task = client_.call("POST", "/tasks/x");
  EXPECT_TRUE(is_problem(task, 405));
  for (const char* method : {"GET", "PATCH", "DELETE"}) {
    EXPECT_THAT(std::string(task.header("Allow")), HasSubstr(method));
  }
  EXPECT_TRUE(is_problem(client_.call("BREW", "/tasks"), 405));
}

TEST_F(HttpSemantics, OptionsNamesTheMethods) {
  const HttpAnswer answer = client_.call("OPTIONS", "/tasks");
  EXPECT_EQ(answer.status, 204);
  EXPECT_THAT(std::string(answer.header("Allow")), HasSubstr("POST"));
  EXPECT_EQ(client_.call("OPTIONS", "*").status, 204);
}

TEST_F(HttpSemantics, HeadIsGetWithoutItsBody) {
  const boost::json::value task = create_titled("a");
  for (const std::string& path :
       {std::string("/tasks"), "/tasks/" + text(task, "task_id"), std::string("/health")}) {
    const HttpAnswer get = client_.get(path);
    const HttpAnswer head = client_.call("HEAD", path);
    EXPECT_EQ(head.status, 200) << path;
    EXPECT_EQ(head.body, "");
    EXPECT_EQ(head.header("Content-Type"), get.header("Content-Type"));
    EXPECT_EQ(head.header("ETag"), get.header("ETag"));
  }
  EXPECT_EQ(client_.call("HEAD", "/tasks/none").status, 404);
  EXPECT_EQ(client_.get("/livez").status, 200) << "the connection still makes sense";
}

TEST_F(HttpSemantics, OnlyJsonIsTaken) {
  for (const char* type : {"text/plain", "application/x-www-form-urlencoded", "application/xml",
                           "application/jsonp", "json", "application/json; charset=latin1"}) {
    EXPECT_TRUE(
        is_problem(client_.post("/tasks", R"({"title":"a"})", {{"Content-Type", type}}), 415))
        << type;
  }
  for (const char* type : {"application/json; charset=utf-8", "Application/JSON",
                           "application/json;charset=UTF-8", "application/vnd.acme+json"}) {
    const HttpAnswer answer = client_.post("/tasks", R"({"title":"a"})", {{"Content-Type", type}});
    EXPECT_TRUE(answer.status == 201 || std::string_view(type).find('+') != std::string_view::npos)
        << type << " → " << answer.status;
  }
  const Fields compressed{{"Content-Type", "application/json"}, {"Content-Encoding", "gzip"}};
  EXPECT_TRUE(is_problem(client_.post("/tasks", R"({"title":"a"})", compressed), 415));
}

TEST_F(HttpSemantics, OnlyJsonIsGiven) {
  for (const char* accept : {"text/html", "application/xml", "application/json;q=0"}) {
    EXPECT_TRUE(is_problem(client_.get("/tasks", {{"Accept", accept}}), 406)) << accept;
  }
  for (const char* accept : {"*/*", "application/*", "text/html, application/json;q=0.1",
                             "application/json", "text/html,*/*;q=0.8"}) {
    EXPECT_EQ(client_.get("/tasks", {{"Accept", accept}}).status, 200) << accept;
  }
}

TEST_F(HttpSemantics, ACallersRequestIdComesBack) {
  EXPECT_EQ(client_.get("/livez", {{"X-Request-Id", "abc-123"}}).header("X-Request-Id"), "abc-123");
  const HttpAnswer refused = client_.get("/nothing", {{"X-Request-Id", "r.1"}});
  EXPECT_EQ(refused.header("X-Request-Id"), "r.1");
  const std::string insane(300, 'x');
  for (const std::string& id : {std::string("a b"), insane, std::string("a\"b<script>")}) {
    const HttpAnswer answer = client_.get("/livez", {{"X-Request-Id", id}});
    EXPECT_NE(answer.header("X-Request-Id"), id);
    EXPECT_NE(answer.header("X-Request-Id"), "");
  }
  EXPECT_NE(client_.get("/livez").header("X-Request-Id"),
            client_.get("/livez").header("X-Request-Id"));
}

class LoggedRequests : public Serving {
 protected:
  LoggedRequests() : Serving({.data = {}, .config = "[log]\nrequests = true\n"}) {}
};

TEST_F(LoggedRequests, HaveTheirTraceAndNoContents) {
  const std::string trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  create(R"({"title":"secret words","payload":{"password":"hunter2"}})",
         {{"traceparent", trace}, {"X-Request-Id", "find-me"}});
  EXPECT_TRUE(eventually([&] { return server_.log().find("find-me") != std::string::npos; }));
  const std::string log = server_.log();
  EXPECT_THAT(log, HasSubstr("4bf92f3577b34da6a3ce929d0e0e4736"));
  EXPECT_THAT(log, Not(HasSubstr("hunter2")));
  EXPECT_THAT(log, Not(HasSubstr("secret words")));
  // A malformed one is none.
  create(R"({"title":"a"})", {{"traceparent", "00-zz-1"}});
}

TEST_F(HttpSemantics, LargeAnswersAreCompressedWhenAsked) {
  create(R"({"title":"a","payload":{"text":")" + std::string(20'000, 'x') + R"("}})");
  const HttpAnswer plain = client_.get("/tasks");
  EXPECT_FALSE(plain.has("Content-Encoding"));
  const HttpAnswer packed = client_.get("/tasks", {{"Accept-Encoding", "br, gzip;q=0.5"}});
  EXPECT_EQ(packed.header("Content-Encoding"), "gzip");
  EXPECT_THAT(std::string(packed.header("Vary")), HasSubstr("Accept-Encoding"));
  EXPECT_LT(packed.body.size(), plain.body.size() / 10);
  EXPECT_EQ(testing::gunzip(packed.body), plain.body);
  EXPECT_FALSE(client_.get("/tasks", {{"Accept-Encoding", "gzip;q=0"}}).has("Content-Encoding"));
  EXPECT_FALSE(client_.get("/livez", {{"Accept-Encoding", "gzip"}}).has("Content-Encoding"));
}

TEST_F(HttpSemantics, WithoutAnAllowListNoOriginIsLetIn) {
  const HttpAnswer answer = client_.get("/tasks", {{"Origin", "https://app.example"}});
  EXPECT_EQ(answer.status, 200);
  EXPECT_FALSE(answer.has("Access-Control-Allow-Origin"));
  const HttpAnswer preflight =
      client_.call("OPTIONS", "/tasks",
                   {{"Origin", "https://app.example"}, {"Access-Control-Request-Method", "POST"}});
  EXPECT_FALSE(preflight.has("Access-Control-Allow-Origin"));
}

TEST_F(HttpSemantics, ABodyThatIsOptionalMayBeLeftOutWithItsLength) {
  const auto post = [&](const std::string& path) {
    HttpConnection connection(server_.port());
    connection.send("POST " + path + " HTTP/1.1\r\nHost: x\r\n\r\n");
    return connection.read().value();
  };
  const HttpAnswer begun = post("/pipelines/orders/executions");
  ASSERT_EQ(begun.status, 201) << begun.body;
  EXPECT_NE(post("/executions/" + text(begun.json(), "execution_id") + "/stop").status, 411);
  EXPECT_TRUE(is_problem(post("/tasks"), 411));
}

TEST_F(HttpSemantics, APageOfAnotherOriginChangesNothing) {
  (void)create(R"({"title":"x","task_id":"a"})");
  const std::string host = "127.0.0.1:" + std::to_string(server_.port());
  const auto cancel = [&](const std::string& origin) {
    return client_.call("POST", "/tasks/a/cancel", {{"Host", host}, {"Origin", origin}});
  };
  EXPECT_TRUE(is_problem(cancel("https://app.example"), 403));
  EXPECT_TRUE(is_problem(cancel("null"), 403));
  EXPECT_EQ(cancel("http://" + host).status, 200);
}

TEST_F(HttpSemantics, AnswersMustNotBeGuessedAt) {
  const HttpAnswer answer = client_.get("/tasks");
  EXPECT_EQ(answer.header("X-Content-Type-Options"), "nosniff");
  EXPECT_NE(answer.header("Date"), "");
}

class Cors : public Serving {
 protected:
  Cors()
      : Serving({.data = {}, .config = "[server]\ncors_origins = [\"https://app.example\"]\n"}) {}
};

TEST_F(Cors, AListedOriginIsLetIn) {
  const HttpAnswer answer = client_.get("/tasks", {{"Origin", "https://app.example"}});
  EXPECT_EQ(answer.header("Access-Control-Allow-Origin"), "https://app.example");
  EXPECT_THAT(std::string(answer.header("Vary")), HasSubstr("Origin"));
  EXPECT_THAT(std::string(answer.header("Access-Control-Expose-Headers")), HasSubstr("ETag"));
  // Also when it is refused: a page must see why.
  EXPECT_EQ(client_.get("/nothing", {{"Origin", "https://app.example"}})
                .header("Access-Control-Allow-Origin"),
            "https://app.example");
}

TEST_F(Cors, APreflightSaysWhatIsAllowed) {
  const HttpAnswer answer =
      client_.call("OPTIONS", "/tasks",
                   {{"Origin", "https://app.example"},
                    {"Access-Control-Request-Method", "POST"},
                    {"Access-Control-Request-Headers", "content-type,idempotency-key"}});
  EXPECT_EQ(answer.status, 204);
  EXPECT_EQ(answer.header("Access-Control-Allow-Origin"), "https://app.example");
  EXPECT_THAT(std::string(answer.header("Access-Control-Allow-Methods")), HasSubstr("POST"));
  EXPECT_THAT(std::string(answer.header("Access-Control-Allow-Headers")),
              ::testing::ContainsRegex("[Ii]dempotency-[Kk]ey"));
}

TEST_F(Cors, AnotherOriginIsNot) {
  for (const char* origin :
       {"https://evil.example", "http://app.example", "null", "https://app.example.evil.example"}) {
    const HttpAnswer answer = client_.get("/tasks", {{"Origin", origin}});
    EXPECT_FALSE(answer.has("Access-Control-Allow-Origin")) << origin;
    EXPECT_THAT(std::string(answer.header("Vary")), HasSubstr("Origin"));
  }
}

}  // namespace
}  // namespace ordo::e2e
