// Executions under crashes: each ends as it would have without any, nothing that it wanted to be
// called is left out, and its history has no gap. What a timetable is to start is started, and
// nothing else. ORDO_SIM_SEEDS and ORDO_SIM_SEED as for tasks.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <cstdlib>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "asl/machine_run.h"
#include "sim/firings.h"
#include "support/execution_harness.h"

namespace ordo::sim {
namespace {

using base::Millis;
using base::WallTime;
using domain::MissedFirings;
using states::Status;
using testing::ExecutionWorld;

struct Machine {
  const char* name;
  const char* definition;
  const char* input;
};

// Parameters are told apart by "n", so that it does not matter who is called first; "fail" says how
// often a call fails before it succeeds.
constexpr std::array kMachines{
    Machine{"sequence", R"({"StartAt":"A","States":{
      "A":{"Type":"Task","Resource":"work","Parameters":{"n":"a","fail":0},"Next":"B"},
      "B":{"Type":"Task","Resource":"work","Parameters":{"n":"b","fail":2},"Next":"C",
           "Retry":[{"ErrorEquals":["Flaky"],"IntervalSeconds":3,"MaxAttempts":4}]},
      "C":{"Type":"Wait","Seconds":30,"Next":"D"},
      "D":{"Type":"Task","Resource":"work","Parameters":{"n":"d","fail":0},"End":true}}})",
            "{}"},
    Machine{"map", R"({"StartAt":"M","States":{
      "M":{"Type":"Map","ItemsPath":"$.items","MaxConcurrency":2,"Next":"Z",
           "ItemProcessor":{"StartAt":"T","States":{
             "T":{"Type":"Task","Resource":"work","Next":"Y",
                  "Retry":[{"ErrorEquals":["States.ALL"],"IntervalSeconds":2,"MaxAttempts":2}],
                  "Catch":[{"ErrorEquals":["States.ALL"],"ResultPath":"$.error","Next":"X"}]},
             "X":{"Type":"Pass","End":true},
             "Y":{"Type":"Pass","End":true}}}},
      "Z":{"Type":"Succeed"}}})",
            R"({"items":[{"n":1,"fail":0},{"n":2,"fail":1},{"n":3,"fail":9},{"n":4,"fail":2},
                         {"n":5,"fail":0},{"n":6,"fail":3}]})"},
    Machine{"parallel", R"({"StartAt":"P","States":{
      "P":{"Type":"Parallel","End":true,"Branches":[
        {"StartAt":"W","States":{"W":{"Type":"Wait","Seconds":60,"Next":"WT"},
          "WT":{"Type":"Task","Resource":"work","Parameters":{"n":"wt","fail":0},"End":true}}},
        {"StartAt":"T","States":{"T":{"Type":"Task","Resource":"work",
          "Parameters":{"n":"t","fail":1},"End":true,
          "Retry":[{"ErrorEquals":["Flaky"],"IntervalSeconds":100,"MaxAttempts":1}]}}},
        {"StartAt":"V","States":{"V":{"Type":"Pass","Assign":{"x":5},"Next":"VM"},
          "VM":{"Type":"Map","ItemsPath":"$.list","End":true,
            "ItemSelector":{"n.$":"$$.Map.Item.Value","fail":0,"x.$":"$x"},
            "ItemProcessor":{"StartAt":"VT","States":{"VT":{"Type":"Task","Resource":"work",
              "End":true}}}}}}]}}})",
            R"({"list":["i","j","k"]})"},
    Machine{"loop", R"x({"StartAt":"T","States":{
      "T":{"Type":"Task","Resource":"work","ResultPath":"$.last","Next":"I"},
      "I":{"Type":"Pass","Parameters":{"n.$":"States.MathAdd($.n, 1)","fail":0},"Next":"C"},
      "C":{"Type":"Choice","Choices":[{"Variable":"$.n","NumericLessThan":5,"Next":"T"}],
           "Default":"E"},
      "E":{"Type":"Succeed"}}})x",
            R"({"n":0,"fail":0})"},
    Machine{"distributed", R"({"StartAt":"M","States":{
      "M":{"Type":"Map","ItemsPath":"$.items","ToleratedFailureCount":1,"End":true,
           "ItemBatcher":{"MaxItemsPerBatch":2,"BatchInput":{"n.$":"$.id"}},
           "ItemProcessor":{"ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"},
             "StartAt":"T","States":{"T":{"Type":"Task","Resource":"work",
               "Parameters":{"n.$":"$.Items","fail.$":"$.Items[0]"},"End":true}}}}}})",
            R"({"id":"q","items":[0,1,9,3,0,5,0]})"},
    // Longer than one step.
    Machine{"long", R"x({"StartAt":"I","States":{
      "I":{"Type":"Pass","Parameters":{"n.$":"States.MathAdd($.n, 1)","fail":0},"Next":"C"},
      "C":{"Type":"Choice","Choices":[{"Variable":"$.n","NumericLessThan":700,"Next":"I"}],
           "Default":"T"},
      "T":{"Type":"Task","Resource":"work","End":true}}})x",
            R"({"n":0,"fail":0})"},
    Machine{"caught", R"({"StartAt":"P","States":{
      "P":{"Type":"Parallel","Next":"N","Branches":[
        {"StartAt":"T","States":{"T":{"Type":"Task","Resource":"work",
          "Parameters":{"n":"bad","fail":9},"End":true}}},
        {"StartAt":"W","States":{"W":{"Type":"Wait","Seconds":50000000,"End":true}}}],
        "Retry":[{"ErrorEquals":["Flaky"],"IntervalSeconds":1,"MaxAttempts":2}],
        "Catch":[{"ErrorEquals":["States.TaskFailed"],"ResultPath":"$.why","Next":"C"}]},
      "C":{"Type":"Task","Resource":"work","Parameters":{"n":"tell","fail":1},"Next":"F",
           "Retry":[{"ErrorEquals":["States.ALL"]}]},
      "N":{"Type":"Succeed"},
      "F":{"Type":"Fail","Error":"Gone","Cause":"it is gone"}}})",
            "{}"},
    // These have a timetable.
    Machine{"skip", R"({"StartAt":"P","States":{"P":{"Type":"Pass","End":true}}})", "{}"},
    Machine{"once", R"({"StartAt":"P","States":{"P":{"Type":"Pass","End":true}}})", "{}"},
};

