// The commands about a PostgreSQL store, in this process; what they print is caught.
#include "ordo/maintenance_commands.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <boost/json.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "postgres/home.h"
#include "postgres/migrations.h"
#include "support/command_outcome.h"
#include "support/postgres_schema.h"
#include "support/task_writes.h"
#include "support/temp_dir.h"
#include "support/unique_name.h"
#include "system/random.h"

namespace ordo::program {
namespace {

using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::Not;
using testing::Outcome;
using ::testing::StartsWith;

class PostgresCommands : public ::testing::Test {
 protected:
  Outcome run(std::vector<std::string> arguments) { return run_on(schema_.url(), arguments); }
  static Outcome run_on(const std::string& url, std::vector<std::string> arguments) {
    const Environment environment{[](std::string_view) { return std::nullopt; },
                                  [] { return std::vector<std::string>(); }};
    arguments.insert(arguments.end(), {"--store", url});
    return testing::run_command(
        [&environment](CLI::App& app, std::function<int()>& chosen) {
          add_maintenance_commands(app, environment, chosen);
        },
        std::move(arguments));
  }
  void execute(const std::string& sql) {
    const auto done = testing::postgres_connection(schema_.url()).execute(sql);
    ASSERT_TRUE(done.has_value()) << done.error().message;
  }
  std::unique_ptr<postgres::Home> open() {
    auto home = postgres::Home::open({.url = schema_.url()}, testing::real_clock(), random_);
    if (!home) throw std::runtime_error(home.error().message);
    return std::move(*home);
  }
  [[nodiscard]] std::string url_with(const std::string& setting) const {
    return schema_.url() + "%20-c" + setting;
  }
  const std::string newest = std::to_string(postgres::newest_schema());

