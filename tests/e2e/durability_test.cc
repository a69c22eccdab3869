// The promises about what was accepted, while the program is stopped, starved or copied under load.
#include <gmock/gmock.h>
#include <sys/mount.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <mutex>
#include <thread>
#include <utility>

#include "serving.h"

namespace ordo::e2e {
namespace {

using ::testing::HasSubstr;

// Clients that submit one task after another until told to stop or the server goes away.
class Load {
 public:
  explicit Load(std::uint16_t port, std::size_t clients = 6) {
    for (std::size_t i = 0; i < clients; ++i) {
      threads_.emplace_back([this, port, i](const std::stop_token& stop) { run(port, i, stop); });
    }
  }
  ~Load() { stop(); }
  Load(const Load&) = delete;
  Load& operator=(const Load&) = delete;

  void stop() {
    for (std::jthread& thread : threads_) thread.request_stop();
    threads_.clear();
  }
  bool wait_for(std::size_t answers) {
    return eventually([&] { return accepted().size() >= answers; });
  }
  // By sequence: the titles of all that were acknowledged.
  [[nodiscard]] std::map<std::uint64_t, std::string> accepted() {
    const std::lock_guard lock(mutex_);
    return accepted_;
  }
  // Requests that were sent on an open connection and got neither an answer nor a clean end.
  [[nodiscard]] std::vector<std::string> faults() {
    const std::lock_guard lock(mutex_);
    return faults_;
  }

 private:
  void run(std::uint16_t port, std::size_t client, const std::stop_token& stop) {
    HttpClient http(port);
    for (int i = 0; !stop.stop_requested(); ++i) {
      const std::string title = "l" + std::to_string(client) + "-" + std::to_string(i);
      const auto answer = http.try_call("POST", "/tasks", {{"Content-Type", "application/json"}},
                                        R"({"title":")" + title + R"("})");
      if (!answer) return;
      const std::lock_guard lock(mutex_);
      if (answer->status == 201) {
        accepted_[sequence_of(answer->json())] = title;
      } else {
        faults_.push_back(std::to_string(answer->status) + " " + answer->body);
        return;
      }
    }
  }

