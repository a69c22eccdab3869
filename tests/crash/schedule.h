// When the server is killed, and what each client does: all from one seed.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <random>
#include <vector>

namespace ordo::crash {

// What somebody wants instead, to repeat a run or for a longer one.
inline std::uint64_t number_from(const char* variable, std::uint64_t otherwise) {
  const char* const text = std::getenv(variable);
  return text == nullptr || *text == '\0' ? otherwise : std::strtoull(text, nullptr, 10);
}

// One generator a purpose, so that one client's luck does not depend on another's.
class Dice {
 public:
  Dice(std::uint64_t seed, std::uint64_t purpose)
      : engine_(seed ^ (purpose * 0x9e3779b97f4a7c15ULL)) {}
  // 0 … bound-1
  std::uint64_t below(std::uint64_t bound) { return engine_() % bound; }
  bool one_in(std::uint64_t n) { return below(n) == 0; }

 private:
  std::mt19937_64 engine_;
};

struct Kill {
  std::size_t after_answers = 0;       // counted from the restart, over all clients…
  std::chrono::microseconds later{0};  // …and then this much later
  bool starting_too = false;           // and once more while it starts, `start_after` in
  std::chrono::microseconds start_after{0};
};

inline std::vector<Kill> kill_schedule(std::uint64_t seed, std::size_t cycles,
                                       std::size_t max_answers) {
  Dice dice(seed, 0);
  std::vector<Kill> kills;
  for (std::size_t i = 0; i < cycles; ++i) {
    Kill kill;
    // Some fall right after the start, when recovery has just been done.
    kill.after_answers = dice.one_in(5) ? dice.below(20) : 20 + dice.below(max_answers);
    kill.later = std::chrono::microseconds(dice.below(4000));
    kill.starting_too = dice.one_in(4);
    kill.start_after = std::chrono::microseconds(dice.below(30'000));
    kills.push_back(kill);
  }
  return kills;
}

}  // namespace ordo::crash
