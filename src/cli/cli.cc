#include "cli/cli.h"

#include <fmt/format.h>

#include <memory>
#include <string>
#include <vector>

#include "cli/bench_command.h"
#include "cli/common.h"
#include "cli/completion.h"
#include "cli/dead_commands.h"
#include "cli/execution_commands.h"
#include "cli/order_commands.h"
#include "cli/pipeline_commands.h"
#include "cli/queue_commands.h"
#include "cli/task_commands.h"
#include "cli/task_text.h"

namespace ordo::cli {
namespace {

void add_health(CLI::App& app, const Environment& environment, std::function<int()>& run) {
  CLI::App* const command = app.add_subcommand("health", "Ask a server how it is");
  const auto target = make_choices<Target>();
  target->url = environment.url;
  add_target_options(*command, *target);
  command->callback([target, &run] {
    run = [target] {
      // A server that cannot accept is not well, whatever else it can tell.
      Remote remote(target->url);
      const auto ready = remote.exchange({.path = "/readyz"});
      // Nobody is there: to ask for more would only say so again.
      if (!ready) return complain(ready.error());
      const int told = ask_and_print(*target, {.path = "/health"}, object_text);
      const auto accepts = body_of_success(*ready);
      return accepts ? told : complain(accepts.error());
    };
  });
}

void add_completion(CLI::App& app, std::function<int()>& run) {
  CLI::App* const command =
      app.add_subcommand("completion", "Print a shell's completion script for this command");
  const auto shell = make_choices<std::string>();
  command->add_option("SHELL", *shell, "bash, zsh or fish")
      ->required()
      ->check(CLI::IsMember(std::vector<std::string>{"bash", "zsh", "fish"}));
  command->footer("Example:\n  source <(ordo completion bash)\n");
  command->callback([shell, &app, &run] {
    run = [shell, &app] {
      fmt::print("{}", completion_script(app, *shell));
      return kDone;
    };
  });
}

}  // namespace

void add_client_commands(CLI::App& app, const Environment& environment, std::function<int()>& run) {
  add_task_commands(app, environment, run);
  add_dead_commands(app, environment, run);
  add_order_commands(app, environment, run);
  add_queue_commands(app, environment, run);
  add_pipeline_commands(app, environment, run);
  add_execution_commands(app, environment, run);
  add_health(app, environment, run);
  add_bench_command(app, environment, run);
  add_completion(app, run);
}

}  // namespace ordo::cli
