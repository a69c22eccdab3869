// A call whose answer is known and not told yet.
#pragma once

#include <utility>
#include <vector>

#include "ports/function_host.h"

namespace ordo::functions {

struct AnsweredCall {
  ports::OnCallAnswered answer;
  ports::CallOutcome outcome;
};

// Under no lock.
inline void tell_all(std::vector<AnsweredCall> calls) {
  for (AnsweredCall& each : calls) each.answer(std::move(each.outcome));
}

}  // namespace ordo::functions