 private:
  testing::PostgresSchema schema_;
  system::SystemRandom random_;
};

TEST_F(PostgresCommands, MigrationsAreShownAndDone) {
  const Outcome before = run({"migrate", "status"});
  EXPECT_EQ(before.status, 0) << before.err;
  EXPECT_THAT(before.out, StartsWith("schema 0 of " + newest + "\npending: Tasks, "));
  const Outcome up = run({"migrate", "up"});
  EXPECT_EQ(up.status, 0) << up.err;
  EXPECT_THAT(up.out, StartsWith("schema 1: Tasks, "));
  EXPECT_THAT(up.out, HasSubstr("\nschema " + newest + " of " + newest + "\n"));
  EXPECT_EQ(run({"migrate", "up"}).out, "schema " + newest + " of " + newest + "\n");
  EXPECT_EQ(run({"migrate", "status"}).out, "schema " + newest + " of " + newest + "\n");
}

TEST_F(PostgresCommands, ASchemaOfANewerProgramIsLeftAlone) {
  open();
  execute("INSERT INTO ordo_migrations (version, name) VALUES (99, 'Later')");
  for (const char* what : {"status", "up"}) {
    const Outcome refused = run({"migrate", what});
    EXPECT_EQ(refused.status, 1);
    EXPECT_THAT(refused.err, HasSubstr("upgrade ordo"));
  }
  const Outcome doctor = run({"doctor"});
  EXPECT_EQ(doctor.status, 1);
  EXPECT_THAT(doctor.out,
              HasSubstr("schema             FAILED  the database was migrated by a newer"));
}

TEST_F(PostgresCommands, ABackupIsLeftToItsOwnTools) {
  const testing::TempDir dir = testing::TempDir::in_memory();
  const Outcome refused = run({"backup", dir.file("copy.db")});
  EXPECT_EQ(refused.status, 1);
  EXPECT_EQ(refused.out, "");
  EXPECT_THAT(refused.err, HasSubstr("pg_dump"));
  EXPECT_THAT(refused.err, HasSubstr("pg_basebackup"));
  EXPECT_THAT(refused.err, HasSubstr("docs/postgres.md"));
}

TEST_F(PostgresCommands, TheDoctorLooksAtTheServerTheSchemaAndWhatIsKept) {
  const auto home = open();
  const std::vector<ports::Write> tasks{testing::add("a"), testing::add("b")};
  ASSERT_TRUE(home->store().apply(tasks).has_value());
  ASSERT_TRUE(home->objects().put("results", "k", "body", "text/plain").has_value());
  execute(
      "INSERT INTO nodes (id, name, expires_at) VALUES "
      "('n1', 'one', now() + interval '1 hour'), ('n2', 'two', now() - interval '1 hour')");
  const Outcome doctor = run({"doctor", "--json"});
  const boost::json::array findings = boost::json::parse(doctor.out).as_array();
  boost::json::object said;
  for (const boost::json::value& finding : findings) {
    said[finding.at("check").as_string()] = finding.at("says");
    // The tests' own server need not outlive a crash.
    EXPECT_TRUE(finding.at("ok").as_bool() || finding.at("check") == "fsync" ||
                finding.at("check") == "full_page_writes" || finding.at("check") == "open files")
        << boost::json::serialize(finding);
  }
  const auto text = [&](const char* check) { return std::string(said.at(check).as_string()); };
  EXPECT_THAT(text("server"), MatchesRegex("postgres://.*, PostgreSQL 1[5-9]\\.[0-9]+"));
  EXPECT_THAT(text("connections"),
              MatchesRegex("[0-9]+ allowed, [0-9]+ in use; a server takes 7 and one more when it "
                           "starts"));
  EXPECT_EQ(text("schema"), newest + " of " + newest);
  EXPECT_THAT(text("contents"), MatchesRegex("2 tasks, 0 orders, 0 executions, 1 objects; [0-9]+ "
                                             "MB; 1 server alive"));
  EXPECT_THAT(text("durable commit"), MatchesRegex("[0-9]+\\.[0-9][0-9] ms each"));
  EXPECT_TRUE(said.contains("open files"));
}

TEST_F(PostgresCommands, TheDoctorChangesNothing) {
  const Outcome doctor = run({"doctor"});
  EXPECT_THAT(doctor.out,
              HasSubstr("schema             ok      0 of " + newest + "; a start migrates it"));
  EXPECT_THAT(doctor.out, HasSubstr("durable commit     ok"));
  EXPECT_THAT(doctor.out, Not(HasSubstr("contents")));
  EXPECT_THAT(run({"migrate", "status"}).out, StartsWith("schema 0 of "));
}

// As it is where a system was restored and search_path was not.
TEST_F(PostgresCommands, TheDoctorSaysWhereElseThereIsOne) {
  // Of many it tells the first ones.
  const std::string other = testing::unique_name("0other");
  execute("CREATE SCHEMA \"" + other + "\"");
  execute("CREATE TABLE \"" + other + "\".ordo_migrations ()");
  const std::string said = run({"doctor"}).out;
  execute("DROP SCHEMA \"" + other + "\" CASCADE");
  EXPECT_THAT(said, HasSubstr("; other schemas that have one: \"" + other + "\""));
}

TEST_F(PostgresCommands, WhatAConnectionIsGivenIsTold) {
  const auto with = [&](const std::string& setting) {
    return run_on(url_with(setting), {"doctor"}).out;
  };
  EXPECT_THAT(with("synchronous_commit%3Doff"),
              HasSubstr("synchronous_commit ok      off; ordo sets it on"));
  EXPECT_THAT(with("synchronous_commit%3Dremote_apply"),
              HasSubstr("synchronous_commit ok      remote_apply\n"));
}

TEST_F(PostgresCommands, WithoutAServerEachCommandFailsAndTellsNoSecret) {
  const std::string nowhere = "postgres://me:secret@localhost:1/none?connect_timeout=1";
  for (const std::vector<std::string>& command :
       {std::vector<std::string>{"migrate", "status"}, {"migrate", "up"}, {"doctor"}}) {
    const Outcome failed = run_on(nowhere, command);
    EXPECT_EQ(failed.status, 1);
    EXPECT_THAT(failed.out + failed.err,
                HasSubstr("cannot connect to postgres://localhost:1/none"));
    EXPECT_THAT(failed.out + failed.err, Not(HasSubstr("secret")));
  }
}

}  // namespace
}  // namespace ordo::program
