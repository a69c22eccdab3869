// The work of one step, taken apart by what it is about. Used by step() alone.
#pragma once

#include <boost/json/array.hpp>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "states/step.h"

namespace ordo::states {

class Stepper {
 public:
  Stepper(const Machine& machine, Execution& execution, const Moment& moment)
      : machine_(machine), execution_(execution), moment_(moment) {}

  void take(const Begin& begin);
  void take(const GoOn& go_on);
  void take(const TimePassed& passed);
  void take(const CallSucceeded& call);
  void take(const CallFailed& call);
  void take(const CallSubmitted& call);
  void take(const CallIsAlive& call);
  void take(const StopAsked& stop);
  void take(const RedriveAsked& redrive);
  Effects finish();

 private:
  // A value that may be somebody else's.
  class Held {
   public:
    static Held seen(const Json& value) {
      Held held;
      held.seen_ = &value;
      return held;
    }
    static Held own(Json value) {
      Held held;
      held.own_ = std::move(value);
      return held;
    }
    [[nodiscard]] const Json& get() const { return seen_ != nullptr ? *seen_ : own_; }
    [[nodiscard]] Json copy() && {
      if (seen_ != nullptr) return *seen_;
      return std::move(own_);
    }

   private:
    const Json* seen_ = nullptr;
    Json own_;
  };

  // stepper.cc: the loop, and what all need.
  void run();
  Frame& add_frame(FrameId id);
  void go(Frame& frame, Phase phase);
  void set_timer(Frame& frame, std::optional<base::WallTime> at);
  void touch(FrameId id) { touched_.push_back(id); }
  void remove_frame(FrameId id);
  [[nodiscard]] Frame* find_frame(FrameId id);
  [[nodiscard]] Frame& parent_of(const Frame& frame);
  [[nodiscard]] static bool is_root(const Frame& frame) { return frame.id == kRootFrame; }
  void end(Status status, std::string output, Fault fault);
  void end_when_too_much();
  // Counts an event that is not in the history.
  void leave_unrecorded(Frame& frame);
  // Weighs the frame anew.
  void weigh(Frame& frame);

  // Records an event that follows the frame's last one, and, unless it is beside the chain, is
  // followed by its next. `write` adds the details.
  using Details = std::function<void(EventWriter&)>;
  std::uint64_t record(Frame& frame, std::string_view type, const Details& write,
                       bool beside = false);
  std::uint64_t record_after(std::uint64_t previous, std::string_view type, const Details& write);

  // stepper_data.cc: what flows into a state and out of it.
  [[nodiscard]] const Flow& flow_of(const Frame& frame);
  [[nodiscard]] const State& state_of(const Frame& frame);
  [[nodiscard]] Json context_of(const Frame& frame, const State& state);
  [[nodiscard]] static Json item_context(const Children& children, std::uint32_t index);
  template <class Use>
  auto with_scope(const Frame& frame, const State& state, const Json& input, Use use);
  Outcome<Held> select(const Frame& frame, const State& state, const Selection& selection,
                       const Json& from);
  Fault no_results(const Frame& frame, const State& state, const JsonPath& path, const Json& from);
  // After InputPath and Parameters.
  Outcome<Held> effective_input(const Frame& frame, const State& state);
  Outcome<double> number(const Frame& frame, const State& state, const NumberOrPath& source,
                         const Json& input, std::string_view field, double otherwise);
  // Puts `result` where ResultPath says.
  static Outcome<Json> combine(const Selection& result_path, Json input, Json result);
  Outcome<Json> assigned(const Frame& frame, const State& state,
                         const std::optional<PayloadTemplate>& assign, const Json& input);
  static Fault in_state(const Frame& frame, Fault fault);
  static Fault result_too_large(const State& state);
  // Nothing: this may be what a state leaves, and what it has assigned.
  [[nodiscard]] std::optional<Fault> unfit(const Frame& frame, const State& state,
                                           const Json& output, const Json& assigned) const;

