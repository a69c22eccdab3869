// The limit: an epoll loop a core that finds the end of each request and answers with fixed bytes.
// No routing, no JSON, no store, no time-outs: what the machine's sockets can do at best.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace ordo::bench {

// Serves on 127.0.0.1 until the process is ended. Writes its port to `port_fd` as two bytes once
// it listens.
[[noreturn]] void serve_bare_epoll(std::size_t threads, const std::string& answer, int port_fd);

}  // namespace ordo::bench
