// The ordo command: what runs in production is wired here and in serve.cc.
#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <functional>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "base/uuid.h"
#include "cli/cli.h"
#include "cli/common.h"
#include "cli/terminal.h"
#include "cli/usage.h"
#include "ordo/config.h"
#include "ordo/copy_command.h"
#include "ordo/local_time.h"
#include "ordo/maintenance_commands.h"
#include "ordo/pipeline_check.h"
#include "ordo/serve.h"
#include "system/clock.h"
#include "system/random.h"
#include "system/signals.h"

namespace {

using ordo::program::Flags;

std::optional<std::string> environment(std::string_view name) {
  const char* const value = std::getenv(std::string(name).c_str());
  if (value == nullptr) return std::nullopt;
  return value;
}

std::vector<std::string> variable_names() {
  std::vector<std::string> names;
  for (char** one = environ; *one != nullptr; ++one) {
    const std::string_view text(*one);
    names.emplace_back(text.substr(0, text.find('=')));
  }
  return names;
}

ordo::cli::TerminalSize terminal_size() {
  winsize size{};
  if (isatty(STDOUT_FILENO) == 0 || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0) return {};
  return {size.ws_col, size.ws_row};
}

std::optional<std::string> ask_a_person(const std::string& question) {
  fmt::print(stderr, "{}", question);
  std::string answer;
  if (!std::getline(std::cin, answer)) return std::nullopt;
  return answer;
}

// What waits on a terminal, in both directions.
void add_terminal(ordo::cli::Environment& to) {
  to.terminal_size = terminal_size;
  to.progress = isatty(STDERR_FILENO) != 0;
  // Shared: the functions are copied, the change of the process is one.
  to.catch_interrupts = [] {
    return [signals = std::make_shared<ordo::system::SignalWaiter>()] {
      return signals->wait_for(ordo::base::Millis(0)).has_value();
    };
  };
  if (isatty(STDIN_FILENO) == 0) return;
  to.ask = ask_a_person;
  to.read_keys = [] {
    return [keys = std::make_shared<ordo::cli::Keys>()](ordo::base::Millis bound) {
      return ordo::cli::Keys::wait(bound);
    };
  };
}

ordo::cli::Environment client_environment(const ordo::system::SystemClock& clock,
                                          ordo::system::SystemRandom& random) {
  ordo::cli::Environment out;
  out.url = environment("ORDO_URL").value_or("http://127.0.0.1:8080");
  out.new_task_id = [&clock, &random] {
    return ordo::base::uuid_v7(clock.wall(), random.next(), random.next());
  };
  out.now = [&clock] { return clock.mono(); };
  out.pause = ordo::system::pause;
  out.local_time = ordo::program::local_time_of_zones();
  add_terminal(out);
  return out;
}

std::string serve_footer() {
  std::string out = "Environment, over ordo.toml and under the flags:\n";
  for (const auto& [name, key] : ordo::program::variables()) {
    out += fmt::format("  {:<33} {}\n", name, key);
  }
  return out + "Examples:\n  ordo serve\n  ordo serve --listen 0.0.0.0:8080 --data /var/lib/ordo\n";
}

int serve(const Flags& flags, ordo::program::Environment variables) {
  variables.programs_run_here = true;
  const auto config = ordo::program::load_config(flags, variables);
  if (config) return ordo::program::serve(*config);
  fmt::print(stderr, "{}\n", config.error().message);
  return ordo::program::kWrongUsage;
}

void add_serve(CLI::App& app, Flags& flags, const ordo::program::Environment& variables,
               std::function<int()>& run) {
  CLI::App* const command = app.add_subcommand("serve", "Run the server");
  command->add_option("--listen", flags.listen, "HOST:PORT; port 0 takes any free one");
  command->add_option("--data", flags.data, "data directory (default ordo-data)");
  command->add_option("--store", flags.store, "sqlite:PATH or postgres://…")->excludes("--data");
  command->add_option("--config", flags.config_file, "instead of ./ordo.toml");
  command->add_option("--threads", flags.threads, "connection threads; 0: one a core");
  command->add_option("--log-level", flags.log_level, "debug, info, warning or error");
  command->add_option("--log-format", flags.log_format, "auto, json or human");
  command->footer(serve_footer());
  command->callback([&flags, &variables, &run] {
    run = [&flags, &variables] { return serve(flags, variables); };
  });
}

// The exit code of a command that ended with `code`: an answer that did not reach its reader is
// none.
int delivered(int code) {
  const bool lost_before = std::ferror(stdout) != 0;
  const bool flushed = std::fflush(stdout) == 0;
  const int error = flushed ? 0 : errno;
  // Who reads may stop at any time, as `head` does.
  if (error == EPIPE || (flushed && !lost_before)) return code;
  const std::error_code why(error, std::generic_category());
  ordo::cli::tell("the answer could not be written to standard output" +
                  (flushed ? std::string() : ": " + why.message()));
  return code == ordo::program::kDone ? ordo::program::kFailed : code;
}

}  // namespace

int main(int argc, char** argv) try {
  CLI::App app("ordo: a task backend that keeps what it accepts and runs it in order", "ordo");
  app.require_subcommand(1);
  std::function<int()> run;
  Flags flags;
  const ordo::program::Environment variables{environment, variable_names};
  add_serve(app, flags, variables, run);
  const ordo::system::SystemClock clock;
  ordo::system::SystemRandom random;
  const ordo::cli::Environment client = client_environment(clock, random);
  ordo::cli::add_client_commands(app, client, run);
  ordo::program::add_pipeline_validation(*app.get_subcommand("pipeline"), run);
  ordo::program::add_maintenance_commands(app, variables, run);
  ordo::program::add_copy_command(app, client, run);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const bool asked_for_help = error.get_exit_code() == 0;
    if (asked_for_help && !ordo::cli::unknown_command(app)) return delivered(app.exit(error));
    ordo::cli::tell(ordo::cli::usage_text(app, error));
    return ordo::program::kWrongUsage;
  }
  return delivered(run());
} catch (const std::exception& error) {
  ordo::cli::tell(error.what());
  return ordo::program::kFailed;
}
