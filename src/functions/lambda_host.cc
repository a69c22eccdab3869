#include "functions/lambda_host.h"

#include <poll.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <ctime>
#include <deque>
#include <limits>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

#include "base/assert.h"
#include "functions/call_faults.h"
#include "functions/failures.h"
#include "functions/lambda_environment.h"
#include "functions/lambda_slot.h"
#include "functions/wake_descriptor.h"

namespace ordo::functions {
namespace {

Environment inherited_environment() {
  Environment found;
  for (const std::string_view name : kInherited) {
    const std::string text(name);
    if (const char* const value = std::getenv(text.c_str())) found[text] = value;
  }
  return found;
}

// What other threads ask of the host's own.
struct Said {
  std::uint64_t token;
  RuntimeCall call;
};
struct Curtail {
  ports::InvocationId id;
};
struct Cancel {
  ports::InvocationId id;
  std::optional<domain::Sequence> task;
};
using Letter = std::variant<ports::Invocation, ports::FunctionCall, Cancel, Curtail, Said>;

class LambdaHost : public ports::FunctionHost {
 public:
  LambdaHost(LambdaSpec spec, const ports::Clock& clock, ports::OnEnded on_ended,
             OnOutput on_output, OnFunctionTrouble on_trouble);
  ~LambdaHost() override;
  LambdaHost(const LambdaHost&) = delete;
  LambdaHost& operator=(const LambdaHost&) = delete;

  void invoke(std::vector<ports::Invocation> invocations) override;
  void call(ports::FunctionCall call) override { post(std::move(call)); }
  [[nodiscard]] std::size_t capacity(const std::string& /*function*/) const override {
    return capacity_;
  }
  void curtail(ports::InvocationId invocation) override;
  void cancel(ports::InvocationId invocation, std::optional<domain::Sequence> task) override;

 private:
  void post(Letter letter);
  void post(std::vector<Letter> letters);
  void run(const std::stop_token& stop);
  void turn(bool work);
  void wait();
  void watch(const LambdaSlot& slot);
  [[nodiscard]] timespec patience() const;
  void read_letters();
  void read(ports::Invocation invocation);
  void read(ports::FunctionCall call);
  void read(const Cancel& cancel);
  void read(Curtail curtail);
  bool end_if_waiting(ports::InvocationId id, EarlyEnd end);
  void read(Said said);
  void take_back();
  void hand_out();
  void give_up_waiting();
  [[nodiscard]] bool is_hopeless() const;
  [[nodiscard]] std::size_t count_ready() const;
  void end_waiting(const EarlyEnd& end);
  void tell();
  void shut_down();
  void fail(Work work, EarlyEnd end);

  const LambdaSpec spec_;
  const Environment inherited_ = inherited_environment();
  const ports::Clock& clock_;
  const ports::OnEnded on_ended_;
  const OnOutput on_output_;
  const OnFunctionTrouble on_trouble_;

  std::atomic<std::size_t> capacity_ = 0;

  std::mutex mutex_;
  std::vector<Letter> letters_;  // under mutex_
  WakeDescriptor wake_;

  // The thread's own.
  LambdaPool pool_;
  std::deque<LambdaSlot> slots_;
  WaitingWork waiting_;
  std::size_t failed_starts_ = 0;  // in a row, of all processes
  std::vector<pollfd> watched_;    // wake_, then two a slot

