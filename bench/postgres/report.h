// A race of several, round by round, and what came of it.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "postgres/rate.h"

namespace ordo::bench {

class Race {
 public:
  // `against`: the name of the one that it is compared with; empty: none.
  void add(std::string name, std::string against, std::function<Rate()> run);
  // In turns, so that noise hits all of them; says on stderr how it goes.
  void run(int rounds);
  // What it did in the latest of its rounds.
  [[nodiscard]] const Rate& latest(const std::string& name) const;
  // Medians, also of the ratios within the rounds.
  void print() const;

 private:
  struct Contestant {
    std::string name;
    std::string against;
    std::function<Rate()> run;
    std::vector<Rate> rates = {};
  };
  [[nodiscard]] const Contestant& named(const std::string& name) const;

  std::vector<Contestant> contestants_;
};

}  // namespace ordo::bench
