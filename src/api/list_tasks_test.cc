// GET /tasks over the whole API, the store in memory.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <boost/json.hpp>
#include <string>
#include <vector>

#include "support/answers.h"
#include "support/api_harness.h"
#include "support/pick.h"

namespace ordo::api {
namespace {

using testing::ApiHarness;
using testing::errors_in;
using testing::json_of;
using Strings = std::vector<std::string>;

Strings titles_in(const net::Response& response) {
  Strings out;
  const boost::json::value page = json_of(response);
  for (const auto& item : page.at("items").as_array()) {
    out.emplace_back(item.at("title").as_string());
  }
  return out;
}

std::string cursor_in(const net::Response& response) {
  const boost::json::value page = json_of(response);
  const auto* const cursor = page.at("next_cursor").if_string();
  return cursor == nullptr ? "" : std::string(*cursor);
}

class ListTasks : public ::testing::Test {
 protected:
  ListTasks() {
    (void)api_.post(R"({"title":"one","priority":"high","lane":"l 1"})");
    (void)api_.post(R"({"title":"two","queue":"mail","payload":{"k":"Needle"}})");
    (void)api_.post(R"({"title":"three","priority":"high","task_id":"t"})");
    (void)api_.ask("POST", "/tasks/t/cancel");
  }
  ApiHarness api_;
};

TEST_F(ListTasks, NewestFirst) {
  const net::Response all = api_.get("/tasks");
  EXPECT_EQ(titles_in(all), (Strings{"three", "two", "one"}));
  EXPECT_EQ(cursor_in(all), "");
  EXPECT_FALSE(all.headers.has("Link"));
}

TEST_F(ListTasks, EachFilterLeavesItsOwn) {
  EXPECT_EQ(titles_in(api_.get("/tasks?status=queued")), (Strings{"two", "one"}));
  EXPECT_EQ(titles_in(api_.get("/tasks?status=cancelled")), (Strings{"three"}));
  EXPECT_EQ(titles_in(api_.get("/tasks?queue=mail")), (Strings{"two"}));
  EXPECT_EQ(titles_in(api_.get("/tasks?lane=l+1")), (Strings{"one"}));
  EXPECT_EQ(titles_in(api_.get("/tasks?priority=high")), (Strings{"three", "one"}));
  EXPECT_EQ(titles_in(api_.get("/tasks?q=needle")), (Strings{"two"}));
  EXPECT_EQ(titles_in(api_.get("/tasks?priority=high&status=queued")), (Strings{"one"}));
}

TEST_F(ListTasks, TheLinkLeadsToTheNextPage) {
  const net::Response first = api_.get("/tasks?limit=1&priority=high");
  EXPECT_EQ(titles_in(first), (Strings{"three"}));
  const std::string cursor = cursor_in(first);
  EXPECT_EQ(first.headers.get("Link"),
            "</tasks?priority=high&limit=1&cursor=" + cursor + ">; rel=\"next\"");
  const net::Response next = api_.get("/tasks?priority=high&limit=1&cursor=" + cursor);
  EXPECT_EQ(titles_in(next), (Strings{"one"}));
}

TEST_F(ListTasks, ACursorIsOfItsFiltersInWhateverOrder) {
  const std::string cursor = cursor_in(api_.get("/tasks?limit=1&priority=high&q=e"));
  EXPECT_EQ(api_.get("/tasks?q=%65&cursor=" + cursor + "&priority=high").status, 200);
  for (const char* other : {"", "priority=high&", "q=e&", "priority=low&q=e&"}) {
    const net::Response response = api_.get(std::string("/tasks?") + other + "cursor=" + cursor);
    ASSERT_EQ(response.status, 400) << other;
    EXPECT_EQ(errors_in(response), "?cursor wrong_cursor") << other;
  }
}

TEST_F(ListTasks, AllFaultsOfAQueryAreToldAtOnce) {
  EXPECT_EQ(errors_in(api_.get("/tasks?status=x&queue=a+b&lane=&priority=0&q=&limit=0&foo=1"
                               "&cursor=y")),
            "?status unknown_value, ?queue bad_characters, ?lane empty, ?priority unknown_value, "
            "?q empty, ?limit out_of_range, ?foo unknown_parameter, ?cursor bad_cursor");
  EXPECT_EQ(errors_in(api_.get("/tasks?limit=1&limit=2")), "?limit duplicate");
}

TEST_F(ListTasks, ALimitIsAWholeNumberFromOneToAThousand) {
  for (const char* limit :
       {"", "0", "1001", "-1", "+1", "1.0", "1e2", " 1", "0x10", "99999999999999999999"}) {
    net::Request request = ApiHarness::request("GET", "/tasks");
    request.query = std::string("limit=") + limit;
    EXPECT_EQ(api_.ask(std::move(request)).status, 400) << limit;
  }
  EXPECT_EQ(api_.get("/tasks?limit=1000").status, 200);
}

TEST_F(ListTasks, TheTextToFindHasTwoHundredCharacters) {
  std::string umlauts;
  for (int i = 0; i < 200; ++i) umlauts += "%C3%BC";
  EXPECT_EQ(api_.get("/tasks?q=" + umlauts).status, 200);
  EXPECT_EQ(errors_in(api_.get("/tasks?q=a" + umlauts)), "?q too_long");
}

RC_GTEST_PROP(ListTasksProperty, AWalkOfAnyStrideSeesEveryTaskOfItsFilterOnce, ()) {
  ApiHarness api;
  Strings wanted;
  const int tasks = testing::pick(0, 12);
  const std::string filter = testing::one_in(2) ? "priority=high&" : "";
  for (int i = 0; i < tasks; ++i) {
    const std::string priority = testing::one_in(2) ? "high" : "low";
    const std::string title = std::to_string(i);
    (void)api.post(R"({"title":")" + title + R"(","priority":")" + priority + "\"}");
    if (filter.empty() || priority == "high") wanted.insert(wanted.begin(), title);
  }
  const std::string base = "/tasks?" + filter + "limit=" + std::to_string(testing::pick(1, 6));
  Strings seen;
  std::string cursor;
  do {
    const net::Response page = api.get(cursor.empty() ? base : base + "&cursor=" + cursor);
    RC_ASSERT(page.status == 200);
    for (std::string& title : titles_in(page)) seen.push_back(std::move(title));
    cursor = cursor_in(page);
  } while (!cursor.empty() && seen.size() <= wanted.size());
  RC_ASSERT(seen == wanted);
}

}  // namespace
}  // namespace ordo::api