  std::jthread thread_;  // last: it ends first
};

LambdaHost::LambdaHost(LambdaSpec spec, const ports::Clock& clock, ports::OnEnded on_ended,
                       OnOutput on_output, OnFunctionTrouble on_trouble)
    : spec_(std::move(spec)),
      clock_(clock),
      on_ended_(std::move(on_ended)),
      on_output_(std::move(on_output)),
      on_trouble_(std::move(on_trouble)),
      pool_{.spec = spec_,
            .inherited = inherited_,
            .clock = clock_,
            .on_output = on_output_,
            .on_trouble = on_trouble_,
            .on_call = [this](std::uint64_t token,
                              RuntimeCall call) { post(Said{token, std::move(call)}); },
            .ended = {},
            .answered = {},
            .failed_starts = {},
            .unfinished = {}} {
  ORDO_ASSERT(!spec_.command.empty() && spec_.processes >= 1 &&
              spec_.processes <= kMaxLambdaProcesses);
  for (std::size_t i = 0; i < spec_.processes; ++i) slots_.emplace_back(pool_, i);
  thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

LambdaHost::~LambdaHost() {
  thread_.request_stop();
  wake_.wake();
  thread_.join();
}

void LambdaHost::invoke(std::vector<ports::Invocation> invocations) {
  std::vector<Letter> letters;
  letters.reserve(invocations.size());
  for (ports::Invocation& each : invocations) letters.emplace_back(std::move(each));
  post(std::move(letters));
}

void LambdaHost::curtail(ports::InvocationId invocation) {
  post(Curtail{invocation});
}

void LambdaHost::cancel(ports::InvocationId invocation, std::optional<domain::Sequence> task) {
  post(Cancel{invocation, task});
}

void LambdaHost::post(Letter letter) {
  std::vector<Letter> one;
  one.push_back(std::move(letter));
  post(std::move(one));
}

void LambdaHost::post(std::vector<Letter> letters) {
  if (letters.empty()) return;
  {
    const std::lock_guard lock(mutex_);
    const bool was_empty = letters_.empty();
    if (was_empty) {
      letters_ = std::move(letters);
    } else {
      std::ranges::move(letters, std::back_inserter(letters_));
    }
    if (!was_empty) return;
  }
  wake_.wake();
}

void LambdaHost::run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    turn(true);
    wait();
  }
  shut_down();
}

// Does what there is to do, without waiting.
void LambdaHost::turn(bool work) {
  read_letters();
  for (LambdaSlot& slot : slots_) slot.tick();
  if (work) {
    give_up_waiting();
    hand_out();
  }
  tell();
}

void LambdaHost::watch(const LambdaSlot& slot) {
  watched_.push_back({slot.exit_descriptor(), POLLIN, 0});
  watched_.push_back({slot.output_descriptor(), POLLIN, 0});
}

// Until something happens or is due.
void LambdaHost::wait() {
  watched_.clear();
  watched_.push_back({wake_.get(), POLLIN, 0});
  for (const LambdaSlot& slot : slots_) watch(slot);
  const timespec left = patience();
  if (::ppoll(watched_.data(), watched_.size(), &left, nullptr) <= 0) return;
  if (watched_.front().revents != 0) wake_.clear();
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    // Its last words before its end.
    if (watched_[2 + 2 * i].revents != 0) slots_[i].on_output_ready();
    if (watched_[1 + 2 * i].revents != 0) slots_[i].on_exit();
  }
}

timespec LambdaHost::patience() const {
  constexpr std::chrono::nanoseconds kLongest = std::chrono::hours(1);
  std::chrono::nanoseconds left = kLongest;
  const base::MonoTime now = clock_.mono();
  for (const LambdaSlot& slot : slots_) {
    if (slot.due()) left = std::min(left, *slot.due() - now);
  }
  left = std::max(left, std::chrono::nanoseconds(0));
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(left);
  return {.tv_sec = seconds.count(), .tv_nsec = (left - seconds).count()};
}

void LambdaHost::read_letters() {
  std::vector<Letter> letters;
  {
    const std::lock_guard lock(mutex_);
    letters.swap(letters_);
  }
  for (Letter& letter : letters) {
    std::visit([this](auto& each) { read(std::move(each)); }, letter);
  }
}

void LambdaHost::read(ports::Invocation invocation) {
  if (waiting_.invocations() >= kMaxWaitingInvocations) {
    return fail(
        std::move(invocation),
        {{"TooManyInvocations", "too many invocations wait for the function's processes"}, {}});
  }
  waiting_.add(std::move(invocation));
}

void LambdaHost::read(ports::FunctionCall call) {
  std::optional<ports::CallFault> fault = fault_of(call);
  if (!fault && waiting_.calls() >= kMaxWaitingInvocations) fault = too_many_calls(spec_.name);
  if (fault) return fail(std::move(call), {{}, std::move(*fault)});
  waiting_.add(std::move(call));
}

