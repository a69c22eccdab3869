// A line of definition, a line of input, then a line for each answer: any text is refused, with
// places, or gives a machine; and a machine goes from step to step as it should, and from each step
// into text and back.
#include <algorithm>
#include <boost/json.hpp>
#include <deque>

#include "base/json_tree.h"
#include "base/text.h"
#include "fuzz/target.h"
#include "states/step.h"

namespace ordo::fuzz {
namespace {

using states::Effects;
using states::Execution;
using states::Machine;

constexpr int kMaxSteps = 200;
constexpr std::int64_t kLastMs = 32'503'680'000'000;  // the year 3000

void check_refusal(const base::Error& error) {
  ORDO_ASSERT(!error.message.empty() && base::is_valid_utf8(error.message));
  for (const base::FieldError& field : error.fields) {
    ORDO_ASSERT(field.pointer.empty() || field.pointer.starts_with('/'));
    ORDO_ASSERT(!field.code.empty() && !field.message.empty());
  }
}

// An answer: "!Error", "?" for none, "+" for a call that is under way, or an output.
states::Event event_of(const states::CallWanted& call, std::string_view answer) {
  if (answer.starts_with('!')) {
    return states::CallFailed{call.frame, call.token, {std::string(answer.substr(1)), "fuzz"}};
  }
  if (answer.starts_with('+')) return states::CallSubmitted{call.frame, call.token, "{}"};
  return states::CallSucceeded{call.frame, call.token, std::string(answer)};
}

class Run {
 public:
  Run(const Machine& machine, states::Json input) : machine_(machine) {
    states::Identity identity;
    identity.token_root = "1";
    identity.started_at = now_;
    execution_ = states::new_execution(machine, identity, std::move(input));
  }

  void run(std::string_view answers) {
    tell(states::Begin{});
    for (int i = 0; i < kMaxSteps && !ended_; ++i) {
      if (more_) {
        tell(states::GoOn{});
      } else if (!calls_.empty()) {
        const states::CallWanted call = calls_.front();
        calls_.pop_front();
        const Halves next = halves_of(answers);
        answers = next.second;
        if (!next.first.starts_with('?')) tell(event_of(call, next.first));
      } else if (const auto wake = execution_.wake(); wake && wake->ms() < kLastMs) {
        now_ = std::max(now_, *wake);
        tell(states::TimePassed{});
      } else {
        break;
      }
    }
    if (ended_) return;
    tell(states::StopAsked{{"Stop", "enough"}});
    ORDO_ASSERT(ended_);
  }

 private:
  void tell(const states::Event& event) {
    states::Step next = states::step(machine_, std::move(execution_), event, {now_, entropy_});
    execution_ = std::move(next.execution);
    const states::History& told = next.effects.history;
    ORDO_ASSERT(told.count == 0 || told.first == last_event_ + 1);
    last_event_ += told.count;
    ORDO_ASSERT(states::split_history(told.text).value().size() == told.count);
    ORDO_ASSERT(base::parse_json_tree("[" + told.text + "]").has_value());
    for (states::CallWanted& call : next.effects.calls) {
      ORDO_ASSERT(call.resource != nullptr && base::parse_json_tree(call.parameters));
      calls_.push_back(std::move(call));
    }
    more_ = next.effects.more;
    if (next.effects.ending) {
      ended_ = true;
      const bool is_json = base::parse_json_tree(next.effects.ending->output).has_value();
      ORDO_ASSERT(next.effects.ending->status != states::Status::succeeded || is_json);
    } else {
      check_restored();
    }
  }

  void check_restored() const {
    Execution again;
    for (const auto& [id, frame] : execution_.frames) {
      ORDO_ASSERT(states::restore_frame(again, id, states::frame_text(frame)).has_value());
    }
    states::restore_counts(again);
    ORDO_ASSERT(again.frames.size() == execution_.frames.size());
    ORDO_ASSERT(again.timers == execution_.timers);
    ORDO_ASSERT(again.unrecorded == execution_.unrecorded);
    ORDO_ASSERT(again.next_frame <= execution_.next_frame);
    ORDO_ASSERT(again.ready.empty() || more_);
    for (const auto& [id, frame] : execution_.frames) {
      const states::Frame& other = again.frames.at(id);
      ORDO_ASSERT(states::frame_text(other) == states::frame_text(frame));
      if (!frame.children || frame.phase != states::Phase::branching) continue;
      ORDO_ASSERT(other.children->begun == frame.children->begun);
      ORDO_ASSERT(other.children->running == frame.children->running);
      ORDO_ASSERT(other.children->failed == frame.children->failed);
      ORDO_ASSERT(other.children->kept_bytes == frame.children->kept_bytes);
    }
  }

  const Machine& machine_;
  base::WallTime now_ = base::WallTime::from_ms(1'767'225'600'000);
  std::uint64_t drawn_ = 0;
  states::Entropy entropy_ = [this] { return ++drawn_ * 0x9E37'79B9'7F4A'7C15U; };
  Execution execution_;
  std::deque<states::CallWanted> calls_;
  std::uint64_t last_event_ = 0;
  bool more_ = false;
  bool ended_ = false;
};

void check(std::string_view text) {
  const Halves in = halves_of(text);
  const auto machine = states::parse_machine(in.first);
  if (!machine) return check_refusal(machine.error());
  ORDO_ASSERT((*machine)->flow.find((*machine)->flow.start_at) != nullptr);
  std::size_t states = 0;
  states::each_state(**machine, [&](const states::State&, const std::string& pointer) {
    ORDO_ASSERT(pointer.starts_with("/States/"));
    ++states;
  });
  ORDO_ASSERT(states > 0);
  const Halves rest = halves_of(in.second);
  auto input = base::parse_json_tree(rest.first);
  if (input) Run(**machine, std::move(*input)).run(rest.second);
}

}  // namespace
}  // namespace ordo::fuzz

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  ordo::fuzz::check(ordo::fuzz::text_of(data, size));
  return 0;
}
