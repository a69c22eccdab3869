// `ordo copy`, in this process; what it prints is caught.
#include "ordo/copy_command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <boost/json.hpp>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/time.h"
#include "files/object_directory.h"
#include "postgres/home.h"
#include "sqlite/home.h"
#include "support/command_outcome.h"
#include "support/fake_clock.h"
#include "support/postgres_schema.h"
#include "support/task_writes.h"
#include "support/temp_dir.h"
#include "system/random.h"

namespace ordo::program {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using testing::Outcome;
using ::testing::StartsWith;

class CopyCommand : public ::testing::Test {
 protected:
  CopyCommand() {
    environment_.now = [this] {
      clock_.advance(between_looks_);
      return clock_.mono();
    };
  }

  Outcome copy(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "copy");
    return testing::run_command(
        [this](CLI::App& app, std::function<int()>& chosen) {
          add_copy_command(app, environment_, chosen);
        },
        std::move(arguments));
  }
  Outcome to_postgres() { return copy({"--from", "sqlite:" + path(), "--to", schema_.url()}); }

  void fill() {
    auto home = sqlite::Home::open({.path = path()});
    ASSERT_TRUE(home.has_value());
    ASSERT_TRUE((*home)->store().apply({{testing::add("a"), testing::add("b")}}).has_value());
    put("results", "summary.json", "{}", "application/json", 1'700'000'000'123);
    put("results", "ä/b c.bin", std::string("\0\xff", 2), "image/png", 1'700'000'000'456);
    put("others", "k", "", "text/plain", 1'700'000'000'789);
  }
  void put(const std::string& bucket, const std::string& key, const std::string& body,
           const std::string& type, std::int64_t at) {
    const testing::FakeClock clock(at);
    auto objects = files::ObjectDirectory::open(objects_path(), clock);
    ASSERT_TRUE(objects.has_value());
    ASSERT_TRUE((*objects)->put(bucket, key, body, type).has_value());
  }
  [[nodiscard]] std::string path() const { return directory_.file("data/ordo.db"); }
  [[nodiscard]] std::string objects_path() const { return directory_.file("data/objects"); }

  testing::FakeClock clock_;
  base::Millis between_looks_{0};
  cli::Environment environment_{};
  testing::TempDir directory_ = testing::TempDir::in_memory();
  testing::PostgresSchema schema_;
};

TEST_F(CopyCommand, TellsWhatIsThereNow) {
  fill();
  const Outcome done = to_postgres();
  EXPECT_EQ(done.status, 0) << done.err;
  EXPECT_THAT(done.err, IsEmpty());
  EXPECT_THAT(done.out, HasSubstr("\ntasks                       2  "));
  EXPECT_THAT(done.out, HasSubstr("\nobjects                     3  "));
  EXPECT_THAT(done.out, HasSubstr(". No server starts at sqlite:"));
}

