// Many tasks: batches, lists, filters, walks along a cursor.
#include <gmock/gmock.h>

#include <algorithm>

#include "serving.h"

namespace ordo::e2e {
namespace {

class TaskList : public Serving {
 protected:
  std::vector<std::string> titles(std::string_view filters) {
    std::vector<std::string> found;
    for (const boost::json::value& task : walk_tasks(client_, filters, 2)) {
      found.push_back(text(task, "title"));
    }
    return found;
  }
  void create_many(std::size_t count) {
    std::string body = R"({"tasks":[)";
    for (std::size_t i = 0; i < count; ++i) {
      body += (i == 0 ? "" : ",");
      body += R"({"title":"n)" + std::to_string(i) + R"("})";
    }
    ASSERT_EQ(client_.post("/tasks/batch", body + "]}").status, 200);
  }
};

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST_F(TaskList, IsEmptyAtFirst) {
  const HttpAnswer answer = client_.get("/tasks");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.json(),
            boost::json::value({{"items", boost::json::array()}, {"next_cursor", nullptr}}));
  EXPECT_FALSE(answer.has("Link"));
}

TEST_F(TaskList, IsNewestFirstAndSaysWhereItGoesOn) {
  create_many(5);
  const HttpAnswer answer = client_.get("/tasks?limit=2");
  const boost::json::value page = answer.json();
  ASSERT_EQ(page.at("items").as_array().size(), 2);
  EXPECT_EQ(text(page.at("items").at(0), "title"), "n4");
  const std::string next = "/tasks?limit=2&cursor=" + text(page, "next_cursor");
  EXPECT_THAT(std::string(answer.header("Link")),
              ::testing::MatchesRegex("</tasks[?].*cursor=.*>; rel=\"next\""));
  EXPECT_EQ(text(client_.get(next).json().at("items").at(0), "title"), "n2");
  EXPECT_THAT(titles(""), ElementsAre("n4", "n3", "n2", "n1", "n0"));
}

TEST_F(TaskList, TheLinkLeadsOn) {
  create_many(3);
  const std::string link(client_.get("/tasks?limit=2&priority=medium").header("Link"));
  ASSERT_TRUE(link.starts_with("<")) << link;
  const boost::json::value page = client_.get(link.substr(1, link.find('>') - 1)).json();
  EXPECT_EQ(page.at("items").as_array().size(), 1);
  EXPECT_TRUE(page.at("next_cursor").is_null());
}

TEST_F(TaskList, FiltersBySeveralFieldsAtOnce) {
  create(R"({"title":"a","lane":"x","priority":"high"})");
  create(R"({"title":"b","lane":"x"})");
  create(R"({"title":"c","lane":"y z","priority":"high"})");
  const boost::json::value d = create(R"({"title":"d","lane":"x","priority":"high"})");
  client_.call("POST", "/tasks/" + text(d, "task_id") + "/cancel");
  EXPECT_THAT(titles("lane=x"), ElementsAre("d", "b", "a"));
  EXPECT_THAT(titles("priority=high"), ElementsAre("d", "c", "a"));
  EXPECT_THAT(titles("lane=x&priority=high&status=queued"), ElementsAre("a"));
  EXPECT_THAT(titles("lane=y%20z"), ElementsAre("c"));
  EXPECT_THAT(titles("lane=y+z"), ElementsAre("c"));
  EXPECT_THAT(titles("status=cancelled&queue=tasks"), ElementsAre("d"));
  EXPECT_THAT(titles("lane=nobody"), IsEmpty());
}

TEST_F(TaskList, FindsTextInTitleDescriptionAndPayload) {
  create(R"({"title":"Invoice for Ada"})");
  create(R"({"title":"b","description":"the INVOICE is late"})");
  create(R"({"title":"c","payload":{"kind":"invoice"}})");
  create(R"({"title":"d","payload":{"kind":"100% über"}})");
  EXPECT_THAT(titles("q=invoice"), ElementsAre("c", "b", "Invoice for Ada"));
  EXPECT_THAT(titles("q=100%25%20%C3%BCber"), ElementsAre("d"));
  EXPECT_THAT(titles("q=%25"), ElementsAre("d")) << "a percent sign is a percent sign";
  EXPECT_THAT(titles("q=_"), IsEmpty());
}

TEST_F(TaskList, AWalkIsStableWhileTasksComeAndGo) {
  create_many(100);
  int page = 0;
  const std::vector<boost::json::value> seen = walk_tasks(client_, "", 7, [&] {
    create_titled("late");
    // One that the walk has passed, so that no place shifts under it.
    if (++page == 3)
      client_.call(
          "DELETE",
          "/tasks/" + text(client_.get("/tasks?limit=1").json().at("items").at(0), "task_id"));
  });
  ASSERT_EQ(seen.size(), 100);
  for (std::size_t i = 0; i < seen.size(); ++i) {
    EXPECT_EQ(text(seen[i], "title"), "n" + std::to_string(99 - i));
  }
}

TEST_F(TaskList, ABatchAnswersEachTaskInItsPlace) {
  const HttpAnswer answer = client_.post(
      "/tasks/batch",
      R"({"tasks":[{"title":"a"},{"title":""},{"title":"c","task_id":"mine"},{"nonsense":1},7,)"
      R"({"title":"other","task_id":"mine"},{"title":"c","task_id":"mine"}]})");
  ASSERT_EQ(answer.status, 200) << answer.body;
  const boost::json::array results = answer.json().at("results").as_array();
  std::vector<int> statuses;
  for (const boost::json::value& result : results) {
    statuses.push_back(result.at("status").to_number<int>());
    EXPECT_EQ(result.as_object().contains("task"), statuses.back() < 400);
    EXPECT_EQ(result.as_object().contains("problem"), statuses.back() >= 400);
  }
  ASSERT_THAT(statuses, ElementsAre(201, 400, 201, 400, 400, 409, 200));
  EXPECT_EQ(sequence_of(results[2].at("task")), sequence_of(results[0].at("task")) + 1);
  EXPECT_EQ(results[6].at("task"), results[2].at("task"));
  EXPECT_THAT(titles(""), ElementsAre("c", "a"));
}

TEST_F(TaskList, ABatchTakesAThousand) {
  create_many(1000);
  const std::vector<boost::json::value> all = walk_tasks(client_);
  ASSERT_EQ(all.size(), 1000);
  EXPECT_TRUE(std::ranges::is_sorted(all, std::ranges::greater(), sequence_of));
}

}  // namespace
}  // namespace ordo::e2e
