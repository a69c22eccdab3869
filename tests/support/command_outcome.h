// A command of the program that is run in this process; what it prints is caught.
#pragma once

#include <gtest/gtest.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace ordo::testing {

struct Outcome {
  int status = -1;
  std::string out;
  std::string err;
};

// `add` gives the application its commands, of which the arguments choose one.
inline Outcome run_command(
    const std::function<void(CLI::App& app, std::function<int()>& chosen)>& add,
    std::vector<std::string> arguments) {
  CLI::App app("test", "ordo");
  std::function<int()> chosen;
  add(app, chosen);
  std::ranges::reverse(arguments);
  app.parse(std::move(arguments));
  Outcome outcome;
  ::testing::internal::CaptureStdout();
  ::testing::internal::CaptureStderr();
  outcome.status = chosen();
  outcome.out = ::testing::internal::GetCapturedStdout();
  outcome.err = ::testing::internal::GetCapturedStderr();
  return outcome;
}

}  // namespace ordo::testing
