#include "asl/case_table.h"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <memory>
#include <utility>

#include "base/json_tree.h"

namespace ordo::states {
namespace {

std::string member(const std::string& parameters, std::string_view name, std::string otherwise) {
  const auto value = base::parse_json_tree(parameters);
  const auto* object = value ? value->if_object() : nullptr;
  const Json* found = object == nullptr ? nullptr : object->if_contains(name);
  return found != nullptr && found->is_string() ? std::string(found->get_string())
                                                : std::move(otherwise);
}

// "Error|cause".
std::string told(const Ending& ending) {
  return fmt::format("!{}|{}", ending.fault.error, ending.fault.cause);
}

std::string calls_of(const MachineRun& run) {
  std::string out;
  for (const std::string& call : run.called) out += (out.empty() ? "" : "; ") + call;
  return out;
}

std::string waits_of(const MachineRun& run) {
  std::string out;
  const base::WallTime start = RunOptions().now;
  for (const base::WallTime at : run.woken) {
    if (!out.empty()) out.push_back(' ');
    out += std::to_string((at - start).count());
  }
  return out;
}

}  // namespace

std::string quoted_text(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c == '\'') {
      c = '"';
    } else if (c == '`') {
      c = '\'';
    }
  }
  return out;
}

std::string machine_text(std::string_view definition) {
  std::string text = quoted_text(definition);
  if (!text.starts_with(R"({"Type")")) return text;
  const bool ends = text.starts_with(R"({"Type":"Succeed")") ||
                    text.starts_with(R"({"Type":"Fail")") ||
                    text.starts_with(R"({"Type":"Choice")");
  if (!ends) {
    text.pop_back();
    text += R"(,"End":true})";
  }
  return R"({"StartAt":"S","States":{"S":)" + text + "}}";
}

RunOptions table_options() {
  RunOptions options;
  options.functions["echo"] = [](const std::string& parameters) -> Called { return parameters; };
  options.functions["boom"] = [](const std::string& parameters) -> Called {
    return Fault{member(parameters, "error", "Boom"), member(parameters, "cause", "broken")};
  };
  options.functions["flaky"] =
      [calls = std::make_shared<std::size_t>(0)](const std::string& parameters) -> Called {
    const Json value = *base::parse_json_tree(parameters);
    const auto& errors = value.at("errors").get_array();
    if (*calls >= errors.size()) return R"("fine")";
    return Fault{std::string(errors[(*calls)++].get_string()), ""};
  };
  options.functions["count"] = [calls = std::make_shared<int>(0)](const std::string&) -> Called {
    return std::to_string(++*calls);
  };
  options.functions["hang"] = [](const std::string&) -> Called { return NoAnswer{}; };
  options.functions["big"] = [](const std::string& parameters) -> Called {
    return '"' + std::string(std::stoul(parameters), 'x') + '"';
  };
  return options;
}

MachineRun run_both_ways(const std::string& definition, const std::string& input) {
  const RunOptions options = table_options();
  MachineRun plain = run_machine(definition, input, options);
  RunOptions again = table_options();
  again.restore_each_step = true;
  const MachineRun restored_run = run_machine(definition, input, again);
  EXPECT_EQ(plain.ending.status, restored_run.ending.status);
  EXPECT_EQ(plain.ending.output, restored_run.ending.output);
  EXPECT_EQ(plain.ending.fault, restored_run.ending.fault);
  EXPECT_EQ(plain.history, restored_run.history);
  EXPECT_EQ(plain.called, restored_run.called);
  EXPECT_EQ(plain.woken, restored_run.woken);
  return plain;
}

void check_case(const Case& one) {
  const std::string input = quoted_text(one.input);
  MachineRun run;
  try {
    run = run_both_ways(machine_text(one.definition), input);
  } catch (const std::exception& fault) {
    FAIL() << fault.what();
  }
  const std::string expected = quoted_text(one.output);
  if (!expected.starts_with('!')) {
    EXPECT_EQ(run.ending.status, Status::succeeded) << told(run.ending);
    EXPECT_EQ(run.ending.output, expected);
  } else {
    EXPECT_NE(run.ending.status, Status::succeeded) << run.ending.output;
    const std::string actual =
        expected.find('|') == std::string::npos ? "!" + run.ending.fault.error : told(run.ending);
    EXPECT_EQ(actual, expected) << told(run.ending);
  }
  if (one.types != nullptr) {
    EXPECT_EQ(types_of(run), one.types);
  }
  if (one.calls != nullptr) {
    EXPECT_EQ(calls_of(run), quoted_text(one.calls));
  }
  if (one.waits != nullptr) {
    EXPECT_EQ(waits_of(run), one.waits);
  }
}

std::string case_name(const ::testing::TestParamInfo<Case>& info) {
  return info.param.name;
}

}  // namespace ordo::states
