// What the commands that ask a server share.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "cli/environment.h"
#include "cli/exit_codes.h"
#include "cli/remote.h"

namespace ordo::cli {

// Room for what a command's options say. Shared, because two outlive the function that adds the
// command and neither can own it alone: CLI11 keeps addresses inside it until the arguments are
// parsed, and the callbacks that read it after that are std::functions, which are copied.
template <class T>
std::shared_ptr<T> make_choices() {
  return std::make_shared<T>();
}

struct Target {
  std::string url;
  bool json = false;
};

// --url and --json.
void add_target_options(CLI::App& command, Target& target);

// Choices of which one is a Target, with its options.
template <class T>
std::shared_ptr<T> add_choices(CLI::App& command, const Environment& environment) {
  auto given = make_choices<T>();
  given->target.url = environment.url;
  add_target_options(command, given->target);
  return given;
}

// `text` on standard error, one line: it may quote what a stranger wrote, and a terminal obeys
// control characters. After all that was printed, also where both go to one file.
void note(std::string_view text);

// "ordo: …", as a note.
void tell(std::string_view text);

// Tells what went wrong; kFailed.
int complain(const base::Error& error);

// Tells what is wrong with what the user gave; kWrongUsage.
int complain_of_usage(const base::Error& error);

// For options whose empty value would pass for none at all.
[[nodiscard]] CLI::Validator not_empty();

// A member that is a whole number; 0: it is none.
[[nodiscard]] std::uint64_t number_at(const std::vector<base::JsonMember>& members,
                                      std::string_view name);

// The answer as the server sent it, with one line end.
void print_json(std::string_view body);

// Asks, and prints the answer: as it came with --json, otherwise as `text` makes of it.
int ask_and_print(const Target& target, const Call& call,
                  base::Result<std::string> (*text)(std::string_view body));

}  // namespace ordo::cli
