// A server in a process of its own, ended by its id when the object goes.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace ordo::bench {

class Child {
 public:
  // Forks and calls `serve` in the child, which writes its port (two bytes) to the descriptor it
  // is given and never returns. The calling process must have one thread.
  static Child forked(const std::function<void(int port_fd)>& serve);

  // Runs a program that prints "… ready on http://127.0.0.1:PORT …" when it serves.
  // Throws std::runtime_error when it ends without that.
  static Child program(const std::vector<std::string>& command);

  Child(Child&& other) noexcept;
  Child& operator=(Child&&) = delete;
  ~Child();

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] double resident_mb() const;
  // SIGTERM, and its exit status.
  int stop();

 private:
  Child(pid_t pid, std::uint16_t port) : pid_(pid), port_(port) {}
  pid_t pid_ = -1;
  std::uint16_t port_ = 0;
};

}  // namespace ordo::bench