  // stepper_states.cc: from state to state.
  void enter(Frame& frame);
  void do_state(Frame& frame);
  Outcome<void> begin_state(Frame& frame, const State& state);
  Outcome<void> begin_choice(Frame& frame, const State& state, const ChoiceState& choice);
  Outcome<void> begin_wait(Frame& frame, const State& state, const WaitState& wait);
  Outcome<void> begin_fail(Frame& frame, const State& state, const FailState& fail);
  void leave(Frame& frame);
  // Records the exit, keeps what was assigned, and goes on with `next`, or ends the flow.
  void exit_to(Frame& frame, const State& state, const std::string& next, Json output,
               Json assigned);
  void end_flow(Frame& frame);

  // stepper_calls.cc: tasks.
  Outcome<void> begin_call(Frame& frame, const State& state, const TaskState& task);
  // Told in the history; nothing asks for it here.
  Outcome<std::optional<std::string>> role_of(const Frame& frame, const State& state,
                                              const TaskState& task);
  Frame* waiting_for(FrameId id, const std::string& token);
  void stop_waiting(Frame& frame);
  void want_call(Frame& frame, const Resource& resource);
  // What somebody else says, as it can be kept: UTF-8, and within the limits.
  static Fault presentable(Fault fault);
  void call_failed(Frame& frame, const State& state, Fault fault, std::string_view type);
  // Waits no more for it; that the frame fails with it is for the caller.
  void record_failed_call(Frame& frame, const State& state, const Fault& fault,
                          std::string_view type);
  [[nodiscard]] Fault time_out_call(Frame& frame);
  void set_call_timer(Frame& frame);

  // stepper_branches.cc: Parallel and Map.
  Outcome<void> begin_parallel(Frame& frame, const State& state, const ParallelState& parallel);
  Outcome<void> begin_map(Frame& frame, const State& state, const MapState& map);
  Outcome<Json> items_of(const Frame& frame, const State& state, const MapState& map,
                         const Json& input);
  void record_map_start(Frame& frame, const State& state, std::size_t length);
  void begin_map_run(Frame& frame, const State& state, const MapState& map);
  Outcome<void> iterate(Frame& frame, const State& state, const MapState& map, Held input,
                        Json items);
  Outcome<Json> batched(Frame& frame, const State& state, const MapState::Batcher& batcher,
                        const Json& input, const boost::json::array& items);
  Outcome<std::uint32_t> tolerated(Frame& frame, const State& state, const MapState& map,
                                   const Json& input, std::size_t items);
  void begin_children(Frame& frame, const State& state);
  void begin_child(Frame& frame, const State& state, std::uint64_t previous);
  void make_item_input(Frame& child);
  void child_done(Frame& parent, Frame& child);
  void child_failed(Frame& parent, Frame& child, Fault fault);
  void join(Frame& frame);
  void end_children(Frame& frame, const State& state, Json result);
  void remove_children(Frame& frame);

  // stepper_exchange.cc: the ItemReader and the ResultWriter of a Map.
  void begin_exchange(Frame& frame, const Resource& resource, Call::Purpose purpose,
                      std::string parameters);
  Outcome<void> begin_read(Frame& frame, const State& state, const MapState::Reader& reader,
                           const Json& input);
  Outcome<void> take_items(Frame& frame, const State& state, const std::string& answer);
  Outcome<void> begin_write(Frame& frame, const State& state, const MapState::Writer& writer,
                            boost::json::array succeeded, const boost::json::array& failed);
  void write_next(Frame& frame, const State& state);
  void take_exchanged(Frame& frame, const State& state, const std::string& answer);
  void exchange_failed(Frame& frame, const Fault& fault);

  // stepper_failures.cc: retries, catches, ends.
  void fail(Frame& frame, Fault fault);
  bool retry(Frame& frame, const State& state, const Fault& fault);
  bool catch_fault(Frame& frame, const State& state, const Fault& fault);
  void record_failed_state(Frame& frame, const State& state, const Fault& fault);
  // What runs under the frame ends; the frames stay.
  // A stop is told of by itself alone.
  enum class Telling : bool { no, yes };
  void abort_children(Frame& frame, Telling telling = Telling::yes);
  void abort(Frame& frame, Telling telling = Telling::yes);
  void redrive(Frame& frame, std::uint64_t event);

  const Machine& machine_;
  Execution& execution_;
  const Moment& moment_;
  Effects effects_;
  std::vector<FrameId> touched_;
  bool history_full_ = false;
};

}  // namespace ordo::states
