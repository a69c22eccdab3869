// A server with an empty data directory, and a client of it.
#pragma once

#include <gtest/gtest.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <string>
#include <string_view>

#include "support/http_client.h"
#include "support/server_process.h"
#include "support/task_walk.h"

namespace ordo::e2e {

using testing::eventually;
using testing::Fields;
using testing::HttpAnswer;
using testing::HttpClient;
using testing::HttpConnection;
using testing::kPatience;
using testing::Ran;
using testing::request_text;
using testing::run_ordo;
using testing::ServerProcess;
using testing::ServerSetup;
using testing::TempDir;
using testing::walk_tasks;

inline std::string text(const boost::json::value& object, std::string_view field) {
  return std::string(object.at(field).as_string());
}

inline std::uint64_t sequence_of(const boost::json::value& task) {
  return task.at("sequence").to_number<std::uint64_t>();
}

// A problem+json answer with this status, well-formed; its code is looked at by the caller.
inline ::testing::AssertionResult is_problem(const HttpAnswer& answer, int status) {
  if (answer.status != status) {
    return ::testing::AssertionFailure() << "status " << answer.status << ": " << answer.body;
  }
  if (answer.header("Content-Type") != "application/problem+json") {
    return ::testing::AssertionFailure() << "Content-Type " << answer.header("Content-Type");
  }
  const boost::json::value problem = answer.json();
  if (problem.at("status") != status || text(problem, "type").empty() ||
      text(problem, "title").empty() || text(problem, "detail").empty()) {
    return ::testing::AssertionFailure() << "not a whole problem: " << answer.body;
  }
  if (answer.header("X-Request-Id").empty()) {
    return ::testing::AssertionFailure() << "no X-Request-Id";
  }
  return ::testing::AssertionSuccess();
}

class Serving : public ::testing::Test {
 protected:
  explicit Serving(ServerSetup setup = {}) : server_(with_data(std::move(setup), data_)) {}

  // Accepts a task and returns it as answered.
  boost::json::value create(std::string_view body, Fields headers = {}) {
    const HttpAnswer answer = client_.post("/tasks", body, std::move(headers));
    EXPECT_EQ(answer.status, 201) << answer.body;
    return answer.json();
  }
  boost::json::value create_titled(std::string_view title) {
    return create(R"({"title":")" + std::string(title) + R"("})");
  }
  HttpAnswer read(const boost::json::value& task) {
    return client_.get("/tasks/" + text(task, "task_id"));
  }

  static ServerSetup with_data(ServerSetup setup, const TempDir& data) {
    setup.data = data.path();
    return setup;
  }

  TempDir data_;
  ServerProcess server_;
  HttpClient client_{server_.port()};
};

}  // namespace ordo::e2e
