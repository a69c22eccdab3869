// One task from its creation to its end, over HTTP.
#include <gmock/gmock.h>

#include "serving.h"

namespace ordo::e2e {
namespace {

using ::testing::MatchesRegex;

class TaskLife : public Serving {};

constexpr const char* kTime = "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}[.][0-9]{3}Z";

TEST_F(TaskLife, AnAcceptedTaskIsLoggedWithItsTrace) {
  create_titled("untraced");
  create(R"({"title":"traced"})",
         {{"traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"}});
  EXPECT_TRUE(
      eventually([&] { return server_.log().contains("4bf92f3577b34da6a3ce929d0e0e4736"); }));
  const std::string log = server_.log();
  EXPECT_EQ(log.find("\"request\""), log.rfind("\"request\"")) << "one line: " << log;
}

TEST_F(TaskLife, CreateAnswersTheWholeTask) {
  const HttpAnswer answer = client_.post("/tasks", R"({"title":"  Send invoice "})");
  ASSERT_EQ(answer.status, 201) << answer.body;
  EXPECT_EQ(answer.header("Content-Type"), "application/json");
  boost::json::object task = answer.json().as_object();
  const std::string id = text(task, "task_id");
  EXPECT_THAT(id,
              MatchesRegex("[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"));
  EXPECT_EQ(answer.header("Location"), "/tasks/" + id);
  EXPECT_THAT(text(task, "created_at"), MatchesRegex(kTime));
  EXPECT_EQ(text(task, "updated_at"), text(task, "created_at"));
  for (const char* varying : {"task_id", "created_at", "updated_at"}) task.erase(varying);
  const boost::json::object expected{{"queue", "tasks"},       {"lane", "main"},
                                     {"sequence", 1},          {"title", "Send invoice"},
                                     {"description", ""},      {"priority", "medium"},
                                     {"due_date", nullptr},    {"payload", boost::json::object()},
                                     {"status", "queued"},     {"attempts", 0},
                                     {"max_attempts", 3},      {"last_error", nullptr},
                                     {"result", nullptr},      {"started_at", nullptr},
                                     {"finished_at", nullptr}, {"next_attempt_at", nullptr}};
  EXPECT_EQ(task, expected);
}

TEST_F(TaskLife, KeepsEveryFieldAsItWasSent) {
  const boost::json::value task = create(
      R"({"task_id":"order:1.a_B-9","title":"Grüße 🚀","description":"a\tb\nc","priority":"high",)"
      R"("due_date":"2026-02-28T23:30:00.1239-01:30","lane":"customer 7","queue":"tasks",)"
      R"("payload":{"big":12345678901234567890123,"tiny":1e-400,"nested":[{"a":null}],"é":"\u0000"}})");
  EXPECT_EQ(text(task, "task_id"), "order:1.a_B-9");
  const HttpAnswer read_back = read(task);
  ASSERT_EQ(read_back.status, 200);
  EXPECT_EQ(read_back.json(), task);
  EXPECT_EQ(text(task, "title"), "Grüße 🚀");
  EXPECT_EQ(text(task, "description"), "a\tb\nc");
  EXPECT_EQ(text(task, "due_date"), "2026-03-01T01:00:00.123Z");
  EXPECT_EQ(text(task, "lane"), "customer 7");
  // A number keeps its digits, also those that no double holds.
  EXPECT_THAT(
      read_back.body,
      ::testing::HasSubstr(
          R"("payload":{"big":12345678901234567890123,"tiny":1e-400,"nested":[{"a":null}])"));
}

TEST_F(TaskLife, APayloadIsEnoughWithoutATitle) {
  const boost::json::value task = create(R"({"payload":{"k":1}})");
  EXPECT_EQ(text(task, "title"), "");
  EXPECT_EQ(task.at("payload").at("k"), 1);
}

TEST_F(TaskLife, SequencesGrowInAcceptedOrder) {
  std::uint64_t before = 0;
  for (int i = 0; i < 20; ++i) {
    const std::uint64_t sequence = sequence_of(create_titled("t"));
    EXPECT_GT(sequence, before);
    before = sequence;
  }
}

TEST_F(TaskLife, PatchChangesWhatItNamesAndMergesThePayload) {
  const boost::json::value task = create(
      R"({"title":"a","description":"d","due_date":"2026-01-01T00:00:00Z","payload":{"x":1,"y":{"z":2}}})");
  const std::string path = "/tasks/" + text(task, "task_id");
  const HttpAnswer answer = client_.patch(
      path, R"({"title":"b","due_date":null,"priority":"low","payload":{"x":null,"y":{"w":3}}})");
  ASSERT_EQ(answer.status, 200) << answer.body;
  const boost::json::value changed = answer.json();
  EXPECT_EQ(text(changed, "title"), "b");
  EXPECT_EQ(text(changed, "description"), "d");
  EXPECT_EQ(text(changed, "priority"), "low");
  EXPECT_TRUE(changed.at("due_date").is_null());
  EXPECT_EQ(changed.at("payload"), boost::json::value({{"y", {{"z", 2}, {"w", 3}}}}));
  EXPECT_EQ(changed.at("sequence"), task.at("sequence"));
  EXPECT_EQ(client_.get(path).json(), changed);
}

TEST_F(TaskLife, PatchTakesPlainJsonToo) {
  const boost::json::value task = create_titled("a");
  const HttpAnswer answer = client_.patch("/tasks/" + text(task, "task_id"), R"({"title":"b"})",
                                          {{"Content-Type", "application/json"}});
  EXPECT_EQ(answer.status, 200) << answer.body;
}

TEST_F(TaskLife, IfMatchGuardsAChange) {
  const boost::json::value task = create_titled("a");
  const std::string path = "/tasks/" + text(task, "task_id");
  const std::string tag(client_.get(path).header("ETag"));
  EXPECT_EQ(tag, R"("1-1")");
  const HttpAnswer first = client_.patch(path, R"({"title":"b"})", {{"If-Match", tag}});
  ASSERT_EQ(first.status, 200) << first.body;
  EXPECT_NE(first.header("ETag"), tag);
  EXPECT_TRUE(is_problem(client_.patch(path, R"({"title":"c"})", {{"If-Match", tag}}), 412));
  EXPECT_EQ(text(client_.get(path).json(), "title"), "b");
  EXPECT_EQ(client_.patch(path, R"({"title":"d"})", {{"If-Match", "*"}}).status, 200);
  EXPECT_TRUE(is_problem(client_.call("DELETE", path, {{"If-Match", tag}}), 412));
}

TEST_F(TaskLife, ADeletedTaskIsForgotten) {
  const boost::json::value task = create_titled("a");
  const std::string path = "/tasks/" + text(task, "task_id");
  const HttpAnswer answer = client_.call("DELETE", path);
  EXPECT_EQ(answer.status, 204);
  EXPECT_EQ(answer.body, "");
  EXPECT_TRUE(is_problem(client_.get(path), 404));
  EXPECT_TRUE(is_problem(client_.call("DELETE", path), 404));
  EXPECT_TRUE(is_problem(client_.patch(path, R"({"title":"b"})"), 404));
  EXPECT_TRUE(is_problem(client_.call("POST", path + "/cancel"), 404));
  EXPECT_GT(sequence_of(create_titled("b")), sequence_of(task));
}

TEST_F(TaskLife, ACancelledTaskStaysAndTakesNoChange) {
  const boost::json::value task = create_titled("a");
  const std::string path = "/tasks/" + text(task, "task_id");
  const HttpAnswer answer = client_.call("POST", path + "/cancel");
  ASSERT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(text(answer.json(), "status"), "cancelled");
  EXPECT_THAT(text(answer.json(), "finished_at"), MatchesRegex(kTime));
  EXPECT_EQ(client_.call("POST", path + "/cancel").status, 200) << "cancelling again";
  EXPECT_TRUE(is_problem(client_.patch(path, R"({"title":"b"})"), 409));
  EXPECT_EQ(client_.call("DELETE", path).status, 204);
}

TEST_F(TaskLife, AllIsThereAfterARestart) {
  const boost::json::value kept = create(R"({"title":"kept","payload":{"n":1.50}})");
  const boost::json::value removed = create_titled("removed");
  client_.call("DELETE", "/tasks/" + text(removed, "task_id"));
  server_.signal(SIGTERM);
  ASSERT_EQ(server_.wait_for_exit(), 0) << server_.log();
  ServerProcess again({data_.path()});
  HttpClient client(again.port());
  EXPECT_EQ(client.get("/tasks/" + text(kept, "task_id")).json(), kept);
  EXPECT_EQ(client.get("/tasks/" + text(removed, "task_id")).status, 404);
  const HttpAnswer next = client.post("/tasks", R"({"title":"next"})");
  EXPECT_GT(sequence_of(next.json()), sequence_of(removed));
}

}  // namespace
}  // namespace ordo::e2e