// What a call comes to, given how many others of its kind were made before.
states::Called work(const std::string& parameters, int earlier) {
  const auto value = boost::json::parse(parameters);
  if (earlier < value.at("fail").to_number<int>()) return states::Fault{"Flaky", parameters};
  return fmt::format(R"({{"did":{}}})", boost::json::serialize(value.at("n")));
}

// What it comes to when nothing goes wrong.
struct Expected {
  states::Ending ending;
  std::vector<std::string> called;
  std::multiset<std::string> types;
};

std::multiset<std::string> types_in(const std::vector<std::string>& history) {
  std::multiset<std::string> types;
  for (const std::string& event : history) {
    types.emplace(boost::json::parse(event).at("type").get_string());
  }
  return types;
}

Expected undisturbed(const Machine& machine) {
  std::map<std::string, int> made;
  states::RunOptions options;
  options.functions["work"] = [&](const std::string& parameters) {
    return work(parameters, made[parameters]++);
  };
  const states::MachineRun run = states::run_machine(machine.definition, machine.input, options);
  std::vector<std::string> called = run.called;
  std::ranges::sort(called);
  return {run.ending, std::move(called), types_in(run.history)};
}

class PipelineWorld : private ExecutionWorld {
 public:
  explicit PipelineWorld(std::uint64_t seed) : ExecutionWorld(seed), engine_(seed) {
    for (const Machine& machine : kMachines) define(machine.name, machine.definition);
    for (auto& [name, firings] : firings_) {
      pipelines.at(name).timetable = app::Timetable{
          domain::Schedule::parse(Firings::kSchedule, domain::utc(), WallTime()).value(), Millis(0),
          name.value() == "once" ? MissedFirings::once : MissedFirings::skip};
    }
    begin_process();
  }

