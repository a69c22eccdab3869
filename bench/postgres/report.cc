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

std::vector<double> figures(const std::vector<Rate>& rates, double Rate::* which) {
  std::vector<double> values;
  values.reserve(rates.size());
  for (const Rate& rate : rates) values.push_back(rate.*which);
  return values;
}

// Round by round, as noise hits a whole round rather than one in it.
std::vector<double> ratios(const std::vector<double>& of, const std::vector<double>& to) {
  std::vector<double> values;
  values.reserve(of.size());
  for (std::size_t i = 0; i < of.size(); ++i) values.push_back(of[i] / to[i]);
  std::ranges::sort(values);
  return values;
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
    fmt::print("{:<46} {:>8.0f}/s", one.name, median(figures(one.rates, &Rate::a_second)));
    const double size = median(figures(one.rates, &Rate::a_commit));
    if (size > 0) fmt::print("  {:>5.0f} a commit", size);
    const double cpu = median(figures(one.rates, &Rate::cpu_us));
    if (cpu > 0) fmt::print("  {:>4.0f} us of CPU", cpu);
    if (!one.against.empty()) {
      const std::vector<Rate>& other = named(one.against).rates;
      const auto of = ratios(figures(one.rates, &Rate::a_second), figures(other, &Rate::a_second));
      fmt::print("   {:.2f} ({:.2f} to {:.2f}) of {}", median(of), of.front(), of.back(),
                 one.against);
      const double other_cpu = median(figures(other, &Rate::cpu_us));
      if (cpu > 0 && other_cpu > 0) fmt::print(", by its CPU {:.2f}", other_cpu / cpu);
    }
    fmt::print("\n");
  }
}

}  // namespace ordo::bench
