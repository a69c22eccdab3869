#include "functions/lambda_environment.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ordo::functions {
namespace {

using ::testing::Contains;
using ::testing::Key;
using ::testing::Not;
using ::testing::Pair;

LambdaSpec resize() {
  LambdaSpec spec;
  spec.name = "resize";
  spec.command = {"python3", "-m", "awslambdaric", "resize.handler"};
  spec.task_root = "/srv/resize";
  spec.region = "eu-central-1";
  return spec;
}

TEST(LambdaEnvironment, HasWhatAwsPromises) {
  const Environment all = lambda_environment(resize(), {}, "127.0.0.1:9001", 3);
  for (const auto& each : Environment{{"AWS_LAMBDA_RUNTIME_API", "127.0.0.1:9001"},
                                      {"AWS_LAMBDA_FUNCTION_NAME", "resize"},
                                      {"AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"},
                                      {"AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128"},
                                      {"AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/resize"},
                                      {"AWS_LAMBDA_LOG_STREAM_NAME", "resize/[$LATEST]3"},
                                      {"AWS_REGION", "eu-central-1"},
                                      {"AWS_DEFAULT_REGION", "eu-central-1"},
                                      {"LAMBDA_TASK_ROOT", "/srv/resize"},
                                      {"LAMBDA_RUNTIME_DIR", "/srv/resize"},
                                      {"_HANDLER", "resize.handler"},
                                      {"TZ", ":UTC"},
                                      {"PATH", "/usr/local/bin:/usr/bin:/bin"},
                                      {"LANG", "C.UTF-8"}}) {
    EXPECT_THAT(all, Contains(each));
  }
}

TEST(LambdaEnvironment, GetsOnlyNamedVariablesOfTheServer) {
  const Environment servers{{"PATH", "/opt/bin"},
                            {"HOME", "/home/ordo"},
                            {"ORDO_STORE_URL", "postgres://user:secret@host/db"},
                            {"AWS_SECRET_ACCESS_KEY", "secret"}};
  const Environment all = lambda_environment(resize(), servers, "a:1", 0);
  EXPECT_THAT(all, Contains(Pair("PATH", "/opt/bin")));
  EXPECT_THAT(all, Contains(Pair("HOME", "/home/ordo")));
  EXPECT_THAT(all, Not(Contains(Key("ORDO_STORE_URL"))));
  EXPECT_THAT(all, Not(Contains(Key("AWS_SECRET_ACCESS_KEY"))));
}

TEST(LambdaEnvironment, TheConfigurationMayChangeAllButTheAddressOfTheApi) {
  LambdaSpec spec = resize();
  spec.handler = "other.handler";
  spec.memory_mb = 512;
  spec.environment = {{"PATH", "/venv/bin"},
                      {"AWS_SECRET_ACCESS_KEY", "its own"},
                      {"AWS_LAMBDA_RUNTIME_API", "evil:1"}};
  const Environment all = lambda_environment(spec, {{"PATH", "/opt/bin"}}, "a:1", 0);
  EXPECT_THAT(all, Contains(Pair("PATH", "/venv/bin")));
  EXPECT_THAT(all, Contains(Pair("AWS_SECRET_ACCESS_KEY", "its own")));
  EXPECT_THAT(all, Contains(Pair("AWS_LAMBDA_RUNTIME_API", "a:1")));
  EXPECT_THAT(all, Contains(Pair("_HANDLER", "other.handler")));
  EXPECT_THAT(all, Contains(Pair("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "512")));
}

}  // namespace
}  // namespace ordo::functions
