#include "cli/common.h"

#include <fmt/format.h>

#include <charconv>
#include <cstdio>

#include "cli/table.h"

namespace ordo::cli {

void add_target_options(CLI::App& command, Target& target) {
  command.add_option("--url", target.url, "the server (or ORDO_URL)")->capture_default_str();
  command.add_flag("--json", target.json, "print the answer as JSON, for machines");
}

int complain(const base::Error& error) {
  tell(error.message);
  return kFailed;
}

int complain_of_usage(const base::Error& error) {
  tell(error.message);
  return kWrongUsage;
}

CLI::Validator not_empty() {
  return {[](const std::string& value) {
            return value.empty() ? std::string("it must not be empty") : std::string();
          },
          ""};
}

void note(std::string_view text) {
  std::fflush(stdout);
  fmt::print(stderr, "{}\n", one_line(text));
}

void tell(std::string_view text) {
  note(fmt::format("ordo: {}", text));
}

std::uint64_t number_at(const std::vector<base::JsonMember>& members, std::string_view name) {
  const std::string_view text = text_of(members, name);
  std::uint64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

void print_json(std::string_view body) {
  fmt::print("{}{}", body, body.ends_with('\n') ? "" : "\n");
}

int ask_and_print(const Target& target, const Call& call,
                  base::Result<std::string> (*text)(std::string_view body)) {
  Remote remote(target.url);
  const auto body = remote.ask(call);
  if (!body) return complain(body.error());
  if (target.json) {
    print_json(*body);
    return kDone;
  }
  const auto shown = text(*body);
  if (!shown) return complain(shown.error());
  fmt::print("{}", *shown);
  return kDone;
}

}  // namespace ordo::cli
