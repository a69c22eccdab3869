#include "functions/program_path.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "support/temp_dir.h"

namespace ordo::functions {
namespace {

class ProgramPath : public ::testing::Test {
 protected:
  ProgramPath() {
    namespace fs = std::filesystem;
    fs::create_directories(at("bin/folder"));
    std::ofstream(at("bin/run")) << "#!/bin/sh\n";
    std::ofstream(at("bin/text")) << "text\n";
    fs::permissions(at("bin/run"), fs::perms::owner_all);
  }
  [[nodiscard]] std::string at(const std::string& name) const { return directory_.file(name); }
  // What is wrong with it.
  [[nodiscard]] std::string fault(const std::string& name,
                                  const std::string& directory = {}) const {
    const auto found = fault_of_command(name, "/nowhere::" + at("bin"), directory);
    return found ? found->directory + found->program : "";
  }

  testing::TempDir directory_;
};

TEST_F(ProgramPath, AProgramIsLookedForInEachFolder) {
  EXPECT_EQ(find_program("run", "/nowhere::" + at("bin")), at("bin") + "/run");
  EXPECT_EQ(find_program("text", at("bin")), "text");
  EXPECT_EQ(find_program("folder", at("bin")), "folder");
  EXPECT_EQ(find_program("./run", at("bin")), "./run");
  EXPECT_EQ(find_program("run", ""), "run");
}

TEST_F(ProgramPath, ACommandThatRunsHasNoFault) {
  EXPECT_EQ(fault("run"), "");
  EXPECT_EQ(fault(at("bin/run")), "");
  EXPECT_EQ(fault(at("bin/run"), at("")), "");
  EXPECT_EQ(fault("./run", at("bin")), "");
  EXPECT_EQ(fault("bin/run", at("")), "");
}

TEST_F(ProgramPath, WhatKeepsACommandFromRunningIsTold) {
  EXPECT_EQ(fault("text"), "no directory of PATH has its program");
  EXPECT_EQ(fault("./gone", at("bin")), "its program is not there");
  EXPECT_EQ(fault("./text", at("bin")), "its program cannot be executed");
  EXPECT_EQ(fault("./folder", at("bin")), "its program cannot be executed");
  EXPECT_EQ(fault("run", at("gone")), "there is no such directory");
  EXPECT_EQ(fault("run", at("bin/text")), "there is no such directory");
}

}  // namespace
}  // namespace ordo::functions
