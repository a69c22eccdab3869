#include "system/random.h"

#include <array>
#include <random>

namespace ordo::system {

std::uint64_t SystemRandom::next() {
  thread_local std::mt19937_64 engine = [] {
    std::random_device device;
    std::array<std::uint32_t, 8> words;
    for (std::uint32_t& word : words) word = device();
    std::seed_seq seed(words.begin(), words.end());
    return std::mt19937_64(seed);
  }();
  return engine();
}

}  // namespace ordo::system
