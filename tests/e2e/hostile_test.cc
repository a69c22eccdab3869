// Sends the whole table of hostile requests to one server, and looks at each answer, at the server
// after it, and at what the server's memory becomes.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <map>

#include "hostile.h"
#include "serving.h"

namespace ordo::e2e {
namespace {

// "/title:too_long /lane:empty", as the table has it.
std::string errors_of(const boost::json::value& problem) {
  std::string errors;
  const boost::json::value* list = problem.as_object().if_contains("errors");
  if (list == nullptr) return errors;
  for (const boost::json::value& error : list->as_array()) {
    if (!errors.empty()) errors += ' ';
    errors += text(error, "pointer") + ":" + text(error, "code");
    EXPECT_FALSE(text(error, "message").empty());
  }
  return errors;
}

class HostileRequests : public Serving {
 protected:
  HostileRequests() {
    create(R"({"task_id":"seed","title":"seed"})");
    create(R"({"title":"high","priority":"high"})");
    create(R"({"title":"higher","priority":"high"})");
    before_ = tasks();
  }

  std::string tasks() { return client_.get("/tasks").body + client_.get("/orders").body; }
  std::string cursor_of(std::string_view filters) {
    return text(client_.get("/tasks?limit=1" + std::string(filters)).json(), "next_cursor");
  }
  std::vector<Hostile> table() {
    const std::vector<std::vector<Hostile>> parts{
        hostile_json(),
        hostile_encodings(),
        hostile_fields(),
        hostile_dates(),
        hostile_changes(),
        hostile_batches(),
        hostile_lists({cursor_of(""), cursor_of("&priority=high")}),
        hostile_commands(),
        hostile_orders(),
        hostile_heads(),
        hostile_lengths(),
        hostile_sizes()};
    std::vector<Hostile> all;
    for (const std::vector<Hostile>& part : parts) all.insert(all.end(), part.begin(), part.end());
    return all;
  }

  // The answer to one row, on a connection of its own; and what the connection is good for then.
  std::optional<HttpAnswer> send(const Hostile& row) {
    HttpConnection connection(server_.port());
    // A refusal may come before all has been sent.
    connection.send(row.bytes);
    std::optional<HttpAnswer> answer = connection.read();
    if (!answer) return answer;
    if (answer->header("Connection") == "close") {
      EXPECT_TRUE(connection.closes()) << row.name;
    } else {
      EXPECT_TRUE(connection.send(request_text("GET", "/livez")));
      const auto alive = connection.read();
      EXPECT_TRUE(alive && alive->status == 200) << row.name << ": the connection is out of step";
    }
    return answer;
  }

  std::string before_;
};

TEST_F(HostileRequests, EachGetsItsAnswerAndNothingElseHappens) {
  const std::vector<Hostile> rows = table();
  EXPECT_GE(rows.size(), 150);
  std::map<std::string, int> names;
  for (const Hostile& row : rows) {
    EXPECT_EQ(++names[row.name], 1) << row.name << " is twice in the table";
    const std::optional<HttpAnswer> answer = send(row);
    ASSERT_TRUE(answer) << row.name << ": no answer";
    EXPECT_TRUE(is_problem(*answer, row.status)) << row.name;
    if (answer->header("Content-Type") != "application/problem+json") continue;
    const boost::json::value problem = answer->json();
    EXPECT_EQ(text(problem, "type"), "urn:ordo:problem:" + row.code)
        << row.name << ": " << answer->body;
    EXPECT_EQ(errors_of(problem), row.errors) << row.name << ": " << answer->body;
    ASSERT_TRUE(server_.running()) << row.name << " ended the server: " << server_.log();
  }
  EXPECT_EQ(tasks(), before_) << "something was accepted or changed";
}

TEST_F(HostileRequests, LeaveMemoryFlat) {
  const std::vector<Hostile> rows = table();
  const auto send_all = [&](int rounds) {
    for (int i = 0; i < rounds; ++i) {
      for (const Hostile& row : rows) {
        HttpConnection connection(server_.port());
        connection.send(row.bytes);
        ASSERT_TRUE(connection.read()) << row.name;
      }
    }
  };
  // Sanitizers keep freed memory for a while: there only the answers count.
  send_all(testing::kSanitized ? 1 : 5);
  const std::size_t warm = server_.resident_bytes();
  send_all(testing::kSanitized ? 1 : 15);
  if (!testing::kSanitized) {
    EXPECT_LT(server_.resident_bytes(), warm + 8UL * 1024 * 1024);
  }
  EXPECT_EQ(tasks(), before_);
}

}  // namespace
}  // namespace ordo::e2e