  std::mutex mutex_;
  std::map<std::uint64_t, std::string> accepted_;
  std::vector<std::string> faults_;
  std::vector<std::jthread> threads_;
};

std::map<std::uint64_t, std::string> tasks_of(HttpClient& client) {
  std::map<std::uint64_t, std::string> tasks;
  for (const boost::json::value& task : walk_tasks(client)) {
    EXPECT_TRUE(tasks.emplace(sequence_of(task), text(task, "title")).second);
  }
  return tasks;
}

class Durability : public Serving {};

TEST_F(Durability, ATerminatedServerAnswersWhatIsUnderWayAndLosesNothing) {
  Load load(server_.port());
  ASSERT_TRUE(load.wait_for(200));
  server_.signal(SIGTERM);
  EXPECT_EQ(server_.wait_for_exit(), 0) << server_.log();
  load.stop();
  EXPECT_THAT(load.faults(), ::testing::IsEmpty());
  ServerProcess again({data_.path()});
  HttpClient client(again.port());
  // Not one more either: whatever was committed was answered.
  EXPECT_EQ(tasks_of(client), load.accepted());
}

TEST_F(Durability, AnIdleKeptAliveConnectionDoesNotDelayTheEnd) {
  HttpConnection idle(server_.port());
  ASSERT_TRUE(idle.send(request_text("GET", "/livez")));
  ASSERT_TRUE(idle.read());
  HttpConnection silent(server_.port());
  server_.signal(SIGTERM);
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(server_.wait_for_exit(), 0);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(5));
  EXPECT_TRUE(idle.closes());
}

void expect_refused_for_now(const HttpAnswer& answer) {
  EXPECT_TRUE(is_problem(answer, 503));
  EXPECT_NE(answer.header("Retry-After"), "");
}

// Submits until even the smallest task is refused, and stays refused; the titles of what was
// accepted. Until the log cannot be moved into the database any more, a move makes room again.
std::map<std::uint64_t, std::string> fill_up(HttpClient& client, const ServerProcess& server) {
  std::map<std::uint64_t, std::string> accepted;
  std::string filler(8000, 'x');
  std::size_t tasks = 0;
  const bool full = eventually([&] {
    const bool stays = server.log().contains("\"checkpoint fails\"");
    const std::string title = "f" + std::to_string(tasks++);
    const HttpAnswer answer = client.post(
        "/tasks", R"({"title":")" + title + R"(","payload":{"filler":")" + filler + R"("}})");
    if (answer.status == 201) {
      accepted[sequence_of(answer.json())] = title;
      return false;
    }
    expect_refused_for_now(answer);
    return stays && std::exchange(filler, "").empty();
  });
  EXPECT_TRUE(full) << "the disk is never full";
  return accepted;
}

// What must hold while nothing can be written.
void expect_reads_go_on(HttpClient& client, const std::map<std::uint64_t, std::string>& accepted) {
  EXPECT_EQ(tasks_of(client), accepted);
  EXPECT_EQ(client.get("/livez").status, 200);
  // The check writes less than a task: for a few times there may be room for that.
  EXPECT_TRUE(eventually([&] { return client.get("/readyz").status == 503; }));
  expect_refused_for_now(client.get("/readyz"));
  const boost::json::value task = client.get("/tasks?limit=1").json().at("items").at(0);
  const std::string path = "/tasks/" + text(task, "task_id");
  EXPECT_EQ(client.get(path).status, 200);
  const std::string big = R"({"description":")" + std::string(9000, 'y') + R"("})";
  expect_refused_for_now(client.patch(path, big));
  EXPECT_EQ(client.get(path).json(), task);
}

void expect_recovered(HttpClient& client, std::map<std::uint64_t, std::string> accepted) {
  EXPECT_TRUE(eventually([&] { return client.get("/readyz").status == 200; }));
  const HttpAnswer answer = client.post("/tasks", R"({"title":"after"})");
  ASSERT_EQ(answer.status, 201) << answer.body;
  accepted[sequence_of(answer.json())] = "after";
  EXPECT_EQ(tasks_of(client), accepted);
}

TEST_F(Durability, WithoutRoomForMoreItRefusesReadsOnAndRecovers) {
  create_titled("first");
  server_.limit_file_size(std::size_t{1} << 20U);
  std::map<std::uint64_t, std::string> accepted = fill_up(client_, server_);
  accepted[1] = "first";
  expect_reads_go_on(client_, accepted);
  EXPECT_TRUE(eventually([&] { return server_.log().contains("\"commit fails\""); }));
  server_.limit_file_size(std::nullopt);
  expect_recovered(client_, accepted);
  EXPECT_TRUE(eventually([&] { return server_.log().contains("\"commit works again\""); }));
}

// A file system of a few megabytes in memory, mounted where the data goes.
class SmallDisk {
 public:
  explicit SmallDisk(const std::filesystem::path& where) : where_(where) {
    mounted_ = ::mount("tmpfs", where.c_str(), "tmpfs", 0, "size=6m") == 0;
  }
  ~SmallDisk() {
    if (mounted_) ::umount2(where_.c_str(), MNT_DETACH);
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;
  [[nodiscard]] bool mounted() const noexcept { return mounted_; }

 private:
  std::filesystem::path where_;
  bool mounted_ = false;
};

TEST(FullDisk, IsSurvivedAndLeftBehind) {
  const TempDir dir;
  const SmallDisk disk(dir.path());
  if (!disk.mounted()) GTEST_SKIP() << "mounting a small file system needs root";
  const std::filesystem::path ballast = dir.path() / "ballast";
  {
    std::ofstream(ballast) << std::string(2UL << 20U, 'b');
  }
  ServerProcess server({dir.path() / "data"});
  HttpClient client(server.port());
  const auto accepted = fill_up(client, server);
  EXPECT_FALSE(accepted.empty());
  expect_reads_go_on(client, accepted);
  std::filesystem::remove(ballast);
  expect_recovered(client, accepted);
  EXPECT_TRUE(server.running());
}

TEST_F(Durability, ABackupUnderLoadIsAPrefixOfWhatWasAccepted) {
  Load load(server_.port());
  ASSERT_TRUE(load.wait_for(300));
  const auto before = load.accepted();
  const TempDir elsewhere;
  const std::string file = (elsewhere.path() / "ordo.db").string();
  const Ran backup = run_ordo({"backup", file, "--data", data_.path().string()});
  ASSERT_EQ(backup.exit_code, 0) << backup.err;
  ASSERT_TRUE(load.wait_for(before.size() + 300)) << "the server went on";
  load.stop();
  EXPECT_THAT(load.faults(), ::testing::IsEmpty());

  const Ran again = run_ordo({"backup", file, "--data", data_.path().string()});
  EXPECT_EQ(again.exit_code, 1) << "an existing file is not overwritten";

  // To restore is to copy the file to where the data is wanted.
  ServerProcess restored({elsewhere.path()});
  HttpClient client(restored.port());
  const auto copied = tasks_of(client);
  const auto all = load.accepted();
  ASSERT_GE(copied.size(), before.size());
  EXPECT_TRUE(std::ranges::includes(copied, before)) << "accepted before, and not in the backup";
  const auto end = std::next(all.begin(), static_cast<std::ptrdiff_t>(copied.size()));
  EXPECT_TRUE(std::equal(all.begin(), end, copied.begin())) << "the backup has a hole";
  EXPECT_EQ(client.post("/tasks", R"({"title":"goes on"})").status, 201);
}

}  // namespace
}  // namespace ordo::e2e
