// A server that has nothing to do sleeps: no thread of it looks around now and then.
#include <chrono>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>

#include "e2e/serving.h"

namespace ordo::e2e {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// All that has a thread of its own; nothing listens at those addresses.
constexpr const char* kEverything =
    "[queues.slow]\nfunction = \"broken\"\nmax_attempts = 5\n"
    "backoff = { base = \"1h\", factor = 1.0, max = \"1h\", jitter = \"none\" }\n"
    "[functions.broken]\nbuiltin = \"simulate\"\nfailure_rate = 1.0\n"
    "[functions.hook]\nurl = \"http://127.0.0.1:9/\"\nallow_private = true\n"
    "[queues.elsewhere]\nfunction = \"pull\"\n"
    "[notify.chat]\nslack_webhook = \"http://127.0.0.1:9/\"\nallow_private = true\n";

class Idle : public ::testing::Test {
 protected:
  static constexpr seconds kLook{3};
  static constexpr milliseconds kMostWork{100};
  // The disk may still be at what was asked last.
  static constexpr int kLooks = 3;

  // How often each thread has gone to sleep, and so has been woken, by its number.
  [[nodiscard]] std::map<std::string, long> wakes() const {
    std::map<std::string, long> all;
    const auto threads = std::filesystem::path("/proc") / std::to_string(server_.pid()) / "task";
    for (const auto& thread : std::filesystem::directory_iterator(threads)) {
      std::ifstream status(thread.path() / "status");
      std::string word;
      while (status >> word && word != "voluntary_ctxt_switches:") {
      }
      status >> all[thread.path().filename().string()];
    }
    return all;
  }
  // Time on a core: a thread that never sleeps is never woken.
  [[nodiscard]] std::chrono::nanoseconds worked() const {
    clockid_t clock{};
    timespec time{};
    if (::clock_getcpuclockid(server_.pid(), &clock) != 0 || ::clock_gettime(clock, &time) != 0) {
      ADD_FAILURE() << "no clock of the server";
    }
    return seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
  }
  // Threads that woke more than once a second in one look, or "".
  std::string restless() {
    const auto before = wakes();
    const auto worked_before = worked();
    EXPECT_FALSE(eventually([this] { return !server_.running(); }, kLook)) << server_.log();
    std::string found;
    if (const auto work = worked() - worked_before; work > kMostWork) {
      found = std::to_string(work / milliseconds(1)) + " ms of work; ";
    }
    for (const auto& [thread, count] : wakes()) {
      const auto known = before.find(thread);
      const long more = count - (known == before.end() ? 0 : known->second);
      if (more > kLook.count()) {
        found += "thread " + thread + " of " + std::to_string(server_.pid()) + ": " +
                 std::to_string(more) + " times; ";
      }
    }
    return found;
  }
  ::testing::AssertionResult sleeps() {
    std::string found;
    for (int look = 0; look < kLooks; ++look) {
      found = restless();
      if (found.empty()) return ::testing::AssertionSuccess();
    }
    return ::testing::AssertionFailure() << found;
  }

  void SetUp() override {
#if defined(ORDO_THREAD_SANITIZER)
    GTEST_SKIP() << "the sanitizer has a thread of its own that wakes ten times a second";
#endif
  }

  TempDir data_;
  ServerProcess server_{{.data = data_.path(), .config = kEverything}};
};

TEST_F(Idle, AServerWithoutTasksSleeps) {
  EXPECT_TRUE(sleeps());
}

TEST_F(Idle, AServerWhoseOnlyTaskWaitsForItsRetrySleeps) {
  {
    HttpClient client(server_.port());
    const HttpAnswer accepted =
        client.post("/tasks", R"({"title":"x","task_id":"a","queue":"slow"})");
    ASSERT_EQ(accepted.status, 201) << accepted.body;
    ASSERT_TRUE(
        eventually([&] { return !client.get("/tasks/a").json().at("next_attempt_at").is_null(); }));
  }
  EXPECT_TRUE(sleeps());
}

TEST_F(Idle, AServerWhoseTasksWaitForAWorkerSleeps) {
  HttpClient client(server_.port());
  const HttpAnswer accepted =
      client.post("/tasks", R"({"title":"x","task_id":"a","queue":"elsewhere"})");
  ASSERT_EQ(accepted.status, 201) << accepted.body;
  EXPECT_TRUE(sleeps()) << "though a connection is open";
}

}  // namespace
}  // namespace ordo::e2e
