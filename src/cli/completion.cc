#include "cli/completion.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <vector>

namespace ordo::cli {
namespace {

struct Command {
  std::string path;                // "task submit", "" for the program itself
  std::vector<std::string> words;  // what may follow: subcommands and options
};

// "TEXT:{low,medium,high}" names its values.
std::vector<std::string> values_of(const CLI::Option& option) {
  const std::string type = option.get_type_name();
  const std::size_t begin = type.find('{');
  const std::size_t end = type.find('}');
  if (begin == std::string::npos || end == std::string::npos) return {};
  return CLI::detail::split(type.substr(begin + 1, end - begin - 1), ',');
}

void collect(const CLI::App& app, const std::string& path, std::vector<Command>& commands,
             std::vector<Command>& values) {
  Command command{path, {}};
  const auto subcommands = app.get_subcommands([](const CLI::App*) { return true; });
  for (const CLI::App* const sub : subcommands) command.words.push_back(sub->get_name());
  for (const CLI::Option* const option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) {
      command.words.push_back("--" + name);
      const std::vector<std::string> known = values_of(*option);
      if (!known.empty()) values.push_back({fmt::format("{} --{}", path, name), known});
    }
  }
  commands.push_back(std::move(command));
  for (const CLI::App* const sub : subcommands) {
    collect(*sub, path.empty() ? sub->get_name() : path + " " + sub->get_name(), commands, values);
  }
}

std::string case_lines(const std::vector<Command>& entries) {
  std::string out;
  for (const Command& entry : entries) {
    out += fmt::format("    \"{}\") words=\"{}\" ;;\n", entry.path,
                       CLI::detail::join(entry.words, " "));
  }
  return out;
}

// The longest path of commands that the words before the current one spell is what decides.
std::string bash_script(const std::vector<Command>& commands, const std::vector<Command>& values) {
  std::string paths;
  for (const Command& command : commands) paths += fmt::format("|{}|", command.path);
  return fmt::format(
      R"(# bash completion of ordo:  source <(ordo completion bash)
_ordo() {{
  local current="${{COMP_WORDS[COMP_CWORD]}}" previous="${{COMP_WORDS[COMP_CWORD-1]}}"
  local known="{}" path="" next word words="" i
  for ((i = 1; i < COMP_CWORD; i++)); do
    word="${{COMP_WORDS[i]}}"
    next="${{path:+$path }}$word"
    if [[ "$known" == *"|$next|"* ]]; then path="$next"; fi
  done
  case "$path $previous" in
{}  esac
  if [[ -n "$words" ]]; then
    COMPREPLY=($(compgen -W "$words" -- "$current"))
    return
  fi
  case "$path" in
{}  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}}
complete -o default -F _ordo ordo
)",
      paths, case_lines(values), case_lines(commands));
}

std::string zsh_script(const std::string& bash) {
  return "#compdef ordo\n# zsh completion of ordo:  source <(ordo completion zsh)\n"
         "autoload -U +X bashcompinit && bashcompinit\n" +
         bash.substr(bash.find('\n') + 1);
}

std::string fish_script(const std::vector<Command>& commands, const std::vector<Command>& values) {
  std::string out =
      "# fish completion of ordo:  ordo completion fish | source\n"
      "function __ordo_at\n"
      "  set -l given (string match -v -- '-*' (commandline -opc)[2..-1])\n"
      "  set -l wanted (string split -n ' ' -- $argv[1])\n"
      "  set -l depth (count $wanted)\n"
      "  test (count $given) -ge $depth; or return 1\n"
      "  test $depth -eq 0; and test (count $given) -gt 0; and return 1\n"
      "  test $depth -eq 0; or test \"$given[1..$depth]\" = \"$wanted\"\n"
      "end\n"
      "complete -c ordo -f\n";
  for (const Command& command : commands) {
    for (const std::string& word : command.words) {
      const bool option = word.starts_with("--");
      out += fmt::format("complete -c ordo -n '__ordo_at \"{}\"' {} {}\n", command.path,
                         option ? "-l" : "-a", option ? word.substr(2) : word);
    }
  }
  for (const Command& value : values) {
    const std::size_t option = value.path.rfind(" --");
    out += fmt::format("complete -c ordo -n '__ordo_at \"{}\"' -l {} -x -a '{}'\n",
                       value.path.substr(0, option), value.path.substr(option + 3),
                       CLI::detail::join(value.words, " "));
  }
  return out;
}

}  // namespace

std::string completion_script(const CLI::App& app, std::string_view shell) {
  std::vector<Command> commands;
  std::vector<Command> values;
  collect(app, "", commands, values);
  if (shell == "fish") return fish_script(commands, values);
  const std::string bash = bash_script(commands, values);
  return shell == "zsh" ? zsh_script(bash) : bash;
}

}  // namespace ordo::cli
