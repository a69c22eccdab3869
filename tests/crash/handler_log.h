// A web hook that fails now and then, and remembers what it was given. It outlives the servers that
// call it.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "net/server.h"

namespace ordo::crash {

struct Given {
  std::string task_id;
  std::string lane;
  std::uint64_t sequence = 0;
  std::uint64_t attempt = 0;
  bool succeeded = false;
};

// Any thread.
class HandlerLog {
 public:
  HandlerLog(std::uint64_t seed, double failure_rate);

  [[nodiscard]] std::uint16_t port() const { return server_->port(); }
  [[nodiscard]] std::vector<Given> given() const;  // in the order in which they came

 private:
  net::Response answer(const net::Request& request);

  const std::uint64_t seed_;
  const double failure_rate_;
  mutable std::mutex mutex_;
  std::vector<Given> given_;  // guarded by mutex_
  std::unique_ptr<net::Server> server_;
};

}  // namespace ordo::crash
