#include "postgres/report.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstddef>
#include <utility>

namespace ordo::bench {
namespace {

double median(std::vector<double> values) {
  if (values.empty()) return 0;
  std::ranges::sort(values);
  const std::size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

}  // namespace

void Race::add(std::string name, std::string against, std::function<Rate()> run) {
  contestants_.push_back({std::move(name), std::move(against), std::move(run)});
}

void Race::run(int rounds) {
  for (int round = 1; round <= rounds; ++round) {
    for (Contestant& one : contestants_) {
      one.rates.push_back(one.run());
      fmt::print(stderr, "round {} of {}: {:<44} {:>8.0f}/s\n", round, rounds, one.name,
                 one.rates.back().a_second);
    }
  }
}

const Race::Contestant& Race::named(const std::string& name) const {
  return *std::ranges::find(contestants_, name, &Contestant::name);
}

const Rate& Race::latest(const std::string& name) const {
  return named(name).rates.back();
}

void Race::print() const {
  for (const Contestant& one : contestants_) {
    std::vector<double> rates;
    std::vector<double> sizes;
    std::vector<double> ratios;
    for (std::size_t round = 0; round < one.rates.size(); ++round) {
      rates.push_back(one.rates[round].a_second);
      sizes.push_back(one.rates[round].a_commit);
      if (one.against.empty()) continue;
      ratios.push_back(one.rates[round].a_second / named(one.against).rates[round].a_second);
    }
    fmt::print("{:<46} {:>8.0f}/s", one.name, median(rates));
    if (median(sizes) > 0) fmt::print("  {:>5.0f} a commit", median(sizes));
    if (!ratios.empty()) fmt::print("   {:.2f} of {}", median(ratios), one.against);
    fmt::print("\n");
  }
}

}  // namespace ordo::bench
