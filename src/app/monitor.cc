#include "app/monitor.h"

#include <algorithm>
#include <chrono>
#include <future>
#include <map>
#include <stop_token>
#include <utility>

namespace ordo::app {
namespace {

using ToldByChannel = std::map<std::string, std::uint64_t>;

std::uint64_t told_up_to(const ToldByChannel& told, const std::string& channel) {
  const auto known = told.find(channel);
  return known == told.end() ? 0 : known->second;
}

}  // namespace

ChannelTeller::ChannelTeller(MonitoredChannel channel, std::vector<std::string> all_channels,
                             ports::Backlog& backlog, Committer& committer, OnChannel on_channel)
    : channel_(std::move(channel)),
      all_channels_(std::move(all_channels)),
      backlog_(backlog),
      committer_(committer),
      on_channel_(std::move(on_channel)) {}

std::optional<base::Millis> ChannelTeller::tell(const std::stop_token& stop) {
  const auto told = backlog_.told();
  if (!told) return fail();
  // Another node may have told some.
  noted_ = std::max(noted_, told_up_to(*told, channel_.name));
  told_ = std::max(told_, noted_);
  while (true) {
    if (!note_told()) return fail();
    if (stop.stop_requested()) return std::nullopt;
    const auto notices = backlog_.notices(told_, kNotices);
    if (!notices) return fail();
    if (notices->empty()) return std::nullopt;
    if (tell_these(*notices, stop)) continue;
    // If it cannot be noted now, then before the next is told.
    (void)note_told();
    return fail();
  }
}

// False: the first that is not told must be told again.
bool ChannelTeller::tell_these(const std::vector<ports::Notice>& notices,
                               const std::stop_token& stop) {
  for (const ports::Notice& notice : notices) {
    if (stop.stop_requested()) return true;
    const base::Result<void> done = channel_.notifier->notify(notice);
    const bool never = !done && done.error().code == base::ErrorCode::invalid;
    if (!done && !never) {
      if (stop.stop_requested()) return false;
      if (!std::exchange(failing_, true)) on_channel_(channel_.name, notice, &done.error(), false);
      return false;
    }
    if (never) {
      on_channel_(channel_.name, notice, &done.error(), true);
    } else if (failing_) {
      on_channel_(channel_.name, notice, nullptr, false);
    }
    failing_ = false;
    pause_ = base::Millis(0);
    told_ = notice.number;
  }
  return true;
}

std::optional<base::Millis> ChannelTeller::fail() {
  pause_ = std::clamp(pause_ * 2, kFirstPause, kLongestPause);
  return pause_;
}

// And forgets what every channel has heard.
base::Result<void> ChannelTeller::note_told() {
  if (told_ == noted_) return {};
  const auto told = backlog_.told();
  if (!told) return base::fail(told.error());
  std::uint64_t by_all = told_;
  for (const std::string& name : all_channels_) {
    if (name != channel_.name) by_all = std::min(by_all, told_up_to(*told, name));
  }
  std::vector<ports::Write> writes;
  writes.emplace_back(ports::NoticesTold{channel_.name, told_});
  writes.emplace_back(ports::ForgetNotices{by_all});
  base::Result<void> noted = commit(std::move(writes));
  if (!noted) return noted;
  noted_ = told_;
  pause_ = base::Millis(0);
  return noted;
}

base::Result<void> ChannelTeller::commit(std::vector<ports::Write> writes) {
  std::promise<base::Result<void>> promise;
  std::future<base::Result<void>> future = promise.get_future();
  committer_.submit(std::move(writes), [&promise](base::Result<Committed> committed) {
    promise.set_value(committed ? base::Result<void>() : base::fail(committed.error()));
  });
  return future.get();
}

Monitor::Monitor(std::vector<MonitoredChannel> channels, ports::Backlog& backlog,
                 Committer& committer, const OnChannel& on_channel, base::Millis look_again)
    : backlog_(backlog), look_again_(look_again) {
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

void Monitor::begin_stop() {
  for (std::jthread& thread : threads_) thread.request_stop();
}

// Asks all to stop before the first join, so that they end side by side.
void Monitor::stop() {
  begin_stop();
  for (std::jthread& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
}

base::Result<std::vector<WaitingNotices>> Monitor::waiting() {
  const auto kept = backlog_.kept_notices();
  if (!kept) return base::fail(kept.error());
  const auto told = backlog_.told();
  if (!told) return base::fail(told.error());
  std::vector<WaitingNotices> waiting;
  waiting.reserve(tellers_.size());
  for (const auto& teller : tellers_) {
    waiting.push_back({teller->name(), kept->after(told_up_to(*told, teller->name()))});
  }
  return waiting;
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
    const std::optional<base::Millis> pause = teller.tell(stop);
    std::unique_lock lock(mutex_);
    if (pause) {
      // News do not make a channel come back earlier.
      changed_.wait_for(lock, stop, *pause, [] { return false; });
    } else {
      changed_.wait_for(lock, stop, look_again_, [&] { return news_ != seen; });
    }
  }
}

}  // namespace ordo::app
