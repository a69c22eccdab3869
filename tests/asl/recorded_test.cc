// Executions that were recorded against the service: the same end, the same history.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "asl/machine_run.h"
#include "base/json_tree.h"

namespace ordo::states {
namespace {

// Where the recording differs from what the same service does in like cases, or from itself:
// listed in docs/asl.md.
const std::set<std::string_view> kOtherPrevious{
    "TestBaseScenarios::test_map_state_nested_config_distributed",
    "TestBaseScenarios::test_map_state_config_distributed_item_selector_parameters",
};

Json load(const std::string& path) {
  std::ifstream file(path);
  return boost::json::parse(std::string{std::istreambuf_iterator<char>(file), {}});
}

bool is_placeholder(std::string_view text) {
  return text == "snf_role_arn" || text == "map_run_arn" || text == "timestamp" || text == "date" ||
         text == "start-time" || text == "entered-time" || text == "\"date\"";
}

// Whether `text` is `pattern` with each "<…>" in it standing for something.
bool fits(std::string_view text, std::string_view pattern) {
  const std::size_t open = pattern.find('<');
  const std::size_t close = open == std::string_view::npos ? open : pattern.find('>', open);
  if (close == std::string_view::npos) return text == pattern;
  if (!text.starts_with(pattern.substr(0, open))) return false;
  text.remove_prefix(open);
  pattern.remove_prefix(close + 1);
  if (pattern.empty()) return true;
  for (std::size_t skip = 0; skip <= text.size(); ++skip) {
    if (fits(text.substr(skip), pattern)) return true;
  }
  return false;
}

// Recordings show JSON text that holds an object as that object.
bool same(const Json& ours, const Json& recorded) {
  if (const auto* text = recorded.if_string()) {
    if (is_placeholder(*text)) return true;
    if (!ours.is_string()) return false;
    if (fits(ours.get_string(), *text)) return true;
    boost::system::error_code code;
    const Json inside = boost::json::parse(std::string_view(*text), code);
    if (code || !inside.is_array()) return false;
    const Json ours_inside = boost::json::parse(std::string_view(ours.get_string()), code);
    return !code && same(ours_inside, inside);
  }
  if (ours.is_string() && recorded.is_structured()) {
    boost::system::error_code code;
    const Json inside = boost::json::parse(std::string_view(ours.get_string()), code);
    return !code && same(inside, recorded);
  }
  if (const auto* array = recorded.if_array()) {
    return ours.is_array() && std::ranges::equal(ours.get_array(), *array, same);
  }
  if (const auto* object = recorded.if_object()) {
    return ours.is_object() && ours.get_object().size() == object->size() &&
           std::ranges::all_of(*object, [&](const auto& member) {
             const Json* value = ours.get_object().if_contains(member.key());
             return value != nullptr && same(*value, member.value());
           });
  }
  return base::equal_json_trees(ours, recorded);
}

Json without(Json event, std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names) event.get_object().erase(name);
  return event;
}

class Recorded : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(ORDO_OUTSIDE_CASES)) {
      GTEST_SKIP() << "the folder of cases is not here";
    }
  }

  // "" or what is different.
  static std::string compare(std::string_view name, const Json& recorded, const MachineRun& run) {
    std::vector<Json> ours;
    for (const std::string& event : run.history) ours.push_back(boost::json::parse(event));
    std::vector<bool> met(ours.size());
    std::vector<const Json*> unplaced;
    std::string last;
    for (const Json& event : recorded.get_array()) {
      if (!event.at("id").is_int64()) {  // events of branches, in no fixed order
        unplaced.push_back(&event);
        continue;
      }
      const auto id = static_cast<std::size_t>(event.at("id").get_int64());
      if (id > ours.size()) return fmt::format("there is no event {}", id);
      const Json& mine = ours[id - 1];
      met[id - 1] = true;
      const bool any_previous = kOtherPrevious.contains(name);
      if (!any_previous && event.at("previousEventId") != mine.at("previousEventId")) {
        return fmt::format("the one before: {} {}", boost::json::serialize(event),
                           boost::json::serialize(mine));
      }
      if (!same(without(mine, {"timestamp", "previousEventId"}),
                without(event, {"timestamp", "previousEventId"}))) {
        return fmt::format("\n  recorded {}\n  ours     {}", boost::json::serialize(event),
                           boost::json::serialize(mine));
      }
    }
    for (const Json* event : unplaced) {
      std::size_t i = 0;
      for (; i < ours.size(); ++i) {
        if (!met[i] && same(without(ours[i], {"timestamp", "previousEventId", "id"}),
                            without(*event, {"timestamp", "previousEventId", "id"}))) {
          break;
        }
      }
      if (i == ours.size()) return fmt::format("missing {}", boost::json::serialize(*event));
      met[i] = true;
    }
    for (std::size_t i = 0; i < ours.size(); ++i) {
      // Recordings with branches leave out when these have succeeded, and how they were left.
      const std::string_view type = ours[i].at("type").get_string();
      if (!met[i] && type != "ParallelStateSucceeded" && type != "ParallelStateExited") {
        return fmt::format("too much: {}", boost::json::serialize(ours[i]));
      }
    }
    return {};
  }
};

TEST_F(Recorded, ExecutionsEndAndTellAsTheServiceDoes) {
  const Json cases = load(ORDO_OUTSIDE_CASES "/asl-recorded.json");
  std::size_t same_ones = 0;
  for (const Json& one : cases.get_array()) {
    const std::string name(one.at("name").get_string());
    const Json& input = one.at("input");
    const std::string text = input.is_string() ? std::string(input.get_string()) : "{}";
    for (const bool restore : {false, true}) {
      RunOptions options;
      options.restore_each_step = restore;
      try {
        const MachineRun run =
            run_machine(boost::json::serialize(one.at("definition")), text, options);
        const std::string difference = compare(name, one.at("history"), run);
        EXPECT_EQ(difference, "") << name;
        if (difference.empty()) ++same_ones;
      } catch (const std::exception& fault) {
        ADD_FAILURE() << name << ": " << fault.what();
      }
    }
  }
  EXPECT_EQ(same_ones, 2 * cases.get_array().size());
}

}  // namespace
}  // namespace ordo::states
