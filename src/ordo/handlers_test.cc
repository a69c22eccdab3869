#include "ordo/handlers.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <string>

namespace ordo::program {
namespace {

struct Hook {
  std::string url;
  std::uint32_t in_flight = 0;
};

// The limits of a client for these web hooks.
net::AsyncClientOptions options_for(std::initializer_list<Hook> hooks) {
  Config config;
  // Of another kind: it makes no calls.
  config.functions["simulate"].max_in_flight = 9'999;
  for (const Hook& each : hooks) {
    Function& hook = config.functions["hook" + std::to_string(config.functions.size())];
    hook.kind = FunctionKind::url;
    hook.url = each.url;
    hook.max_in_flight = each.in_flight;
  }
  net::AsyncClientOptions options;
  make_room_for_calls(config, options);
  return options;
}

TEST(RoomForCalls, IsTheClientsOwnForFewCalls) {
  const net::AsyncClientOptions own;
  for (const auto& options :
       {options_for({}), options_for({{"http://a/", 1}, {"http://b/", 64}})}) {
    EXPECT_EQ(options.max_host_connections, own.max_host_connections);
    EXPECT_EQ(options.max_connections, own.max_connections);
  }
}

TEST(RoomForCalls, IsWhatTheLargestHostNeedsAndTheirSumInAll) {
  const auto options = options_for({{"http://a/", 100}, {"http://b/", 500}, {"http://a:81/", 200}});
  EXPECT_EQ(options.max_host_connections, 500U);
  EXPECT_EQ(options.max_connections, 800U);
}

TEST(RoomForCalls, FunctionsOfOneHostHaveRoomBesideEachOther) {
  const auto options =
      options_for({{"https://a/orders", 64}, {"https://b/", 100}, {"https://A:443/mail?x", 64}});
  EXPECT_EQ(options.max_host_connections, 128U);
  EXPECT_EQ(options.max_connections, 256U);
}

TEST(RoomForCalls, HasABound) {
  const auto options = options_for({{"http://a/", 10'000}, {"http://b/", 10'000}});
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
