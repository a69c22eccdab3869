// RapidCheck's own ranges start small and grow with the number of the run, which suits sizes. For
// choices between kinds every run should be able to choose everything.
#pragma once

#include <rapidcheck.h>

namespace ordo::testing {

// One of low … high - 1, each as likely in the first run as in the last.
template <class T>
T pick(T low, T high) {
  return *rc::gen::resize(rc::kNominalSize, rc::gen::inRange<T>(low, high));
}

inline bool one_in(int n) {
  return pick(0, n) == n - 1;  // shrinks to "no"
}

}  // namespace ordo::testing
