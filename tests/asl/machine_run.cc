#include "asl/machine_run.h"

#include <boost/json.hpp>
#include <stdexcept>
#include <utility>

#include "base/json_tree.h"

namespace ordo::states {
namespace {

Identity test_identity(base::WallTime now) {
  Identity identity;
  identity.execution_id = "arn:aws:states:local:111111111111:execution:machine:run";
  identity.execution_name = "run";
  identity.machine_id = "arn:aws:states:local:111111111111:stateMachine:machine";
  identity.machine_name = "machine";
  identity.role = "role";
  identity.token_root = std::string(1, '1');
  identity.started_at = now;
  return identity;
}

class Runner {
 public:
  Runner(std::shared_ptr<const Machine> machine, const RunOptions& options)
      : machine_(std::move(machine)), options_(options), now_(options.now) {}

  MachineRun run(Json input) {
    execution_ = new_execution(*machine_, test_identity(now_), std::move(input));
    tell(Begin{});
    while (!ended_) {
      if (++steps_ > options_.max_steps) throw std::runtime_error("it does not end");
      if (more_) {
        tell(GoOn{});
      } else if (!calls_.empty()) {
        const CallWanted call = std::move(calls_.front());
        calls_.erase(calls_.begin());
        answer(call);
      } else if (const auto wake = execution_.wake()) {
        now_ = std::max(now_, *wake);
        run_.woken.push_back(now_);
        tell(TimePassed{});
      } else {
        throw std::runtime_error("it waits for ever");
      }
    }
    run_.ended_at = now_;
    return std::move(run_);
  }

 private:
  void answer(const CallWanted& call) {
    run_.called.push_back(call.resource->text + " " + call.parameters);
    const auto function = options_.functions.find(call.resource->text);
    if (function == options_.functions.end()) {
      throw std::runtime_error("nobody does " + call.resource->text);
    }
    Called called = function->second(call.parameters);
    if (auto* output = std::get_if<std::string>(&called)) {
      tell(CallSucceeded{call.frame, call.token, std::move(*output)});
    } else if (auto* fault = std::get_if<Fault>(&called)) {
      tell(CallFailed{call.frame, call.token, std::move(*fault)});
    }
  }

  void tell(const Event& event) {
    if (options_.restore_each_step && !execution_.frames.empty()) {
      execution_ = restored(*machine_, execution_);
    }
    Step next = step(*machine_, std::move(execution_), event, {now_, entropy_});
    execution_ = std::move(next.execution);
    auto events = split_history(next.effects.history.text).value();
    for (std::string& one : events) {
      run_.history.push_back(std::move(one));
    }
    for (CallWanted& call : next.effects.calls) calls_.push_back(std::move(call));
    for (const std::string& token : next.effects.given_up) {
      std::erase_if(calls_, [&](const CallWanted& call) { return call.token == token; });
    }
    more_ = next.effects.more;
    if (next.effects.ending) {
      run_.ending = std::move(*next.effects.ending);
      ended_ = true;
    }
  }

  std::shared_ptr<const Machine> machine_;
  const RunOptions& options_;
  base::WallTime now_;
  std::uint64_t drawn_ = 0;
  Entropy entropy_ = [this] { return ++drawn_ * 0x9E37'79B9'7F4A'7C15U; };
  Execution execution_;
  std::vector<CallWanted> calls_;
  bool more_ = false;
  bool ended_ = false;
  std::size_t steps_ = 0;
  MachineRun run_;
};

}  // namespace

Execution restored(const Machine& /*machine*/, const Execution& execution) {
  Execution again;
  again.identity = execution.identity;
  again.input = execution.input;
  again.status = execution.status;
  again.next_event = execution.next_event;
  again.deadline = execution.deadline;
  for (const auto& [id, frame] : execution.frames) {
    if (!restore_frame(again, id, frame_text(frame))) throw std::runtime_error("unreadable");
  }
  restore_counts(again);
  return again;
}

MachineRun run_machine(std::string_view definition, std::string_view input,
                       const RunOptions& options) {
  base::Result<std::shared_ptr<const Machine>> machine = parse_machine(definition);
  if (!machine) throw std::runtime_error(machine.error().message);
  base::Result<Json> value = base::parse_json_tree(input);
  if (!value) throw std::runtime_error(value.error().message);
  return Runner(std::move(*machine), options).run(std::move(*value));
}

std::string types_of(const MachineRun& run) {
  std::string types;
  for (const std::string& event : run.history) {
    if (!types.empty()) types.push_back(' ');
    types += std::string(base::parse_json_tree(event)->at("type").get_string());
  }
  return types;
}

}  // namespace ordo::states
