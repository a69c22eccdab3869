// Orders, from the command to the disk and back.
#include <gmock/gmock.h>

#include <csignal>

#include "serving.h"

namespace ordo::e2e {
namespace {

using ::testing::HasSubstr;

class Orders : public Serving {
 protected:
  Ran order(std::vector<std::string> arguments, std::string_view input = "") {
    arguments.insert(arguments.begin(), "order");
    arguments.insert(arguments.end(),
                     {"--url", "http://127.0.0.1:" + std::to_string(server_.port())});
    return run_ordo(arguments, input);
  }
};

TEST_F(Orders, WhatTheCommandHandsInIsThereAfterAKill) {
  std::string lines;
  for (int i = 0; i < 2500; ++i) {
    lines +=
        R"({"record_id":"r)" + std::to_string(i) + R"(","parameter_1":"x","parameter_2":4.50})";
    lines += '\n';
  }
  const Ran first = order({"submit", "-"}, lines);
  EXPECT_EQ(first.exit_code, 0) << first.err;
  EXPECT_THAT(first.out, HasSubstr("2500 accepted, kept until "));
  const std::string before = client_.get("/orders/r2499").body;
  EXPECT_THAT(before, HasSubstr(R"("parameter_2":4.50,"status":"pending")"));
  server_.signal(SIGKILL);
  server_.wait_for_exit();
  ServerProcess again(with_data({}, data_));
  HttpClient client(again.port());
  EXPECT_EQ(client.get("/orders/r2499").body, before);
  EXPECT_EQ(client.get("/orders/r0").status, 200);
}

TEST_F(Orders, TheSameFileAgainChangesNothingAndAnotherIsRefused) {
  const std::string file = R"([{"record_id":"a","parameter_1":"x","parameter_2":4}])";
  EXPECT_EQ(order({"submit", "-"}, file).exit_code, 0);
  const std::string before = client_.get("/orders").body;
  EXPECT_EQ(order({"submit", "-"}, file).exit_code, 0);
  EXPECT_EQ(client_.get("/orders").body, before);
  const Ran other = order({"submit", "-"}, R"([{"record_id":"b","parameter_1":"","parameter_2":1},
      {"record_id":"a","parameter_1":"x","parameter_2":5}])");
  EXPECT_EQ(other.exit_code, 1);
  EXPECT_THAT(other.err, HasSubstr("order 2: record_id: this record_id was accepted with other"));
  EXPECT_EQ(client_.get("/orders").body, before);
  EXPECT_THAT(order({"list"}).out, HasSubstr("pending"));
  EXPECT_EQ(order({"show", "b"}).exit_code, 1);
}

}  // namespace
}  // namespace ordo::e2e
