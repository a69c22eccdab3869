// The commands run in this process; what they print is caught.
#include "ordo/maintenance_commands.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <boost/json.hpp>
#include <filesystem>
#include <fstream>
#include <functional>
#include <sstream>
#include <string>
#include <vector>

#include "sqlite/home.h"
#include "support/command_outcome.h"
#include "support/temp_dir.h"

namespace ordo::program {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using testing::Outcome;
using ::testing::StartsWith;

Outcome run(std::vector<std::string> arguments) {
  const Environment environment{[](std::string_view) { return std::nullopt; },
                                [] { return std::vector<std::string>(); }};
  return testing::run_command(
      [&environment](CLI::App& app, std::function<int()>& chosen) {
        add_maintenance_commands(app, environment, chosen);
      },
      std::move(arguments));
}

std::string help_of(const std::string& command) {
  CLI::App app("test", "ordo");
  std::function<int()> chosen;
  const Environment environment{[](std::string_view) { return std::nullopt; },
                                [] { return std::vector<std::string>(); }};
  add_maintenance_commands(app, environment, chosen);
  return app.get_subcommand(command)->help();
}

class MaintenanceCommands : public ::testing::Test {
 protected:
  [[nodiscard]] std::string data() const { return dir_.path().string(); }
  void make_database() const {
    ASSERT_TRUE(sqlite::Home::open({.path = dir_.file("ordo.db")}).has_value());
  }
  testing::TempDir dir_;
};

TEST_F(MaintenanceCommands, VersionIsForPeopleOrMachines) {
  EXPECT_THAT(run({"version"}).out, StartsWith("ordo "));
  EXPECT_TRUE(boost::json::parse(run({"version", "--json"}).out).at("version").is_string());
}

TEST_F(MaintenanceCommands, MigrationsAreShownAndDone) {
  const Outcome up = run({"migrate", "up", "--data", data()});
  EXPECT_EQ(up.status, 0) << up.err;
  const Outcome status = run({"migrate", "status", "--data", data()});
  EXPECT_EQ(status.status, 0) << status.err;
  EXPECT_THAT(status.out, StartsWith("schema "));
  EXPECT_EQ(status.out.find("pending"), std::string::npos);
}

TEST_F(MaintenanceCommands, ABackupIsACopyAndTakesNobodysPlace) {
  make_database();
  const std::string target = dir_.file("copy.db");
  const Outcome made = run({"backup", target, "--data", data(), "--json"});
  ASSERT_EQ(made.status, 0) << made.err;
  const boost::json::value said = boost::json::parse(made.out);
  EXPECT_EQ(said.at("file").as_string(), target);
  EXPECT_EQ(said.at("bytes"), std::filesystem::file_size(target));
  const Outcome again = run({"backup", target, "--data", data()});
  EXPECT_NE(again.status, 0);
  EXPECT_THAT(again.err, StartsWith("ordo: "));
  const Outcome plain = run({"backup", dir_.file("two.db"), "--data", data()});
  EXPECT_THAT(plain.out, HasSubstr("to restore"));
}

TEST_F(MaintenanceCommands, ABackupTellsThatObjectsAreNotInItAndHowToCopyThem) {
  make_database();
  EXPECT_THAT(run({"backup", dir_.file("one.db"), "--data", data(), "--json"}).out,
              HasSubstr(R"("left_out":[])"));
  const Outcome without = run({"backup", dir_.file("two.db"), "--data", data()});
  EXPECT_THAT(without.out, Not(HasSubstr("objects")));
  std::filesystem::create_directories(dir_.file("objects") + "/order-results");
  const Outcome with = run({"backup", dir_.file("three.db"), "--data", data()});
  EXPECT_THAT(with.out, HasSubstr("copy that, too: cp -a " + dir_.file("objects") + " " +
                                  dir_.file("three-objects") + "\n"));
  const Outcome json = run({"backup", dir_.file("four.db"), "--data", data(), "--json"});
  EXPECT_EQ(boost::json::parse(json.out).at("left_out").as_array().at(0).as_string(),
            dir_.file("objects"));
  EXPECT_THAT(help_of("backup"), HasSubstr("cp -a DIRECTORY/objects before-objects"));
}

TEST_F(MaintenanceCommands, TheDoctorCountsTheBucketsOfObjects) {
  make_database();
  EXPECT_THAT(run({"doctor", "--data", data()}).out,
              HasSubstr("objects          ok      there are none yet\n"));
  std::filesystem::create_directories(dir_.file("objects") + "/order-results/.record");
  EXPECT_THAT(run({"doctor", "--data", data()}).out,
              HasSubstr("objects          ok      1 bucket in " + dir_.file("objects") + "\n"));
  std::filesystem::create_directories(dir_.file("objects") + "/more");
  EXPECT_THAT(run({"doctor", "--data", data()}).out, HasSubstr("2 buckets in "));
  std::filesystem::remove_all(dir_.file("objects"));
  std::ofstream(dir_.file("objects")) << "a file";
  const Outcome broken = run({"doctor", "--data", data()});
  EXPECT_EQ(broken.status, 1);
  EXPECT_THAT(broken.out, HasSubstr("objects          FAILED  "));
}

TEST_F(MaintenanceCommands, WithoutADatabaseThereIsNothingToCopy) {
  EXPECT_NE(run({"backup", dir_.file("copy.db"), "--data", data()}).status, 0);
}

TEST_F(MaintenanceCommands, TheDoctorChecksWhatServingNeedsAndLeavesNothing) {
  make_database();
  const Outcome doctor = run({"doctor", "--data", data(), "--json"});
  const boost::json::array findings = boost::json::parse(doctor.out).as_array();
  EXPECT_EQ(findings.size(), 6U);
  bool good = true;
  for (const auto& finding : findings) good = good && finding.at("ok").as_bool();
  EXPECT_EQ(doctor.status, good ? 0 : 1);
  for (const auto& entry : std::filesystem::directory_iterator(dir_.path())) {
    EXPECT_THAT(entry.path().filename().string(), StartsWith("ordo.db"));
  }
}

TEST_F(MaintenanceCommands, TheDoctorMakesNoDirectoryThatIsNotThere) {
  const std::string missing = dir_.file("a") + "/b";
  const Outcome doctor = run({"doctor", "--data", missing});
  EXPECT_THAT(doctor.out, HasSubstr("; " + missing + " would be made\n"));
  EXPECT_THAT(doctor.out, HasSubstr("durable commit   ok"));
  EXPECT_TRUE(std::filesystem::is_empty(dir_.path()));
}

TEST_F(MaintenanceCommands, TheDoctorFindsADamagedDatabase) {
  std::ofstream(dir_.file("ordo.db")) << "this is no database, whatever its name may say";
  const Outcome doctor = run({"doctor", "--data", data()});
  EXPECT_EQ(doctor.status, 1);
  EXPECT_THAT(doctor.out, HasSubstr("integrity        FAILED"));
  EXPECT_NE(run({"migrate", "up", "--data", data()}).status, 0);
  EXPECT_NE(run({"migrate", "status", "--data", data()}).status, 0);
}

TEST_F(MaintenanceCommands, TheDocumentIsPrintedOrWritten) {
  const Outcome printed = run({"openapi"});
  EXPECT_EQ(boost::json::parse(printed.out).at("openapi"), "3.1.0");
  const std::string file = dir_.file("openapi.json");
  EXPECT_EQ(run({"openapi", "--output", file}).status, 0);
  std::stringstream written;
  written << std::ifstream(file).rdbuf();
  EXPECT_EQ(written.str() + "\n", printed.out);
  const Outcome nowhere = run({"openapi", "--output", dir_.file("no/such/file")});
  EXPECT_NE(nowhere.status, 0);
  EXPECT_THAT(nowhere.err, HasSubstr("cannot write"));
}

}  // namespace
}  // namespace ordo::program
