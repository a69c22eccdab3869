// The client commands as a shell calls them, in this process, with an environment of the test's.
#pragma once

#include <gtest/gtest.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <functional>
#include <string>
#include <vector>

#include "cli/cli.h"
#include "cli/environment.h"
#include "cli/exit_codes.h"
#include "support/answering_server.h"
#include "support/fake_clock.h"

namespace ordo::testing {

class CliHarness : public ::testing::Test {
 protected:
  struct Ran {
    int code = 0;
    std::string out;
    std::string err;
  };

  CliHarness() {
    environment_.url = server_.url();
    environment_.now = [this] { return clock_.mono(); };
    environment_.pause = [this](base::Millis time) {
      paused_ += time;
      clock_.advance(time);
    };
  }

  Ran run(std::vector<std::string> arguments) {
    CLI::App app("ordo", "ordo");
    app.require_subcommand(1);
    std::function<int()> chosen;
    cli::add_client_commands(app, environment_, chosen);
    std::ranges::reverse(arguments);
    Ran out;
    ::testing::internal::CaptureStdout();
    ::testing::internal::CaptureStderr();
    try {
      app.parse(std::move(arguments));
      out.code = chosen();
    } catch (const CLI::ParseError& error) {
      out.code = error.get_exit_code() == 0 ? cli::kDone : cli::kWrongUsage;
      std::fputs(app.help().c_str(), stdout);
    }
    std::fflush(stdout);
    out.out = ::testing::internal::GetCapturedStdout();
    out.err = ::testing::internal::GetCapturedStderr();
    return out;
  }

  AnsweringServer server_;
  FakeClock clock_;
  base::Millis paused_{0};
  cli::Environment environment_;
};

}  // namespace ordo::testing
