// Definitions that are valid, and definitions that are not, by their file names.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "states/machine.h"

namespace ordo::states {
namespace {

namespace fs = std::filesystem;

std::string read_file(const fs::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<fs::path> files(std::string_view prefix) {
  std::vector<fs::path> paths;
  for (const auto& entry : fs::directory_iterator(ORDO_OUTSIDE_CASES "/asl-validator")) {
    if (entry.path().filename().string().starts_with(prefix)) paths.push_back(entry.path());
  }
  std::ranges::sort(paths);
  return paths;
}

bool needs_jsonata(const std::string& definition) {
  return definition.find("\"JSONata\"") != std::string::npos;
}

class OutsideDefinitions : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!fs::exists(ORDO_OUTSIDE_CASES)) GTEST_SKIP() << "the folder of cases is not here";
  }
};

TEST_F(OutsideDefinitions, TheValidAreAccepted) {
  std::size_t accepted = 0;
  for (const fs::path& path : files("valid-")) {
    const std::string definition = read_file(path);
    const auto machine = parse_machine(definition);
    if (needs_jsonata(definition)) {
      ASSERT_FALSE(machine) << path;
      EXPECT_NE(machine.error().message.find("not supported yet"), std::string::npos) << path;
      continue;
    }
    EXPECT_TRUE(machine) << path.filename() << ": " << machine.error().message;
    ++accepted;
  }
  EXPECT_GT(accepted, 40U);
}

TEST_F(OutsideDefinitions, TheInvalidAreRefusedWithThePathOfEachFault) {
  const std::vector<fs::path> paths = files("invalid-");
  EXPECT_GT(paths.size(), 40U);
  for (const fs::path& path : paths) {
    const std::string definition = read_file(path);
    const auto machine = parse_machine(definition);
    ASSERT_FALSE(machine) << path.filename();
    ASSERT_FALSE(machine.error().fields.empty()) << path.filename();
    for (const base::FieldError& fault : machine.error().fields) {
      const bool points = fault.pointer.empty() || fault.pointer.starts_with("/");
      EXPECT_TRUE(points) << path.filename() << " " << fault.pointer;
      EXPECT_FALSE(fault.message.empty()) << path.filename();
    }
  }
}

}  // namespace
}  // namespace ordo::states
