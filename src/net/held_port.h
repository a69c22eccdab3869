// A port that is taken before there is a server.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"

namespace ordo::net {

struct ListeningSocket;

// Who connects from now on waits for the server that is started with it; if there is none, until
// this ends. One thread.
class HeldPort {
 public:
  // `unavailable` when it cannot be had. What is given is as ServerOptions has it.
  static base::Result<HeldPort> take(const std::string& address, std::uint16_t port,
                                     std::size_t threads);
  ~HeldPort();
  HeldPort(HeldPort&&) noexcept;
  HeldPort& operator=(HeldPort&&) noexcept;

  [[nodiscard]] std::uint16_t number() const { return number_; }

 private:
  friend class Server;
  HeldPort();
  void listen(const std::string& address, std::uint16_t port, std::size_t threads);

  std::vector<std::unique_ptr<ListeningSocket>> sockets_;  // one for each thread of the server
  std::uint16_t number_ = 0;
};

}  // namespace ordo::net
