// A closed-loop HTTP load generator: each connection has one request under way, one thread drives
// all of them, so that most of the machine is left to the server that is measured.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace ordo::bench {

struct LoadOptions {
  std::uint16_t port = 0;
  std::size_t connections = 1;
  std::chrono::milliseconds warm_up{300};
  std::chrono::milliseconds measure{1500};
  // The whole bytes of the next request.
  std::function<const std::string&(std::uint64_t number)> request;
};

struct LoadResult {
  std::uint64_t answers = 0;  // with the expected status, while measuring
  std::uint64_t refused = 0;  // with another status
  std::uint64_t broken = 0;   // connections that ended
  double seconds = 0;
  std::vector<std::uint32_t> latencies_us;

  [[nodiscard]] double per_second() const { return static_cast<double>(answers) / seconds; }
  // 0.5, 0.99 …; sorts the latencies.
  [[nodiscard]] double latency_ms(double quantile);
};

// A socket of 127.0.0.1:port that is connected; throws std::runtime_error.
int connect_to(std::uint16_t port);

// Connects, drives the load, closes. Throws std::runtime_error when it cannot connect.
LoadResult drive(const LoadOptions& options);

// "POST path" with a JSON body, as bytes.
std::string post(const std::string& path, const std::string& body);

}  // namespace ordo::bench
