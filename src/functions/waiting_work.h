// What waits for a function's slots: invocations for tasks, and calls.
#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "ports/function_host.h"

namespace ordo::functions {

using Work = std::variant<ports::Invocation, ports::FunctionCall>;

[[nodiscard]] inline ports::InvocationId id_of(const Work& work) {
  return std::visit([](const auto& one) { return one.id; }, work);
}

// Each kind keeps its order; while both wait, they are taken by turns. Not thread-safe.
class WaitingWork {
 public:
  void add(ports::Invocation invocation) { invocations_.push_back(std::move(invocation)); }
  void add(ports::FunctionCall call) { calls_.push_back(std::move(call)); }
  // Before all others of its kind: some of it has run.
  void put_back(ports::Invocation invocation) { invocations_.push_front(std::move(invocation)); }

  [[nodiscard]] bool empty() const noexcept { return invocations_.empty() && calls_.empty(); }
  [[nodiscard]] std::size_t invocations() const noexcept { return invocations_.size(); }
  [[nodiscard]] std::size_t calls() const noexcept { return calls_.size(); }

  // Not when it is empty.
  Work take();
  // Nothing when that one does not wait.
  std::optional<Work> take(ports::InvocationId id);
  std::vector<Work> take_all();

 private:
  std::deque<ports::Invocation> invocations_;
  std::deque<ports::FunctionCall> calls_;
  bool call_is_next_ = false;
};

}  // namespace ordo::functions
