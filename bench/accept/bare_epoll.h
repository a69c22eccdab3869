// The limits: an epoll loop a core that answers each request with fixed bytes. No routing, no
// store, no time-outs: what the machine's sockets can do at best.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace ordo::bench {

enum class Reading {
  ends,    // only looks for the end of a request
  parses,  // parses it: the head with the server's parser, the body's JSON with the API's
};

// Serves on 127.0.0.1 until the process is ended. Writes its port to `port_fd` as two bytes once
// it listens.
[[noreturn]] void serve_bare_epoll(Reading reading, std::size_t threads, const std::string& answer,
                                   int port_fd);

}  // namespace ordo::bench
