// What `ordo serve` will not start with: a line that says why, and all stays as it was.
#include <gmock/gmock.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "e2e/serving.h"
#include "support/listener.h"

namespace ordo::e2e {
namespace {

using ::testing::HasSubstr;

TEST(RefusedStart, IsExitCode2AndOneLineThatNamesTheFault) {
  const TempDir dir;
  const std::string file = (dir.path() / "ordo.toml").string();
  std::ofstream(file) << "[queues.tasks]\nfunction = \"gone\"\n";
  const std::string data = (dir.path() / "data").string();
  const auto refused = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "serve");
    const Ran ran = run_ordo(arguments);
    EXPECT_EQ(ran.exit_code, 2) << ran.err;
    EXPECT_EQ(ran.err.find('\n'), ran.err.size() - 1) << ran.err;
    return ran.err;
  };
  EXPECT_THAT(refused({"--config", dir.path().string(), "--data", data}),
              HasSubstr(": cannot be read: it is a directory"));
  EXPECT_THAT(refused({"--config", file, "--data", data}),
              HasSubstr("ordo.toml:2: [queues.tasks] function: there is no [functions.gone]"));
  EXPECT_THAT(refused({"--listen", "x:1", "--config", "/dev/null", "--data", data}),
              HasSubstr("--listen: [server] listen: an IP address or localhost"));
  EXPECT_THAT(refused({"--store", "sqlite::memory:", "--config", "/dev/null"}),
              HasSubstr("--store: [store] url: what is in memory is lost"));
  EXPECT_FALSE(std::filesystem::exists(data)) << "nothing was begun";
}

class TakenPort : public ::testing::Test {
 protected:
  // `ordo serve` with the defaults, whose tasks run at once.
  void expect_refused(const std::filesystem::path& data) {
    const std::string address = "127.0.0.1:" + std::to_string(other_.port());
    const Ran ran =
        run_ordo({"serve", "--listen", address, "--data", data.string(), "--config", "/dev/null"});
    EXPECT_EQ(ran.exit_code, 1);
    EXPECT_EQ(ran.out, "");
    EXPECT_EQ(ran.err, "ordo: cannot listen on " + address +
                           ": Address already in use; choose another address with --listen\n");
  }
  TempDir dir_;
  testing::Listener other_{""};
};

TEST_F(TakenPort, LeavesNothingBehind) {
  expect_refused(dir_.path() / "data");
  EXPECT_FALSE(std::filesystem::exists(dir_.path() / "data"));
}

TEST_F(TakenPort, RunsNoTaskHoweverOftenItIsTried) {
  {
    ServerProcess waiting({.data = dir_.path()});
    ASSERT_EQ(HttpClient(waiting.port()).post("/tasks", R"({"title":"x","task_id":"a"})").status,
              201);
    waiting.signal(SIGTERM);
    ASSERT_EQ(waiting.wait_for_exit(), 0);
  }
  // One more than a task has attempts.
  for (int i = 0; i < 4; ++i) expect_refused(dir_.path());
  ServerProcess server({.data = dir_.path(), .config = ""});
  HttpClient client(server.port());
  EXPECT_TRUE(
      eventually([&] { return text(client.get("/tasks/a").json(), "status") == "succeeded"; }));
  const boost::json::value attempts = client.get("/tasks/a/attempts").json();
  ASSERT_EQ(attempts.at("items").as_array().size(), 1U);
  EXPECT_EQ(attempts.at("items").at(0).at("attempt"), 1);
  EXPECT_EQ(text(attempts.at("items").at(0), "outcome"), "succeeded");
}

}  // namespace
}  // namespace ordo::e2e
