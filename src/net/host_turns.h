// Whose turn it is: so many side by side, in all and for each host; hosts with waiting ones take
// turns, each in its own order. One thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <unordered_map>

namespace ordo::net {

struct TurnLimits {
  std::size_t running = 256;
  std::size_t running_per_host = 64;
  std::size_t waiting = 16 * 1024;
};

class HostTurns {
 public:
  explicit HostTurns(TurnLimits limits) : limits_(limits) {}

  // False when too many wait.
  bool add(const std::string& host, std::uint64_t id);
  // The next that may run; it runs until ended().
  std::optional<std::uint64_t> next();
  void ended(const std::string& host);
  // Takes one out that waits.
  void remove(const std::string& host, std::uint64_t id);

  [[nodiscard]] std::size_t hosts() const noexcept { return hosts_.size(); }

 private:
  struct Host {
    std::size_t running = 0;
    std::deque<std::uint64_t> waiting;
    bool in_line = false;
  };
  using Hosts = std::unordered_map<std::string, Host>;

  void line_up(Hosts::iterator host);

  const TurnLimits limits_;
  std::size_t running_ = 0;
  std::size_t waiting_ = 0;
  Hosts hosts_;                   // those with anything that runs or waits
  std::deque<std::string> line_;  // those of them with one that may run
};

}  // namespace ordo::net
