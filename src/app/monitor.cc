#include "app/monitor.h"

#include <algorithm>
#include <future>
#include <stop_token>
#include <utility>

namespace ordo::app {

ChannelTeller::ChannelTeller(MonitoredChannel channel, std::vector<std::string> all_channels,
                             ports::Backlog& backlog, Committer& committer, OnChannel on_channel)
    : channel_(std::move(channel)),
      all_channels_(std::move(all_channels)),
      backlog_(backlog),
      committer_(committer),
      on_channel_(std::move(on_channel)) {}

std::optional<base::Millis> ChannelTeller::tell() {
  if (!told_) {
    const auto told = backlog_.told();
    if (!told) return fail();
    const auto known = told->find(channel_.name);
    told_ = known == told->end() ? 0 : known->second;
  }
  while (true) {
    const auto notices = backlog_.notices(*told_, kNotices);
    if (!notices) return fail();
    if (notices->empty()) return std::nullopt;
    for (const ports::Notice& notice : *notices) {
      const base::Result<void> done = channel_.notifier->notify(notice);
      const bool never = !done && done.error().code == base::ErrorCode::invalid;
      if (!done && (never || pause_.count() == 0)) {
        on_channel_(channel_.name, notice, &done.error(), never);
      }
      if (!done && !never) return fail();
      if (done && pause_.count() != 0) on_channel_(channel_.name, notice, nullptr, false);
      pause_ = base::Millis(0);
      if (!note_told(notice.number)) return fail();
    }
    if (!forget_told()) return fail();
  }
}

std::optional<base::Millis> ChannelTeller::fail() {
  pause_ = std::clamp(pause_ * 2, kFirstPause, kLongestPause);
  return pause_;
}

base::Result<void> ChannelTeller::note_told(std::uint64_t number) {
  base::Result<void> noted = commit(ports::NoticesTold{channel_.name, number});
  if (noted) told_ = number;
  return noted;
}

// What every channel has heard need not be kept.
base::Result<void> ChannelTeller::forget_told() {
  const auto told = backlog_.told();
  if (!told) return base::fail(told.error());
  std::uint64_t by_all = *told_;
  for (const std::string& name : all_channels_) {
    const auto known = told->find(name);
    by_all = std::min(by_all, known == told->end() ? 0 : known->second);
  }
  return commit(ports::ForgetNotices{by_all});
}

base::Result<void> ChannelTeller::commit(ports::TaskWrite write) {
  std::promise<base::Result<void>> promise;
  std::future<base::Result<void>> future = promise.get_future();
  std::vector<ports::TaskWrite> writes;
  writes.push_back(std::move(write));
  committer_.submit(std::move(writes), [&promise](base::Result<Committed> committed) {
    promise.set_value(committed ? base::Result<void>() : base::fail(committed.error()));
  });
  return future.get();
}

Monitor::Monitor(std::vector<MonitoredChannel> channels, ports::Backlog& backlog,
                 Committer& committer, const OnChannel& on_channel) {
  std::vector<std::string> names;
  names.reserve(channels.size());
  for (const MonitoredChannel& channel : channels) names.push_back(channel.name);
  for (MonitoredChannel& channel : channels) {
    tellers_.push_back(
        std::make_unique<ChannelTeller>(std::move(channel), names, backlog, committer, on_channel));
  }
  for (const auto& teller : tellers_) {
    threads_.emplace_back(
        [this, of = teller.get()](const std::stop_token& stop) { run(*of, stop); });
  }
}

Monitor::~Monitor() {
  stop();
}

// Asks all to stop before the first join, so that they end side by side.
void Monitor::stop() {
  for (std::jthread& thread : threads_) thread.request_stop();
  for (std::jthread& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
}

void Monitor::wake() {
  {
    const std::lock_guard lock(mutex_);
    ++news_;
  }
  changed_.notify_all();
}

void Monitor::run(ChannelTeller& teller, const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    std::uint64_t seen = 0;
    {
      const std::lock_guard lock(mutex_);
      seen = news_;
    }
    const std::optional<base::Millis> pause = teller.tell();
    std::unique_lock lock(mutex_);
    if (pause) {
      // News do not make a channel come back earlier.
      changed_.wait_for(lock, stop, *pause, [] { return false; });
    } else {
      changed_.wait(lock, stop, [&] { return news_ != seen; });
    }
  }
}

}  // namespace ordo::app
