#include "functions/waiting_work.h"

#include <algorithm>

#include "base/assert.h"

namespace ordo::functions {
namespace {

template <class One>
Work take_first(std::deque<One>& from) {
  Work work(std::move(from.front()));
  from.pop_front();
  return work;
}

template <class One>
std::optional<Work> take_of(std::deque<One>& from, ports::InvocationId id) {
  const auto found = std::ranges::find(from, id, &One::id);
  if (found == from.end()) return std::nullopt;
  std::optional<Work> work(std::move(*found));
  from.erase(found);
  return work;
}

}  // namespace

Work WaitingWork::take() {
  ORDO_ASSERT(!empty());
  const bool call = invocations_.empty() || (call_is_next_ && !calls_.empty());
  call_is_next_ = !call;
  return call ? take_first(calls_) : take_first(invocations_);
}

std::optional<Work> WaitingWork::take(ports::InvocationId id) {
  std::optional<Work> work = take_of(invocations_, id);
  return work ? std::move(work) : take_of(calls_, id);
}

std::vector<Work> WaitingWork::take_all() {
  std::vector<Work> all;
  all.reserve(invocations_.size() + calls_.size());
  while (!empty()) all.push_back(take());
  return all;
}

}  // namespace ordo::functions
