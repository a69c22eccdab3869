// The same HTTP server without a store, at two depths.
#pragma once

#include <cstddef>
#include <string>

namespace ordo::bench {

// net::Server with a handler that answers every request at once with the same bytes.
[[noreturn]] void serve_wire_only(std::size_t threads, const std::string& body, int port_fd);

// net::Server and the whole API: parse, validate, hand to the committer, answer with the task. Only
// the store is missing: it numbers the tasks and keeps nothing.
[[noreturn]] void serve_without_store(std::size_t threads, int port_fd);

}  // namespace ordo::bench
