// Tables of machines and what they come to. In all the texts of a case ' stands for " and ` for '.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "asl/machine_run.h"

namespace ordo::states {

struct Case {
  const char* name;  // CamelCase
  // A machine; or one state (beginning with {'Type'), which is then the machine's only one, "S",
  // and ends it.
  const char* definition;
  const char* input = "{}";
  // The output as text; "!Error" or "!Error|cause".
  const char* output = "{}";
  // Checked when they are given: the history's event types, what was called, and at which
  // milliseconds since the start time had to pass.
  const char* types = nullptr;
  const char* calls = nullptr;
  const char* waits = nullptr;
};

// ' and ` as above.
[[nodiscard]] std::string quoted_text(std::string_view text);
[[nodiscard]] std::string machine_text(std::string_view definition);

// The functions that tables call:
//   echo   its parameters are its answer
//   boom   fails with the "error" and the "cause" of its parameters ("Boom", "broken")
//   flaky  fails with each of "errors" in turn, then answers "fine"
//   count  answers how often it was called
//   hang   never answers
//   big    answers a string of so many characters as its parameters say
[[nodiscard]] RunOptions table_options();

// Runs it plainly, and with the execution restored between any two steps: both runs must be alike.
// Returns the plain one.
MachineRun run_both_ways(const std::string& definition, const std::string& input);
void check_case(const Case& one);

[[nodiscard]] std::string case_name(const testing::TestParamInfo<Case>& info);

}  // namespace ordo::states
