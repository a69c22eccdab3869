#include "asl/random_machine.h"

#include <fmt/format.h>

#include <algorithm>
#include <random>
#include <string_view>
#include <utility>
#include <vector>

namespace ordo::states {
namespace {

constexpr std::size_t kMaxDepth = 3;

class Maker {
 public:
  explicit Maker(std::uint64_t seed) : random_(seed) {}

  std::string machine() { return fmt::format("{{{}}}", flow(0)); }
  std::string input() {
    return fmt::format(R"({{"n":{},"s":"{}","l":[{}],"o":{{"x":{}}},"errors":[{}]}})", pick(9),
                       std::string(pick(4), 's'), list(pick(5), [&] { return digits(); }), digits(),
                       list(pick(4), [&] { return error(); }));
  }

 private:
  std::size_t pick(std::size_t below) { return random_() % below; }
  bool chance(std::size_t of_ten) { return pick(10) < of_ten; }
  std::string digits() { return std::to_string(pick(9)); }
  std::string error() {
    constexpr std::string_view kErrors[] = {R"("A")", R"("B")", R"("States.Timeout")"};
    return std::string(kErrors[pick(std::size(kErrors))]);
  }
  template <class Make>
  std::string list(std::size_t count, Make make) {
    std::string out;
    for (std::size_t i = 0; i < count; ++i) {
      if (i > 0) out.push_back(',');
      out += make();
    }
    return out;
  }

  // "StartAt" and "States".
  std::string flow(std::size_t depth) {
    const std::size_t count = 1 + pick(4);
    std::vector<std::string> names(count);
    for (std::string& name : names) name = fmt::format("S{}", ++last_name_);
    std::string states;
    for (std::size_t i = 0; i < count; ++i) {
      if (i > 0) states.push_back(',');
      states += fmt::format(R"("{}":{{{}}})", names[i],
                            state(depth, i + 1 < count ? names[i + 1] : std::string()));
    }
    return fmt::format(R"("StartAt":"{}","States":{{{}}})", names[0], states);
  }

  std::string state(std::size_t depth, const std::string& next) {
    const std::string way = next.empty() ? R"("End":true)" : fmt::format(R"("Next":"{}")", next);
    switch (pick(depth < kMaxDepth ? 9 : 5)) {
      case 0:
        return pass() + way;
      case 1:
        return wait() + way;
      case 2:
        return next.empty() ? last() : choice(next);
      case 3:
      case 4:
        return task() + failures(next) + way;
      case 5:
      case 6:
        return parallel(depth) + failures(next) + way;
      default:
        return map(depth) + failures(next) + way;
    }
  }

  std::string last() {
    return chance(7) ? R"("Type":"Succeed")" : R"("Type":"Fail","Error":"A","Cause":"it ends")";
  }
  std::string pass() {
    constexpr std::string_view kKinds[] = {
        R"("Type":"Pass",)",
        R"("Type":"Pass","Result":{"l":[1,2],"n":1,"errors":["B"]},)",
        R"("Type":"Pass","ResultPath":"$.o.in",)",
        R"j("Type":"Pass","Parameters":{"w.$":"$","l":[3,4],"u.$":"States.UUID()"},)j",
        R"("Type":"Pass","Assign":{"v.$":"$","k":1},"ResultPath":null,)",
        R"("Type":"Pass","InputPath":"$.l","ResultPath":"$.copy",)",
    };
    const std::size_t kind = pick(std::size(kKinds));
    std::string text(kKinds[kind]);
    // Each has variables of its own.
    if (const std::size_t at = text.find("\"v.$\""); at != std::string::npos) {
      text.replace(at + 1, 1, fmt::format("v{}", ++last_variable_));
      text.replace(text.find("\"k\"") + 1, 1, fmt::format("k{}", last_variable_));
    }
    return text;
  }
  std::string wait() {
    return chance(7) ? fmt::format(R"("Type":"Wait","Seconds":{},)", pick(4))
                     : R"("Type":"Wait","SecondsPath":"$.n",)";
  }
  static std::string choice(const std::string& next) {
    return fmt::format(R"("Type":"Choice","Choices":[{{"Variable":"$.n","IsPresent":true,)"
                       R"("Next":"{0}"}}],"Default":"{0}")",
                       next);
  }
  std::string task() {
    constexpr std::string_view kFunctions[] = {"echo", "boom", "flaky", "count", "hang"};
    std::string out = fmt::format(
        R"("Type":"Task","Resource":"{}","TimeoutSeconds":{},"Parameters":{{"errors":["A","B"],)"
        R"("in.$":"$","n.$":"$$.State.RetryCount"}},)",
        kFunctions[pick(std::size(kFunctions))], 1 + pick(5));
    if (chance(3)) out += R"("ResultPath":"$.result",)";
    if (chance(2)) out += R"("ResultSelector":{"all.$":"$"},)";
    return out;
  }
  std::string failures(const std::string& next) {
    std::string out;
    if (chance(6)) {
      out +=
          fmt::format(R"("Retry":[{{"ErrorEquals":[{}],"MaxAttempts":{},"JitterStrategy":"{}"}},)"
                      R"({{"ErrorEquals":["States.ALL"],"IntervalSeconds":2,"MaxAttempts":{}}}],)",
                      error(), pick(3), chance(5) ? "FULL" : "NONE", pick(3));
    }
    if (!next.empty() && chance(7)) {
      out += fmt::format(R"("Catch":[{{"ErrorEquals":["States.ALL"],"Next":"{}"{}}}],)", next,
                         chance(5) ? R"(,"ResultPath":"$.caught")" : "");
    }
    return out;
  }
  std::string parallel(std::size_t depth) {
    return fmt::format(R"("Type":"Parallel","Branches":[{}],)",
                       list(1 + pick(3), [&] { return fmt::format("{{{}}}", flow(depth + 1)); }));
  }
  std::string map(std::size_t depth) {
    std::string out = R"("Type":"Map",)";
    if (chance(8)) out += R"("ItemsPath":"$$.Execution.Input.l",)";
    if (chance(4)) out += fmt::format(R"("MaxConcurrency":{},)", pick(3));
    if (chance(3)) {
      out += R"("ItemSelector":{"n.$":"$$.Map.Item.Index","l":[1,2],"v.$":"$$.Map.Item.Value"},)";
    }
    std::string config;
    if (chance(4)) {
      config = R"("ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"},)";
      if (chance(5)) out += fmt::format(R"("ToleratedFailurePercentage":{},)", 10 * pick(11));
      if (chance(3)) out += R"("ItemBatcher":{"MaxItemsPerBatch":2},)";
    }
    return out + fmt::format(R"("ItemProcessor":{{{}{}}},)", config, flow(depth + 1));
  }

  std::mt19937_64 random_;
  std::size_t last_name_ = 0;
  std::size_t last_variable_ = 0;
};

}  // namespace

RandomMachine random_machine(std::uint64_t seed) {
  Maker maker(seed);
  std::string definition = maker.machine();
  return {std::move(definition), maker.input()};
}

}  // namespace ordo::states
