#include "ordo/handlers.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <string>

namespace ordo::program {
namespace {

// The limits of a client for web hooks with so many in flight.
net::AsyncClientOptions options_for(std::initializer_list<std::uint32_t> in_flight) {
  Config config;
  // Of another kind: it makes no calls.
  config.functions["simulate"].max_in_flight = 9'999;
  for (const std::uint32_t each : in_flight) {
    Function& hook = config.functions["hook" + std::to_string(config.functions.size())];
    hook.kind = FunctionKind::url;
    hook.max_in_flight = each;
  }
  net::AsyncClientOptions options;
  make_room_for_calls(config, options);
  return options;
}

TEST(RoomForCalls, IsTheClientsOwnForFewCalls) {
  const net::AsyncClientOptions own;
  for (const auto& options : {options_for({}), options_for({1, 64})}) {
    EXPECT_EQ(options.max_host_connections, own.max_host_connections);
    EXPECT_EQ(options.max_connections, own.max_connections);
  }
}

TEST(RoomForCalls, IsTheLargestNumberAHostAndTheirSumInAll) {
  const auto options = options_for({100, 500, 200});
  EXPECT_EQ(options.max_host_connections, 500U);
  EXPECT_EQ(options.max_connections, 800U);
}

TEST(RoomForCalls, HasABound) {
  const auto options = options_for({10'000, 10'000});
  EXPECT_EQ(options.max_host_connections, 10'000U);
  EXPECT_EQ(options.max_connections, kMostCalls);
}

TEST(LambdaSpec, HasItsTaskRootWhereTheServerRunsUnlessADirectoryIsConfigured) {
  const auto task_root_of = [](const std::string& directory) {
    Function function;
    function.directory = directory;
    return lambda_spec("f", function).task_root;
  };
  const std::string here = std::filesystem::current_path().string();
  EXPECT_EQ(task_root_of(""), here);
  EXPECT_EQ(task_root_of("functions"), here + "/functions");
  EXPECT_EQ(task_root_of("/srv/resize"), "/srv/resize");
}

}  // namespace
}  // namespace ordo::program
