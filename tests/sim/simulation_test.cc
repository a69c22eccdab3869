// Many seeds. ORDO_SIM_SEEDS says how many, ORDO_SIM_SEED names one: it is repeated exactly, with
// its history.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "sim/world.h"

namespace ordo::sim {
namespace {

std::uint64_t number_from(const char* variable, std::uint64_t otherwise) {
  const char* const text = std::getenv(variable);
  return text == nullptr || *text == '\0' ? otherwise : std::strtoull(text, nullptr, 10);
}

// The seed decides on the shape, too: many lanes and few, calm handlers and bad ones.
Options options_for(std::uint64_t seed) {
  Options options;
  options.seed = seed;
  options.lanes = seed % 5 == 0 ? 2000 : seed % 3 == 0 ? 2 : 30;
  options.failure_rate = seed % 4 == 0 ? 0.6 : 0.25;
  return options;
}

TEST(Simulation, KeepsEveryPromiseUnderEverySeed) {
  const std::uint64_t one = number_from("ORDO_SIM_SEED", 0);
  const std::uint64_t first = one != 0 ? one : 1;
  const std::uint64_t last = one != 0 ? one : number_from("ORDO_SIM_SEEDS", 200);
  std::size_t crashes = 0;
  std::size_t runs = 0;
  for (std::uint64_t seed = first; seed <= last; ++seed) {
    World world(options_for(seed));
    const auto fault = world.run();
    crashes += world.crashes();
    runs += world.runs();
    if (fault || one != 0) {
      for (const std::string& line : world.history()) fmt::print("{}\n", line);
    }
    ASSERT_FALSE(fault) << "seed " << seed << ": " << *fault
                        << "\nrepeat with ORDO_SIM_SEED=" << seed;
  }
  fmt::print("{} seeds, {} crashes, {} handler runs\n", last - first + 1, crashes, runs);
  EXPECT_GT(runs, 0U);
}

TEST(Simulation, TheSameSeedIsTheSameHistory) {
  World a(options_for(7));
  World b(options_for(7));
  a.run();
  b.run();
  EXPECT_EQ(a.history(), b.history());
  EXPECT_GT(a.accepted(), 100U);
}

}  // namespace
}  // namespace ordo::sim