TEST_F(CopyCommand, OfWhatTakesLongALogTellsHowFarItIs) {
  fill();
  between_looks_ = base::Millis(11'000);
  const Outcome done = to_postgres();
  EXPECT_EQ(done.status, 0) << done.err;
  EXPECT_THAT(done.err, HasSubstr("tasks"));
  EXPECT_THAT(done.err, EndsWith("\n"));
  EXPECT_THAT(done.err, Not(HasSubstr("\r")));
}

TEST_F(CopyCommand, IsForMachinesToo) {
  fill();
  const Outcome done = copy({"--from", "sqlite:" + path(), "--to", schema_.url(), "--json"});
  const boost::json::array copied = boost::json::parse(done.out).at("copied").as_array();
  const auto tasks = std::ranges::find(copied, boost::json::value("tasks"),
                                       [](const auto& one) { return one.at("name"); });
  ASSERT_NE(tasks, copied.end());
  EXPECT_EQ(tasks->at("count").to_number<int>(), 2);
  EXPECT_EQ(tasks->at("checksum").as_string().size(), 64U);
}

TEST_F(CopyCommand, ObjectsKeepTheirTypesAndTimesThereAndBack) {
  fill();
  ASSERT_EQ(to_postgres().status, 0);
  ASSERT_EQ(
      copy({"--from", schema_.url(), "--to", "sqlite:" + directory_.file("back/ordo.db")}).status,
      0);
  ASSERT_EQ(copy({"--take-back", "--from", schema_.url()}).status, 0);
  const testing::FakeClock clock;
  system::SystemRandom random;
  auto home = postgres::Home::open({.url = schema_.url()}, clock, random);
  ASSERT_TRUE(home.has_value());
  auto back = files::ObjectDirectory::open(directory_.file("back/objects"), clock);
  ASSERT_TRUE(back.has_value());
  for (ports::ObjectStore* const store :
       {&(*home)->objects(), static_cast<ports::ObjectStore*>(back->get())}) {
    const auto object = store->get("results", "ä/b c.bin").value();
    ASSERT_TRUE(object.has_value());
    EXPECT_EQ(object->body, std::string("\0\xff", 2));
    EXPECT_EQ(object->info.content_type, "image/png");
    EXPECT_EQ(object->info.modified_at, base::WallTime::from_ms(1'700'000'000'456));
    EXPECT_EQ(store->list("results", "", "", 10).value()->items.size(), 2U);
    EXPECT_TRUE(store->get("others", "k").value().has_value());
  }
}

TEST_F(CopyCommand, SaysThatAnEarlierRunHasDoneIt) {
  fill();
  ASSERT_EQ(to_postgres().status, 0);
  const Outcome again = to_postgres();
  EXPECT_EQ(again.status, 0) << again.err;
  EXPECT_THAT(again.out, StartsWith("An earlier run has copied all of it to postgres://"));
}

TEST_F(CopyCommand, AMoveIsTakenBack) {
  fill();
  const auto take_back = [this] { return copy({"--take-back", "--from", "sqlite:" + path()}); };
  EXPECT_THAT(take_back().out, HasSubstr(" has not been moved."));
  ASSERT_EQ(to_postgres().status, 0);
  EXPECT_FALSE(sqlite::Home::open({.path = path()}).has_value());
  const Outcome done = take_back();
  EXPECT_EQ(done.status, 0) << done.err;
  EXPECT_THAT(done.out, HasSubstr("Servers may start at sqlite:"));
  EXPECT_THAT(done.out, HasSubstr("Start none at postgres://"));
  EXPECT_TRUE(sqlite::Home::open({.path = path()}).has_value());
}

// Somebody wrote to its file without the server.
TEST_F(CopyCommand, ADamagedObjectIsNamed) {
  fill();
  const std::string file = objects_path() + "/results/summary.json";
  const auto time = std::filesystem::last_write_time(file);
  std::ofstream(file) << "[]";
  std::filesystem::last_write_time(file, time);
  const Outcome refused = to_postgres();
  EXPECT_EQ(refused.status, 1);
  EXPECT_THAT(refused.err, HasSubstr("is damaged in the source"));
}

TEST_F(CopyCommand, OneDatabaseIsOneHoweverItIsWritten) {
  fill();
  EXPECT_EQ(copy({"--from", "sqlite:" + path(), "--to",
                  "sqlite:" + directory_.file("data/../data/ordo.db")})
                .status,
            2);
}

TEST_F(CopyCommand, ALostSourceLeavesNoTarget) {
  const Outcome refused =
      copy({"--from", "sqlite:" + path(), "--to", "sqlite:" + directory_.file("new/ordo.db")});
  EXPECT_EQ(refused.status, 1);
  EXPECT_THAT(refused.err, HasSubstr("there is no database at"));
  EXPECT_FALSE(std::filesystem::exists(directory_.file("new")));
}

TEST_F(CopyCommand, ARunningServerIsInTheWay) {
  fill();
  const auto running = sqlite::Home::open({.path = path()});
  ASSERT_TRUE(running.has_value());
  const Outcome refused = to_postgres();
  EXPECT_EQ(refused.status, 1);
  EXPECT_THAT(refused.err, HasSubstr("is in use by process"));
}

TEST_F(CopyCommand, ANodeThatLivesIsInTheWay) {
  fill();
  ASSERT_EQ(to_postgres().status, 0);
  const auto done = testing::postgres_connection(schema_.url())
                        .execute(
                            "INSERT INTO nodes (id, name, expires_at) VALUES "
                            "('n1', 'one', now() + interval '1 hour')");
  ASSERT_TRUE(done.has_value());
  const Outcome refused =
      copy({"--from", schema_.url(), "--to", "sqlite:" + directory_.file("back/ordo.db")});
  EXPECT_EQ(refused.status, 1);
  EXPECT_THAT(refused.err, HasSubstr("node one uses "));
}

TEST_F(CopyCommand, WhatNobodyCanMeanIsRefused) {
  EXPECT_EQ(copy({"--from", "sqlite:x", "--to", "sqlite:x"}).status, 2);
  EXPECT_EQ(copy({"--from", "sqlite:x"}).status, 2);
  EXPECT_THROW(copy({"--take-back", "--from", "sqlite:x", "--to", "sqlite:y"}), CLI::ExcludesError);
  const Outcome refused = copy({"--from", "mysql:x", "--to", "sqlite:x"});
  EXPECT_EQ(refused.status, 2);
  EXPECT_THAT(refused.err, StartsWith("ordo: --from: "));
  const Outcome empty = copy({"--from", schema_.url(), "--to", "sqlite:x"});
  EXPECT_EQ(empty.status, 1);
  EXPECT_THAT(empty.err, HasSubstr("there is nothing of ordo in"));
}

TEST_F(CopyCommand, ShowsABarToPeople) {
  fill();
  environment_.progress = true;
  environment_.now = [at = base::MonoTime()]() mutable { return at = at + base::Millis(1'000); };
  const Outcome done = to_postgres();
  EXPECT_THAT(done.err, HasSubstr("copying tasks"));
  EXPECT_THAT(done.err, HasSubstr("100 %  finishing"));
}

}  // namespace
}  // namespace ordo::program