  // What was promised and not kept, or nothing.
  std::optional<std::string> run() {
    start_all();
    for (int i = 0; i < 20'000 && (i % kLook != 0 || !all_ended()) && !fault_; ++i) act();
    if (fault_) return fault_;
    if (!all_ended()) return "an execution does not end";
    // The first of them may still meet a fault.
    for (int i = 0; i < 2; ++i) {
      clock.advance(Firings::kRate);
      calm_down();
    }
    compare_firings(true);
    if (fault_) return fault_;
    if (auto fault = check_notes()) return fault;
    for (const ports::ExecutionRecord& record : all()) {
      if (auto fault = check(record)) return fault;
    }
    return std::nullopt;
  }
  [[nodiscard]] std::size_t crashes() const { return crashes_; }
  [[nodiscard]] std::size_t fired() const { return fired_; }

 private:
  static constexpr int kLook = 16;  // acts between two looks at all that there is

  std::size_t below(std::size_t n) { return engine_() % n; }

  void start_all() {
    for (const Machine& machine : kMachines) {
      for (int i = 0; i < 2; ++i) wanted_.insert({machine.name, std::to_string(i)});
    }
  }

  // Whoever starts one, and has no answer, starts it again under the same name.
  void start_one() {
    for (const auto& [pipeline, name] : wanted_) {
      if (answered_.contains({pipeline, name}) || below(4) != 0) continue;
      const auto machine = std::ranges::find(
          kMachines, pipeline, [](const Machine& one) { return std::string(one.name); });
      app::Executions::StartOrder order;
      order.pipeline = domain::PipelineName(pipeline);
      order.name = name;
      order.input = machine->input;
      order.answer = [this, key = std::pair(pipeline, name)](
                         const base::Result<app::Executions::Started>& started) {
        if (started) answered_.insert(key);
      };
      return executions->start(std::move(order));
    }
  }

  void act() {
    switch (below(14)) {
      case 0:
        return start_one();
      case 1:
        if (below(8) == 0) crash();
        return;
      case 2:
        if (below(6) == 0) store.fail_next_commit({base::ErrorCode::unavailable, "full", {}});
        return;
      case 3:
        if (below(6) == 0) store.fail_next({base::ErrorCode::unavailable, "full", {}});
        return;
      case 4:
      case 5:
      case 6:
        executions->turn();
        for (auto& [name, firings] : firings_) firings.turn(clock.wall());
        return;
      case 7:
      case 8:
        committer->turn();
        return;
      case 9:
        readers->turn();
        return;
      case 10:
        clock.advance(Millis(static_cast<std::int64_t>(below(20'000))));
        return;
      default:
        if (!calls->open.empty()) answer_one(below(calls->open.size()));
    }
  }

  void begin_process() {
    const auto noted = store.execution_reads().firings().value();
    for (auto& [name, firings] : firings_) {
      const auto known = noted.find(name);
      firings.boot(clock.wall(),
                   known == noted.end() ? std::nullopt : std::optional(known->second.at));
    }
    boot();
  }

  void crash() {
    ++crashes_;
    // Only what is under way may be lost.
    const bool calm = below(3) == 0;
    if (calm) calm_down();
    compare_firings(calm);
    if (below(2) == 0) clock.advance(Millis(static_cast<std::int64_t>(below(70'000))));
    begin_process();
  }

  // All that is due is durable.
  void calm_down() {
    for (int i = 0; i < 3; ++i) {
      for (auto& [name, firings] : firings_) {
        while (firings.turn(clock.wall())) {
        }
      }
      settle();
      clock.advance(Millis(200));
    }
  }

  void compare_firings(bool exactly) {
    std::map<domain::PipelineName, std::set<std::string>> started;
    for (const ports::ExecutionRecord& record : all()) {
      if (record.name.find('@') != std::string::npos) started[record.pipeline].insert(record.name);
    }
    for (auto& [name, firings] : firings_) {
      const std::set<std::string>& there = started[name];
      for (const std::string& one : there) {
        if (!firings.names().contains(one)) fault_ = name.value() + " started " + one;
      }
      for (const std::string& one : firings.names()) {
        if (exactly && !there.contains(one)) fault_ = name.value() + " did not start " + one;
      }
      firings.forget_all_but(there);
    }
  }

  // What has fired is noted, or a start would make up for it.
  std::optional<std::string> check_notes() {
    const auto noted = store.execution_reads().firings().value();
    for (auto& [name, firings] : firings_) {
      fired_ += firings.names().size();
      const auto known = noted.find(name);
      if (firings.names().empty() || known == noted.end() ||
          Firings::name(known->second.at) != *firings.names().rbegin()) {
        return name.value() + " has not noted its last firing";
      }
    }
    return std::nullopt;
  }

  void answer_one(std::size_t which) {
    testing::ScriptedCalls::Open open = std::move(calls->open[which]);
    calls->open.erase(calls->open.begin() + static_cast<std::ptrdiff_t>(which));
    const app::ResourceCall& call = open.call;
    Calls& made = calls_[call.execution.value()][call.parameters];
    // The same token is the same call: whoever is called can tell.
    if (!made.places.contains(call.token)) {
      const int place = static_cast<int>(made.places.size());
      made.places.emplace(call.token, place);
    }
    states::Called called = work(call.parameters, made.places.at(call.token));
    if (auto* output = std::get_if<std::string>(&called)) {
      open.answer(app::CallDone{std::move(*output)});
    } else {
      open.answer(app::CallNotDone{std::get<states::Fault>(std::move(called))});
    }
  }

  bool all_ended() {
    if (answered_.size() < wanted_.size()) return false;
    const auto records = all();
    return std::ranges::all_of(records,
                               [](const auto& record) { return record.status != Status::running; });
  }

  std::optional<std::string> check(const ports::ExecutionRecord& record) {
    const auto machine = std::ranges::find(kMachines, record.pipeline.value(),
                                           [](const Machine& m) { return std::string(m.name); });
    const Expected expected = undisturbed(*machine);
    const std::string who = record.pipeline.value() + "/" + record.name;
    if (record.status != expected.ending.status ||
        record.output.value_or("") != expected.ending.output ||
        record.error.value_or("") != expected.ending.fault.error ||
        record.cause.value_or("") != expected.ending.fault.cause) {
      return fmt::format("{} ended otherwise: {} {} {}", who, record.output.value_or(""),
                         record.error.value_or(""), record.cause.value_or(""));
    }
    std::vector<std::string> called;
    for (const auto& [parameters, made] : calls_[record.id.value()]) {
      for (std::size_t i = 0; i < made.places.size(); ++i) called.push_back("work " + parameters);
    }
    std::ranges::sort(called);
    if (called != expected.called) {
      return fmt::format("{} called {} times, not {}", who, called.size(), expected.called.size());
    }
    const std::vector<std::string> events = history(record.id);
    for (std::size_t i = 0; i < events.size(); ++i) {
      const auto event = boost::json::parse(events[i]);
      const auto id = event.at("id").to_number<std::size_t>();
      const auto previous = event.at("previousEventId").to_number<std::size_t>();
      if (id != i + 1 || previous >= id) return fmt::format("{}: event {} is out of place", who, i);
    }
    if (types_in(events) != expected.types) return who + " has another history";
    return std::nullopt;
  }

  struct Calls {
    std::map<std::string, int> places;  // by token
  };
  std::mt19937_64 engine_;
  std::size_t crashes_ = 0;
  std::size_t fired_ = 0;
  std::optional<std::string> fault_;
  std::map<domain::PipelineName, Firings> firings_{
      {domain::PipelineName("skip"), Firings(MissedFirings::skip)},
      {domain::PipelineName("once"), Firings(MissedFirings::once)}};
  std::set<std::pair<std::string, std::string>> wanted_;
  std::set<std::pair<std::string, std::string>> answered_;
  std::map<std::string, std::map<std::string, Calls>> calls_;
};

std::uint64_t number_from(const char* variable, std::uint64_t otherwise) {
  const char* const text = std::getenv(variable);
  return text == nullptr || *text == '\0' ? otherwise : std::strtoull(text, nullptr, 10);
}

TEST(PipelineSimulation, EveryExecutionEndsAsOneThatNothingDisturbs) {
  const std::uint64_t one = number_from("ORDO_SIM_SEED", 0);
  const std::uint64_t first = one != 0 ? one : 1;
  const std::uint64_t last = one != 0 ? one : number_from("ORDO_SIM_SEEDS", 50);
  std::size_t crashes = 0;
  std::size_t fired = 0;
  for (std::uint64_t seed = first; seed <= last; ++seed) {
    PipelineWorld world(seed);
    const auto fault = world.run();
    crashes += world.crashes();
    fired += world.fired();
    ASSERT_FALSE(fault) << "seed " << seed << ": " << *fault
                        << "\nrepeat with ORDO_SIM_SEED=" << seed;
  }
  fmt::print("{} seeds, {} crashes, {} firings\n", last - first + 1, crashes, fired);
  EXPECT_TRUE(one != 0 || crashes > 0);
}

}  // namespace
}  // namespace ordo::sim
