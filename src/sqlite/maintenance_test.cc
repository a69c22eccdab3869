#include "sqlite/maintenance.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "sqlite/home.h"
#include "support/task_writes.h"
#include "support/temp_dir.h"

namespace ordo::sqlite {
namespace {

using base::ErrorCode;
using std::filesystem::perms;

class BackupTest : public ::testing::Test {
 protected:
  BackupTest() {
    auto opened = Home::open({.path = path});
    home = std::move(*opened);
    for (int i = 0; i < 10; ++i) {
      const std::vector writes{testing::add("t" + std::to_string(i), std::string(9000, 't'))};
      EXPECT_TRUE(home->store().apply(writes).has_value());
    }
  }
  [[nodiscard]] std::vector<std::string> files() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(directory.path() / "copies")) {
      names.push_back(entry.path().filename());
    }
    std::ranges::sort(names);
    return names;
  }

  testing::TempDir directory;
  std::string path = directory.file("data/ordo.db");
  std::string target = [this] {
    std::filesystem::create_directory(directory.path() / "copies");
    return directory.file("copies/copy.db");
  }();
  std::unique_ptr<Home> home;
};

TEST_F(BackupTest, LeavesFilesThatItDidNotMakeAlone) {
  std::ofstream(target + ".tmp") << "mine";
  ASSERT_TRUE(backup(path, target, {}).has_value());
  EXPECT_EQ(files(), (std::vector<std::string>{"copy.db", "copy.db.tmp"}));
  EXPECT_EQ(std::filesystem::file_size(target + ".tmp"), 4U);
}

TEST_F(BackupTest, IsForItsOwnerOnly) {
  ASSERT_TRUE(backup(path, target, {}).has_value());
  EXPECT_EQ(std::filesystem::status(target).permissions(), perms::owner_read | perms::owner_write);
}

TEST_F(BackupTest, OfTwoToOneTargetOneWinsAndTheOtherSaysSo) {
  base::Result<void> inner;
  bool asked = false;
  const auto outer = backup(path, target, [&](std::size_t, std::size_t) {
    if (std::exchange(asked, true)) return;
    inner = backup(path, target, {});
  });
  ASSERT_TRUE(asked);
  EXPECT_TRUE(inner.has_value());
  ASSERT_FALSE(outer.has_value());
  EXPECT_EQ(outer.error().code, ErrorCode::conflict);
  EXPECT_EQ(files(), std::vector<std::string>{"copy.db"});
  EXPECT_TRUE(check_integrity(target).has_value());
}

}  // namespace
}  // namespace ordo::sqlite
