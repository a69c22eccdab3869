// What `ordo serve` will not start with: exit code 2 and a line that says why.
#include <gmock/gmock.h>

#include <fstream>

#include "e2e/serving.h"

namespace ordo::e2e {
namespace {

using ::testing::HasSubstr;

TEST(RefusedStart, IsExitCode2AndOneLineThatNamesTheFault) {
  const TempDir dir;
  const std::string file = (dir.path() / "ordo.toml").string();
  std::ofstream(file) << "[queues.tasks]\nfunction = \"gone\"\n";
  const std::string data = (dir.path() / "data").string();
  const auto refused = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "serve");
    const Ran ran = run_ordo(arguments);
    EXPECT_EQ(ran.exit_code, 2) << ran.err;
    EXPECT_EQ(ran.err.find('\n'), ran.err.size() - 1) << ran.err;
    return ran.err;
  };
  EXPECT_THAT(refused({"--config", dir.path().string(), "--data", data}),
              HasSubstr(": cannot be read: it is a directory"));
  EXPECT_THAT(refused({"--config", file, "--data", data}),
              HasSubstr("ordo.toml:2: [queues.tasks] function: there is no [functions.gone]"));
  EXPECT_THAT(refused({"--listen", "x:1", "--config", "/dev/null", "--data", data}),
              HasSubstr("--listen: [server] listen: an IP address or localhost"));
  EXPECT_THAT(refused({"--store", "sqlite::memory:", "--config", "/dev/null"}),
              HasSubstr("--store: [store] url: what is in memory is lost"));
  EXPECT_FALSE(std::filesystem::exists(data)) << "nothing was begun";
}

}  // namespace
}  // namespace ordo::e2e
