#include "app/executions.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "base/assert.h"
#include "base/iso8601.h"
#include "base/json_tree.h"
#include "base/uuid.h"

namespace ordo::app {
namespace {

// However long nothing is due, the clock on the wall may be set meanwhile.
constexpr std::chrono::seconds kLongestPause{30};
constexpr base::Millis kPauseAfterFailure{200};

base::Error elsewhere() {
  return {base::ErrorCode::unavailable,
          "the pipelines are being taken over by another node; try again soon",
          {}};
}

// The API takes no name with an @: no client starts another one in its place.
std::string firing_name(base::WallTime at) {
  std::string name = "schedule@" + base::format_time(at);
  std::ranges::replace(name, ':', '-');
  std::ranges::replace(name, '.', '-');
  return name;
}

// Who waits for a call.
struct CallPlace {
  domain::ExecutionId execution;
  states::FrameId frame = 0;
};

// Of a token "<execution>.<frame>.<secret>", as it was made for the call.
std::optional<CallPlace> place_of(std::string_view token) {
  const char* const end = token.data() + token.size();
  const std::size_t first = token.find('.');
  if (first == std::string_view::npos) return std::nullopt;
  CallPlace place{domain::ExecutionId(std::string(token.substr(0, first)))};
  const auto [stop, fault] = std::from_chars(token.data() + first + 1, end, place.frame);
  if (fault != std::errc() || stop == end || *stop != '.') return std::nullopt;
  return place;
}

}  // namespace

Executions::Executions(Parts parts)
    : parts_(std::move(parts)),
      entropy_([&random = parts_.random] { return random.next(); }),
      schedules_(parts_.pipelines) {
  // What is loaded shares the machines that are configured.
  for (const auto& [name, pipeline] : parts_.pipelines) {
    machines_[pipeline.machine->definition] = pipeline.machine;
  }
}

Executions::~Executions() = default;

void Executions::post(Mail mail) {
  {
    std::unique_lock lock(mutex_);
    if (retired_) {
      lock.unlock();
      return refuse(mail);
    }
    mailbox_.push_back(std::move(mail));
    if (mailbox_.size() > 1) return;
  }
  arrived_.notify_one();
}

void Executions::refuse(Mail& mail) {
  if (auto* const start = std::get_if<StartOrder>(&mail)) {
    if (start->answer) start->answer(base::fail(elsewhere()));
  } else if (auto* const stop = std::get_if<StopOrder>(&mail)) {
    if (stop->what.answer) stop->what.answer(base::fail(elsewhere()));
  } else if (auto* const pause = std::get_if<PauseOrder>(&mail)) {
    pause->answer(base::fail(elsewhere()));
  }
}

void Executions::retire() {
  std::deque<Mail> mail;
  {
    const std::lock_guard lock(mutex_);
    retired_ = true;
    mail.swap(mailbox_);
    calls_open_ = 0;
  }
  idle_.notify_all();
  for (Mail& one : mail) refuse(one);
  for (const auto& [id, entry] : entries_) {
    for (Happening& waiting : entry->inbox) {
      if (waiting.answer) waiting.answer(base::fail(elsewhere()));
    }
    if (entry->flight) {
      for (auto& answer : entry->flight->answers) answer(base::fail(elsewhere()));
    }
    if (entry->order && entry->order->answer) entry->order->answer(base::fail(elsewhere()));
    for (const std::string& token : entry->open_calls) parts_.calls.give_up(token);
  }
  batches_.clear();
  to_store_.clear();
  to_retry_.clear();
  to_load_again_.clear();
  to_load_.clear();
  to_load_next_.clear();
  sleepers_.clear();
  alarms_.clear();
  watchers_.clear();
  entries_.clear();
  schedules_.end();
}

void Executions::retry_later() {
  retry_at_ = parts_.clock.mono() + kPauseAfterFailure;
}

void Executions::start(StartOrder order) {
  post(std::move(order));
}

void Executions::stop(domain::ExecutionId id, states::Fault why, Answer<std::monostate> answer) {
  post(StopOrder{std::move(id), {states::StopAsked{std::move(why)}, std::move(answer)}});
}

void Executions::redrive(domain::ExecutionId id, Answer<std::monostate> answer) {
  post(StopOrder{std::move(id), {states::RedriveAsked{}, std::move(answer)}});
}

void Executions::pause(domain::PipelineName pipeline, bool paused, Answer<std::monostate> answer) {
  post(PauseOrder{std::move(pipeline), paused, std::move(answer)});
}

void Executions::call_back(Callback callback, Answer<std::monostate> answer) {
  auto place = place_of(callback.token);
  if (!place) {
    return answer(base::fail(base::ErrorCode::not_found, "nobody waits for this token"));
  }
  const states::FrameId at = place->frame;
  states::Event event = states::CallIsAlive{at, callback.token};
  if (auto* success = std::get_if<Callback::Success>(&callback.word)) {
    event = states::CallSucceeded{at, std::move(callback.token), std::move(success->output)};
  } else if (auto* failed = std::get_if<states::Fault>(&callback.word)) {
    event = states::CallFailed{at, std::move(callback.token), std::move(*failed)};
  }
  post(StopOrder{std::move(place->execution), {std::move(event), std::move(answer)}});
}

void Executions::run(std::stop_token stop) {
  while (!stop.stop_requested()) {
    if (turn()) continue;
    std::chrono::nanoseconds pause = kLongestPause;
    if (const auto wake = next_wake()) {
      pause =
          std::clamp<std::chrono::nanoseconds>(*wake - parts_.clock.wall(), base::Millis(0), pause);
    }
    std::unique_lock lock(mutex_);
    arrived_.wait_for(lock, stop, pause, [this] { return !mailbox_.empty(); });
  }
}

bool Executions::turn() {
  std::deque<Mail> mail;
  {
    const std::lock_guard lock(mutex_);
    mail.swap(mailbox_);
  }
  for (Mail& one : mail) {
    std::visit([this](auto& order) { take(order); }, one);
    if (to_store_.size() >= kMaxBatch) flush();
  }
  const base::WallTime now = parts_.clock.wall();
  const std::uint64_t steps_before = last_batch_;
  wake_sleepers(now);
  fire(now);
  if (retry_at_ <= parts_.clock.mono()) {
    to_store_.insert(to_store_.end(), to_retry_.begin(), to_retry_.end());
    to_retry_.clear();
    for (Entry* const entry : std::exchange(to_load_again_, {})) load_entry(*entry);
  }
  load_waiting();
  flush();
  {
    const std::lock_guard lock(mutex_);
    stats_.loaded = entries_.size();
    stats_.waiting = sleepers_.size();
  }
  return !mail.empty() || last_batch_ != steps_before;
}

std::optional<base::WallTime> Executions::next_wake() const {
  std::optional<base::WallTime> wake = schedules_.next();
  const auto sooner = [&wake](base::WallTime at) {
    if (!wake || at < *wake) wake = at;
  };
  if (!alarms_.empty()) sooner(alarms_.begin()->first);
  if (!to_retry_.empty() || !to_load_again_.empty()) {
    sooner(parts_.clock.wall() + std::chrono::ceil<base::Millis>(retry_at_ - parts_.clock.mono()));
  }
  return wake;
}

void Executions::take(StartOrder& order) {
  const auto pipeline = parts_.pipelines.find(order.pipeline);
  if (pipeline == parts_.pipelines.end()) {
    if (order.answer) {
      order.answer(base::fail(base::ErrorCode::not_found,
                              fmt::format("there is no pipeline \"{}\"", order.pipeline.value())));
    }
    return;
  }
  base::Result<states::Json> input = base::parse_json_tree(order.input);
  if (!input) {
    if (order.answer) order.answer(base::fail(std::move(input.error())));
    return;
  }
  const base::WallTime now = parts_.clock.wall();
  domain::ExecutionId id(base::uuid_v7(now, parts_.random.next(), parts_.random.next()));
  Entry& entry = add_entry(id);
  entry.machine = pipeline->second.machine;
  ports::ExecutionRecord& record = entry.record;
  record.id = std::move(id);
  record.pipeline = order.pipeline;
  record.name = order.name.empty() ? record.id.value() : order.name;
  record.input = base::json_tree_text(*input);
  record.started_at = now;
  record.parent = order.parent;
  entry.execution = states::new_execution(*entry.machine, identity_of(record), std::move(*input));
  entry.order = std::move(order);
  happen(entry, {states::Begin{}});
}

void Executions::take(StopOrder& order) {
  happen(find_or_load(order.id, std::nullopt), std::move(order.what));
}

void Executions::take(CallEnded& ended) {
  const auto place = place_of(ended.token);
  ORDO_ASSERT(place);
  Entry& entry = find_or_load(place->execution, std::nullopt);
  end_call(entry, ended.token);
  std::string token = std::move(ended.token);
  if (auto* done = std::get_if<CallDone>(&ended.outcome)) {
    happen(entry, {states::CallSucceeded{place->frame, std::move(token), std::move(done->output)}});
  } else if (auto* under_way = std::get_if<CallUnderWay>(&ended.outcome)) {
    happen(entry,
           {states::CallSubmitted{place->frame, std::move(token), std::move(under_way->output)}});
  } else {
    auto& failed = std::get<CallNotDone>(ended.outcome);
    happen(entry, {states::CallFailed{place->frame, std::move(token), std::move(failed.fault),
                                      failed.not_started}});
  }
}

void Executions::take(PauseOrder& order) {
  if (!parts_.pipelines.contains(order.pipeline)) {
    return order.answer(
        base::fail(base::ErrorCode::not_found,
                   fmt::format("there is no pipeline \"{}\"", order.pipeline.value())));
  }
  std::vector<ports::Write> writes;
  writes.emplace_back(ports::PausePipeline{order.pipeline, order.paused});
  if (!order.paused) {
    // What the pause took is not made up for after a restart either.
    if (const auto counts = schedules_.resuming(order.pipeline, parts_.clock.wall())) {
      writes.emplace_back(ports::NoteFiring{order.pipeline, *counts,
                                            schedules_.schedule_of(order.pipeline), parts_.by});
    }
  }
  parts_.committer.submit(
      std::move(writes),
      [this, pipeline = order.pipeline, paused = order.paused,
       answer = std::move(order.answer)](base::Result<Committed> committed) mutable {
        if (!committed) return answer(base::fail(std::move(committed.error())));
        post(Paused{std::move(pipeline), paused});
        answer(std::monostate());
      });
}

void Executions::take(Paused& paused) {
  schedules_.pause(paused.pipeline, paused.paused);
  const std::lock_guard lock(mutex_);
  next_firings_[paused.pipeline] = schedules_.next(paused.pipeline);
  if (paused.paused) {
    paused_.insert(paused.pipeline);
  } else {
    paused_.erase(paused.pipeline);
  }
}

void Executions::wake_sleepers(base::WallTime now) {
  // Each that is due once: where the clock is set back meanwhile, its alarm may be due again.
  std::vector<std::string> due;
  while (!alarms_.empty() && alarms_.begin()->first <= now) {
    due.push_back(alarms_.begin()->second);
    alarms_.erase(alarms_.begin());
  }
  for (const std::string& id : due) {
    const auto sleeper = sleepers_.find(id);
    const auto number = sleeper == sleepers_.end() ? std::optional<domain::ExecutionNumber>()
                                                   : sleeper->second.number;
    happen(find_or_load(domain::ExecutionId(id), number), {states::TimePassed{}});
  }
}

void Executions::fire(base::WallTime now) {
  if (!calling_) return schedules_.end();
  for (Schedules::Firing& firing : schedules_.due(now)) {
    StartOrder order;
    order.name = firing_name(firing.at);
    order.input = parts_.pipelines.at(firing.pipeline).timetable->input;
    order.firing = firing.at;
    order.pipeline = std::move(firing.pipeline);
    {
      const std::lock_guard lock(mutex_);
      next_firings_[order.pipeline] = schedules_.next(order.pipeline);
    }
    take(order);
  }
}

bool Executions::wait_until_idle(base::Millis bound) {
  std::unique_lock lock(mutex_);
  return idle_.wait_for(lock, bound, [this] { return calls_open_ == 0; });
}

ExecutionStats Executions::stats() const {
  const std::lock_guard lock(mutex_);
  return stats_;
}

std::optional<base::WallTime> Executions::next_firing(const domain::PipelineName& name) const {
  const std::lock_guard lock(mutex_);
  const auto next = next_firings_.find(name);
  return next == next_firings_.end() ? std::nullopt : next->second;
}

bool Executions::is_paused(const domain::PipelineName& name) const {
  const std::lock_guard lock(mutex_);
  return paused_.contains(name);
}

}  // namespace ordo::app
