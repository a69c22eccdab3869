#include "ordo/pipeline_check.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstdio>
#include <iterator>
#include <memory>
#include <string>
#include <system_error>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "cli/common.h"
#include "cli/table.h"
#include "states/machine.h"

namespace ordo::program {
namespace {

struct CheckChoices {
  std::string file;
  bool json = false;
};

// One byte more than a definition may have is enough to find that it is too long.
base::Result<std::string> read_definition(const std::string& path) {
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> opened(nullptr, std::fclose);
  if (path != "-") opened.reset(std::fopen(path.c_str(), "re"));
  std::FILE* const file = path == "-" ? stdin : opened.get();
  std::string text(states::kMaxDefinitionBytes + 1, '\0');
  if (file != nullptr) text.resize(std::fread(text.data(), 1, text.size(), file));
  if (file != nullptr && std::ferror(file) == 0) return text;
  const std::error_code why(errno, std::generic_category());
  return base::fail(base::ErrorCode::invalid,
                    fmt::format("{} cannot be read: {}", path, why.message()));
}

void print_faults(const base::Error& error) {
  std::string out = R"({"valid":false,"errors":[)";
  const auto add = [&out](std::string_view pointer, std::string_view code,
                          std::string_view message) {
    out += out.ends_with('[') ? R"({"pointer":)" : R"(,{"pointer":)";
    base::append_json_string(out, pointer);
    out += R"(,"code":)";
    base::append_json_string(out, code);
    out += R"(,"message":)";
    base::append_json_string(out, message);
    out.push_back('}');
  };
  for (const base::FieldError& fault : error.fields) add(fault.pointer, fault.code, fault.message);
  if (error.fields.empty()) add("", "malformed", error.message);
  fmt::print("{}]}}\n", out);
}

void tell_faults(const std::string& file, const base::Error& error) {
  for (const base::FieldError& fault : error.fields) {
    cli::tell(fmt::format("{}: {}{}{}", file, fault.pointer, fault.pointer.empty() ? "" : ": ",
                          fault.message));
  }
  if (error.fields.empty()) cli::tell(fmt::format("{}: {}", file, error.message));
}

int validate(const CheckChoices& given) {
  const auto text = read_definition(given.file);
  if (!text) return cli::complain_of_usage(text.error());
  const auto machine = states::parse_machine(*text);
  if (machine) {
    std::size_t states = 0;
    states::each_state(**machine,
                       [&states](const states::State&, const std::string&) { ++states; });
    if (given.json) {
      fmt::print("{{\"valid\":true,\"states\":{}}}\n", states);
    } else {
      fmt::print("{}: in order, {} state{}; its resources were not checked\n",
                 cli::one_line(given.file), states, states == 1 ? "" : "s");
    }
    return cli::kDone;
  }
  if (given.json) {
    print_faults(machine.error());
  } else {
    tell_faults(given.file, machine.error());
  }
  return cli::kFailed;
}

}  // namespace

void add_pipeline_validation(CLI::App& pipeline, std::function<int()>& run) {
  CLI::App* const command = pipeline.add_subcommand(
      "validate", "Check the definition of a state machine, without a server");
  const auto given = cli::make_choices<CheckChoices>();
  command->add_option("FILE", given->file, "the file; - is standard input")->required();
  command->add_flag("--json", given->json, "for machines");
  command->footer(
      "Every fault is told with its place in the definition. Whether its functions and services\n"
      "are there is not checked: ordo serve does so for the pipelines of ordo.toml.\n");
  command->callback([given, &run] { run = [given] { return validate(*given); }; });
}

}  // namespace ordo::program