void LambdaHost::read(const Cancel& cancel) {
  if (end_if_waiting(cancel.id, {cancel.task ? not_begun() : cancelled(), call_cancelled()}))
    return;
  for (LambdaSlot& slot : slots_) {
    if (slot.cancel(cancel.id, cancel.task)) return;
  }
}

void LambdaHost::read(Curtail curtail) {
  if (curtail.id.value() >= ports::kFirstCallId) return;
  if (end_if_waiting(curtail.id, {not_begun(), {}})) return;
  for (LambdaSlot& slot : slots_) {
    if (slot.curtail(curtail.id)) return;
  }
}

bool LambdaHost::end_if_waiting(ports::InvocationId id, EarlyEnd end) {
  take_back();
  std::optional<Work> found = waiting_.take(id);
  if (!found) return false;
  fail(std::move(*found), std::move(end));
  return true;
}

void LambdaHost::read(Said said) {
  // One whose process is gone finds nobody.
  const auto found = std::ranges::find(slots_, said.token, &LambdaSlot::token);
  if (found != slots_.end() && !found->is_down()) found->on_call(std::move(said.call));
}

// What has begun goes on before any other task begins.
void LambdaHost::take_back() {
  for (ports::Invocation& each : std::exchange(pool_.unfinished, {})) {
    waiting_.put_back(std::move(each));
  }
}

void LambdaHost::hand_out() {
  take_back();
  for (LambdaSlot& slot : slots_) {
    if (waiting_.empty()) return;
    if (!slot.is_idle()) continue;
    slot.give(waiting_.take());
  }
}

// What waits must not wait for ever for a process that never gets ready.
void LambdaHost::give_up_waiting() {
  if (std::exchange(pool_.came_up, false)) failed_starts_ = 0;
  if (pool_.failed_starts.empty()) return;
  failed_starts_ += pool_.failed_starts.size();
  const domain::Failure last = std::move(pool_.failed_starts.back());
  pool_.failed_starts.clear();
  if (is_hopeless()) end_waiting({last, call_fault(last)});
}

bool LambdaHost::is_hopeless() const {
  return failed_starts_ >= kStartTries * slots_.size() &&
         std::ranges::none_of(slots_, &LambdaSlot::is_up);
}

void LambdaHost::end_waiting(const EarlyEnd& end) {
  take_back();
  for (Work& each : waiting_.take_all()) fail(std::move(each), end);
}

void LambdaHost::fail(Work work, EarlyEnd end) {
  if (auto* const call = std::get_if<ports::FunctionCall>(&work)) {
    pool_.answered.push_back({std::move(call->answer), std::unexpected(std::move(end.fault))});
  } else {
    pool_.ended.push_back({id_of(work), {}, std::move(end.failure)});
  }
}

void LambdaHost::tell() {
  const std::size_t ready = count_ready();
  const bool more = ready > capacity_.exchange(ready);
  if (more || !pool_.ended.empty()) on_ended_(std::exchange(pool_.ended, {}));
  tell_all(std::exchange(pool_.answered, {}));
}

// What a process that starts would do can wait outside. If none ever starts, somebody must hear it.
std::size_t LambdaHost::count_ready() const {
  if (is_hopeless()) return slots_.size();
  return static_cast<std::size_t>(std::ranges::count_if(slots_, &LambdaSlot::is_up));
}

void LambdaHost::shut_down() {
  for (LambdaSlot& slot : slots_) slot.stop();
  bool down = false;
  while (!down) {
    down = std::ranges::all_of(slots_, &LambdaSlot::is_down);
    read_letters();
    end_waiting({not_begun(), call_stopped()});
    turn(false);
    if (!down) wait();
  }
}

}  // namespace

std::unique_ptr<ports::FunctionHost> make_lambda_host(LambdaSpec spec, const ports::Clock& clock,
                                                      ports::OnEnded on_ended, OnOutput on_output,
                                                      OnFunctionTrouble on_trouble) {
  return std::make_unique<LambdaHost>(std::move(spec), clock, std::move(on_ended),
                                      std::move(on_output), std::move(on_trouble));
}

}  // namespace ordo::functions
