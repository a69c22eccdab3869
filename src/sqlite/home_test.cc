#include "sqlite/home.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <thread>
#include <vector>

#include "sqlite/checkpointer.h"
#include "sqlite/connection.h"
#include "sqlite/migrations.h"
#include "sqlite/read_connection.h"
#include "support/task_writes.h"
#include "support/temp_dir.h"

namespace ordo::sqlite {
namespace {

using base::ErrorCode;
using testing::add;
using testing::told;

class HomeTest : public ::testing::Test {
 protected:
  base::Result<std::unique_ptr<Home>> open(base::Millis checkpoint_every = std::chrono::hours(1)) {
    return Home::open({.path = path, .read_connections = 2, .checkpoint_every = checkpoint_every});
  }
  static std::vector<std::string> add_to(Home& home, std::string id, std::string title = "x") {
    return told(home.store().apply(std::vector{add(std::move(id), std::move(title))}));
  }
  void execute(const std::string& sql) const {
    auto connection = Connection::open(path, Access::create);
    ASSERT_TRUE(connection.has_value());
    ASSERT_TRUE(connection->execute(sql).has_value());
  }

  testing::TempDir directory;
  std::string path = directory.file("data/ordo.db");
};

TEST_F(HomeTest, MakesItsDirectoryAndClosesIntoOneFile) {
  {
    auto home = open();
    ASSERT_TRUE(home.has_value());
    EXPECT_EQ(add_to(**home, "a"), std::vector<std::string>{"added 1"});
    EXPECT_TRUE(std::filesystem::exists(path + "-wal"));
    EXPECT_GT((*home)->stats().log_bytes, 0U);
  }
  EXPECT_FALSE(std::filesystem::exists(path + "-wal"));
  EXPECT_TRUE(check_integrity(path).has_value());
}

TEST_F(HomeTest, WhatItMakesIsForItsOwnerOnly) {
  using std::filesystem::perms;
  const auto mode = [](const std::filesystem::path& file) {
    return std::filesystem::status(file).permissions();
  };
  const mode_t before = ::umask(0022);
  auto home = open();
  ::umask(before);
  ASSERT_TRUE(home.has_value());
  add_to(**home, "a");
  EXPECT_EQ(mode(directory.path() / "data"), perms::owner_all);
  for (const char* suffix : {"", "-wal", "-shm", ".lock"}) {
    EXPECT_EQ(mode(path + suffix), perms::owner_read | perms::owner_write) << suffix;
  }
}

TEST_F(HomeTest, WhatIsThereKeepsItsMode) {
  const auto wide = static_cast<std::filesystem::perms>(0750);
  std::filesystem::create_directory(directory.path() / "data");
  std::filesystem::permissions(directory.path() / "data", wide);
  std::ofstream(path).close();
  const auto shared = static_cast<std::filesystem::perms>(0640);
  std::filesystem::permissions(path, shared);
  const auto home = open();
  ASSERT_TRUE(home.has_value());
  EXPECT_EQ(std::filesystem::status(directory.path() / "data").permissions(), wide);
  EXPECT_EQ(std::filesystem::status(path).permissions(), shared);
}

TEST_F(HomeTest, WithoutCreateAMissingFileIsAnError) {
  auto home = Home::open({.path = directory.file("ordo.db"), .create = false});
  ASSERT_FALSE(home.has_value());
  EXPECT_EQ(home.error().code, ErrorCode::unavailable);
}

TEST_F(HomeTest, ASecondOwnerIsRefusedByName) {
  auto first = open();
  ASSERT_TRUE(first.has_value());
  auto second = open();
  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(second.error().code, ErrorCode::conflict);
  EXPECT_EQ(second.error().message, path + " is in use by process " + std::to_string(::getpid()) +
                                        ": stop it, or choose another --data");
  first->reset();
  EXPECT_TRUE(open().has_value());
}

TEST_F(HomeTest, TheLockOfAKilledProcessIsFree) {
  int ready[2];
  ASSERT_EQ(::pipe(ready), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    auto home = open();
    const bool good = home.has_value() && add_to(**home, "a").front() == "added 1";
    if (::write(ready[1], good ? "1" : "0", 1) == 1) ::pause();
    ::_exit(1);
  }
  char good = '0';
  ASSERT_EQ(::read(ready[0], &good, 1), 1);
  EXPECT_EQ(good, '1');
  auto refused = open();
  ASSERT_FALSE(refused.has_value());
  EXPECT_NE(refused.error().message.find("in use by process " + std::to_string(child)),
            std::string::npos);
  ::kill(child, SIGKILL);
  ASSERT_EQ(::waitpid(child, nullptr, 0), child);
  ::close(ready[0]);
  ::close(ready[1]);
  auto home = open();
  ASSERT_TRUE(home.has_value());
  EXPECT_EQ(add_to(**home, "b"), std::vector<std::string>{"added 2"});
}

TEST_F(HomeTest, ANewerSchemaIsRefused) {
  ASSERT_TRUE(open().has_value());
  execute("PRAGMA user_version = 77");
  const auto home = open();
  ASSERT_FALSE(home.has_value());
  EXPECT_EQ(home.error().code, ErrorCode::invalid);
  EXPECT_EQ(home.error().message,
            path + " was written by a newer ordo (schema 77, this program knows " +
                std::to_string(newest_schema()) + "): upgrade ordo");
  EXPECT_FALSE(schema_state(path).has_value());
  EXPECT_FALSE(backup(path, directory.file("copy.db"), {}).has_value());
}

TEST_F(HomeTest, AFileThatIsNotOursIsRefusedAndLeftAlone) {
  std::filesystem::create_directories(directory.path() / "data");
  execute("CREATE TABLE theirs (x)");
  const auto size = std::filesystem::file_size(path);
  const auto home = open();
  ASSERT_FALSE(home.has_value());
  EXPECT_EQ(home.error().code, ErrorCode::invalid);
  EXPECT_NE(home.error().message.find("is not a database of ordo"), std::string::npos);
  EXPECT_EQ(std::filesystem::file_size(path), size);

  std::ofstream(path) << "This is a letter and not a database, and it is longer than a header. "
                         "This is a letter and not a database, and it is longer than a header.";
  const auto letter = open();
  ASSERT_FALSE(letter.has_value());
  EXPECT_NE(letter.error().message.find("is not a database of ordo"), std::string::npos);
}

TEST_F(HomeTest, TheSchemaTellsWhatIsPending) {
  const auto before = schema_state(path);
  ASSERT_TRUE(before.has_value());
  EXPECT_EQ(before->current, 0);
  EXPECT_EQ(before->newest, newest_schema());
  EXPECT_EQ(before->pending.size(), migrations().size());
  const auto home = open();
  const auto after = schema_state(path);
  ASSERT_TRUE(after.has_value());
  EXPECT_EQ(after->current, newest_schema());
  EXPECT_TRUE(after->pending.empty());
}

TEST_F(HomeTest, ADatabaseOfTheFirstSchemaIsBroughtUpToDate) {
  std::filesystem::create_directories(directory.path() / "data");
  execute(std::string(migrations().front().parts.front()));
  execute(
      "INSERT INTO tasks (seq, id, queue, lane, status, priority, attempts, max_attempts, version, "
      "created_at, updated_at, traceparent, title, description, payload, fingerprint) VALUES "
      "(3, 'a', 'tasks', 'main', 0, 1, 0, 3, 1, 5, 5, '', 'first', '', '{}', zeroblob(16)), "
      "(4, 'b', 'tasks', 'main', 4, 1, 0, 3, 2, 5, 6, '', 'second', '', '{}', NULL);"
      "INSERT INTO idempotency_keys VALUES (1, 'k', 3, zeroblob(16), 5), (2, 'gone', 1, "
      "zeroblob(16), 5);"
      "UPDATE ledger SET last_seq = 4, queued = 1, cancelled = 1;"
      "PRAGMA application_id = 1869767791; PRAGMA user_version = 1;");
  auto home = open();
  ASSERT_TRUE(home.has_value()) << home.error().message;
  domain::NewTask again = testing::new_task("a", "first");
  again.key = domain::IdempotencyKey("k");
  again.fingerprint = domain::Fingerprint{};
  domain::NewTask gone = testing::new_task("c");
  gone.key = domain::IdempotencyKey("gone");
  gone.fingerprint = domain::Fingerprint{};
  const std::vector<ports::Write> writes{add(again), add(gone), testing::start(3),
                                         testing::succeed(3), testing::requeue("b")};
  const auto answers = told((*home)->store().apply(writes));
  EXPECT_EQ(answers[0], "replayed 3");
  EXPECT_EQ(answers[1], "error 2") << "its task was removed";
  EXPECT_EQ(answers[2], "started 3 #1");
  EXPECT_EQ(answers[3], "ended");
  EXPECT_EQ(answers[4], "requeued 5");
  home->reset();
  EXPECT_TRUE(check_integrity(path).has_value());
}

TEST_F(HomeTest, ALedgerThatDisagreesIsDamage) {
  {
    EXPECT_EQ(add_to(**open(), "a"), std::vector<std::string>{"added 1"});
  }
  execute("UPDATE ledger SET queued = 2");
  const auto checked = check_integrity(path);
  ASSERT_FALSE(checked.has_value());
  EXPECT_EQ(checked.error().code, ErrorCode::internal);
  EXPECT_EQ(check_integrity(directory.file("none")).error().code, ErrorCode::not_found);
}

TEST_F(HomeTest, ABackupIsASnapshotThatStartsAsItIs) {
  const std::string copy = directory.file("copy.db");
  auto home = open();
  ASSERT_TRUE(home.has_value());
  for (int i = 0; i < 300; ++i) {
    add_to(**home, "t" + std::to_string(i), std::string(8000, 't'));
    if (i == 100) {
      EXPECT_TRUE((*home)->checkpoint().has_value());
    }
  }
  const std::vector<domain::Task> before = testing::walk((*home)->task_reads());
  std::size_t steps = 0;
  std::size_t last = 0;
  std::size_t whole = 0;
  const auto done = backup(path, copy, [&](std::size_t pages, std::size_t total) {
    // The server goes on, and its commits neither spoil nor restart the copy.
    add_to(**home, "during" + std::to_string(steps++), std::string(100'000, 'd'));
    EXPECT_GT(pages, last);
    last = pages;
    whole = total;
  });
  ASSERT_TRUE(done.has_value()) << done.error().message;
  EXPECT_GE(steps, 1U);
  EXPECT_EQ(last, whole);
  EXPECT_EQ(backup(path, copy, {}).error().code, ErrorCode::conflict);
  EXPECT_FALSE(std::filesystem::exists(copy + ".tmp"));
  EXPECT_TRUE(check_integrity(copy).has_value());

  const std::string restored = directory.file("restored/ordo.db");
  std::filesystem::create_directory(directory.path() / "restored");
  std::filesystem::copy_file(copy, restored);
  auto again = Home::open({.path = restored});
  ASSERT_TRUE(again.has_value());
  EXPECT_EQ(testing::walk((*again)->task_reads()), before);
  EXPECT_EQ(add_to(**again, "next"), std::vector<std::string>{"added 301"});
}

TEST_F(HomeTest, ABackupOfNothingSaysSo) {
  EXPECT_EQ(backup(directory.file("none"), directory.file("x"), {}).error().code,
            ErrorCode::not_found);
  auto home = open();
  EXPECT_FALSE(backup(path, directory.file("no/such/place"), {}).has_value());
}

TEST_F(HomeTest, AStartIsRefusedWhileAReaderKeepsTheLogFromBeingSecured) {
  auto home = open();
  ASSERT_TRUE(home.has_value());
  add_to(**home, "a");
  auto reader = Connection::open(path, Access::read_only);
  ASSERT_TRUE(reader.has_value());
  ASSERT_TRUE(reader->execute("BEGIN; SELECT last_seq FROM ledger").has_value());
  add_to(**home, "b");
  home->reset();
  ASSERT_TRUE(std::filesystem::exists(path + "-wal"));
  const HomeOptions impatient{.path = path, .wait_for_readers = base::Millis(20)};
  const auto refused = Home::open(impatient);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, ErrorCode::conflict);
  EXPECT_NE(refused.error().message.find("perhaps a backup"), std::string::npos);
  ASSERT_TRUE(reader->execute("COMMIT").has_value());
  auto again = Home::open(impatient);
  ASSERT_TRUE(again.has_value());
  EXPECT_EQ(add_to(**again, "c"), std::vector<std::string>{"added 3"});
}

TEST_F(HomeTest, TheLogStartsOverUnderLoadWithoutTheThread) {
  auto home = open();
  ASSERT_TRUE(home.has_value());
  const std::string payload(200'000, 'p');
  std::uint64_t most = 0;
  for (int i = 0; i < 450; ++i) {
    add_to(**home, "t" + std::to_string(i), payload);
    most = std::max(most, (*home)->stats().log_bytes);
  }
  EXPECT_GT(most, kMaxLogBytes);
  EXPECT_LT(most, kMaxLogBytes + kLogRetryBytes);
  EXPECT_LT((*home)->stats().log_bytes, kMaxLogBytes / 2);
}

TEST_F(HomeTest, TheThreadMovesTheLogByItself) {
  auto home = open(base::Millis(1));
  ASSERT_TRUE(home.has_value());
  const auto fresh = std::filesystem::file_size(path);
  add_to(**home, "a", std::string(100'000, 't'));
  // Bounded by the test's own time limit.
  while (std::filesystem::file_size(path) <= fresh) std::this_thread::yield();
  EXPECT_GT(std::filesystem::file_size(path), fresh);
}

TEST_F(HomeTest, OneCallOfListLooksAtABoundedNumberOfTasks) {
  auto home = open();
  std::vector<ports::Write> writes{add("needle", "needle")};
  for (std::size_t i = 0; i <= kMaxExaminedTasks; ++i) writes.push_back(add(std::to_string(i)));
  ASSERT_TRUE((*home)->store().apply(writes).has_value());
  for (const bool queued : {false, true}) {
    ports::TaskFilter filter;
    filter.text = "NEEDLE";
    if (queued) filter.status = domain::TaskStatus::queued;
    const auto first = (*home)->task_reads().list(filter, std::nullopt, 10);
    ASSERT_TRUE(first.has_value());
    EXPECT_TRUE(first->items.empty());
    ASSERT_EQ(first->next_before, domain::Sequence(3));
    const auto second = (*home)->task_reads().list(filter, first->next_before, 10);
    ASSERT_TRUE(second.has_value());
    ASSERT_EQ(second->items.size(), 1U);
    EXPECT_EQ(second->next_before, std::nullopt);
  }
}

TEST_F(HomeTest, ANeedleAmongManyIsFoundInOneCallWithoutSearchingText) {
  auto home = open();
  domain::NewTask needle = testing::new_task("needle");
  needle.lane = domain::LaneKey("needle");
  std::vector<ports::Write> writes{testing::add(needle), add("gone"), testing::cancel("gone")};
  for (int i = 0; i < 21'000; ++i) writes.push_back(add(std::to_string(i)));
  ASSERT_TRUE((*home)->store().apply(writes).has_value());
  const auto only = [&](auto set) {
    ports::TaskFilter filter;
    set(filter);
    const auto page = (*home)->task_reads().list(filter, std::nullopt, 10).value();
    EXPECT_EQ(page.next_before, std::nullopt);
    return page.items.empty() ? "nothing" : page.items.front().id.value();
  };
  using Filter = ports::TaskFilter;
  EXPECT_EQ(only([](Filter& f) { f.lane = domain::LaneKey("needle"); }), "needle");
  EXPECT_EQ(only([](Filter& f) { f.status = domain::TaskStatus::cancelled; }), "gone");
  EXPECT_EQ(only([](Filter& f) {
              f.status = domain::TaskStatus::queued;
              f.lane = domain::LaneKey("needle");
            }),
            "needle");
}

TEST_F(HomeTest, AListOfAStatusThatNoTaskHasEndsAtOnce) {
  auto home = open();
  std::vector<ports::Write> writes;
  for (std::size_t i = 0; i <= kMaxExaminedTasks; ++i) writes.push_back(add(std::to_string(i)));
  ASSERT_TRUE((*home)->store().apply(writes).has_value());
  ports::TaskFilter filter;
  filter.text = "nowhere";  // a walk would stop at its bound
  filter.status = domain::TaskStatus::dead;
  const auto page = (*home)->task_reads().list(filter, std::nullopt, 10);
  ASSERT_TRUE(page.has_value());
  EXPECT_EQ(page->next_before, std::nullopt);
}

TEST_F(HomeTest, ReadersNeverSeeHalfABatch) {
  auto home = open(base::Millis(1));
  constexpr std::size_t kBatch = 10;
  std::jthread writer([&home] {
    for (int turn = 0; turn < 100; ++turn) {
      std::vector<ports::Write> writes;
      for (std::size_t i = 0; i < kBatch; ++i) {
        writes.push_back(add(std::to_string(turn) + "-" + std::to_string(i)));
      }
      EXPECT_TRUE((*home)->store().apply(writes).has_value());
    }
  });
  std::vector<std::jthread> readers;
  for (int i = 0; i < 3; ++i) {
    readers.emplace_back([&home] {
      std::uint64_t seen = 0;
      while (seen < 100 * kBatch) {
        const auto counts = (*home)->task_reads().counts();
        ASSERT_TRUE(counts.has_value());
        const std::uint64_t now = counts->of(domain::TaskStatus::queued);
        EXPECT_GE(now, seen);
        EXPECT_EQ(now % kBatch, 0U);
        const auto page = (*home)->task_reads().list({}, std::nullopt, 1);
        ASSERT_TRUE(page.has_value());
        EXPECT_GE(page->items.empty() ? 0 : page->items.front().sequence.value(), now);
        seen = now;
      }
    });
  }
}

}  // namespace
}  // namespace ordo::sqlite
