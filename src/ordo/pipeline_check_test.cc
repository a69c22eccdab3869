#include "ordo/pipeline_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <boost/json.hpp>
#include <fstream>
#include <string>
#include <vector>

#include "states/machine.h"
#include "support/command_outcome.h"
#include "support/temp_dir.h"

namespace ordo::program {
namespace {

using ::testing::HasSubstr;
using testing::Outcome;
using ::testing::StartsWith;

class PipelineCheck : public ::testing::Test {
 protected:
  std::string file(const std::string& text) {
    const std::string path = dir_.file("machine.json");
    std::ofstream(path) << text;
    return path;
  }
  static Outcome run(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "validate");
    return testing::run_command(add_pipeline_validation, std::move(arguments));
  }
  testing::TempDir dir_ = testing::TempDir::in_memory();
};

TEST_F(PipelineCheck, ADefinitionInOrderIsCountedAndItsResourcesAreNotLookedFor) {
  const std::string path =
      file(R"({"StartAt":"A","States":{"A":{"Type":"Task","Next":"B",)"
           R"("Resource":"arn:aws:lambda:eu-central-1:123456789012:function:nowhere"},)"
           R"("B":{"Type":"Map","End":true,"ItemProcessor":{"StartAt":"C","States":{)"
           R"("C":{"Type":"Succeed"}}}}}})");
  const Outcome outcome = run({path});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_EQ(outcome.out, path + ": in order, 3 states; its resources were not checked\n");
  EXPECT_EQ(run({"--json", path}).out, "{\"valid\":true,\"states\":3}\n");
}

TEST_F(PipelineCheck, EveryFaultIsALineWithItsPlace) {
  const std::string path =
      file(R"({"StartAt":"None","States":{"A":{"Type":"Pass","Next":"Gone"},"B":{"Type":"No"}}})");
  const Outcome outcome = run({path});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_EQ(outcome.out, "");
  EXPECT_THAT(outcome.err, HasSubstr("ordo: " + path + ": /StartAt: "));
  EXPECT_THAT(outcome.err, HasSubstr("ordo: " + path + ": /States/A/Next: "));
  EXPECT_THAT(outcome.err, HasSubstr("ordo: " + path + ": /States/B/Type: "));
  const Outcome for_machines = run({path, "--json"});
  EXPECT_EQ(for_machines.status, 1);
  EXPECT_EQ(for_machines.err, "");
  const boost::json::value said = boost::json::parse(for_machines.out);
  EXPECT_EQ(said.at("valid"), false);
  EXPECT_EQ(static_cast<long>(said.at("errors").as_array().size()),
            std::ranges::count(outcome.err, '\n'));
  for (const auto& error : said.at("errors").as_array()) {
    EXPECT_FALSE(error.at("code").as_string().empty());
    EXPECT_FALSE(error.at("message").as_string().empty());
  }
}

TEST_F(PipelineCheck, WhatIsNoJsonIsAFault) {
  for (const char* const text : {"", "{", "7", "\xff"}) {
    const std::string path = file(text);
    const Outcome outcome = run({path});
    EXPECT_EQ(outcome.status, 1) << text;
    EXPECT_THAT(outcome.err, StartsWith("ordo: " + path + ": ")) << text;
    EXPECT_FALSE(boost::json::parse(run({path, "--json"}).out).at("errors").as_array().empty());
  }
}

TEST_F(PipelineCheck, ADefinitionThatIsTooLongIsAFault) {
  const std::string path = file(std::string(states::kMaxDefinitionBytes + 10, ' ') + "{}");
  EXPECT_EQ(run({path}).status, 1);
}

TEST_F(PipelineCheck, AFileThatCannotBeReadIsWrongUsage) {
  const Outcome none = run({dir_.file("none")});
  EXPECT_EQ(none.status, 2);
  EXPECT_THAT(none.err, HasSubstr("cannot be read: No such file"));
  EXPECT_EQ(run({dir_.path().string()}).status, 2);
}

}  // namespace
}  // namespace ordo::program
