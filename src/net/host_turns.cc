#include "net/host_turns.h"

#include <utility>

#include "base/assert.h"

namespace ordo::net {

bool HostTurns::add(const std::string& host, std::uint64_t id) {
  if (waiting_ >= limits_.waiting) return false;
  const auto at = hosts_.try_emplace(host).first;
  at->second.waiting.push_back(id);
  ++waiting_;
  line_up(at);
  return true;
}

std::optional<std::uint64_t> HostTurns::next() {
  if (running_ >= limits_.running || line_.empty()) return std::nullopt;
  const auto at = hosts_.find(line_.front());
  line_.pop_front();
  Host& host = at->second;
  host.in_line = false;
  const std::uint64_t id = host.waiting.front();
  host.waiting.pop_front();
  --waiting_;
  ++running_;
  ++host.running;
  line_up(at);
  return id;
}

void HostTurns::ended(const std::string& host) {
  const auto at = hosts_.find(host);
  ORDO_ASSERT(at != hosts_.end() && at->second.running > 0);
  --at->second.running;
  --running_;
  line_up(at);
}

void HostTurns::remove(const std::string& host, std::uint64_t id) {
  const auto at = hosts_.find(host);
  ORDO_ASSERT(at != hosts_.end());
  waiting_ -= std::erase(at->second.waiting, id);
  if (at->second.waiting.empty() && std::exchange(at->second.in_line, false)) {
    std::erase(line_, host);
  }
  line_up(at);
}

// Puts a host in line when it has one that may run, and forgets it when it has none at all.
void HostTurns::line_up(Hosts::iterator host) {
  Host& state = host->second;
  if (state.in_line) return;
  if (!state.waiting.empty() && state.running < limits_.running_per_host) {
    state.in_line = true;
    line_.push_back(host->first);
  } else if (state.waiting.empty() && state.running == 0) {
    hosts_.erase(host);
  }
}

}  // namespace ordo::net
