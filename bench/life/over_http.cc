#include "life/over_http.h"

#include <fmt/format.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <thread>
#include <vector>

#include "http/child.h"
#include "http/load.h"

namespace ordo::bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds kLongest{60};

std::string get(std::uint16_t port, const std::string& path) {
  const int fd = connect_to(port);
  const std::string request =
      fmt::format("GET {} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n", path);
  std::string answer;
  if (::send(fd, request.data(), request.size(), MSG_NOSIGNAL) > 0) {
    std::array<char, 16 * 1024> buffer;
    for (ssize_t n = 0; (n = ::recv(fd, buffer.data(), buffer.size(), 0)) > 0;) {
      answer.append(buffer.data(), static_cast<std::size_t>(n));
    }
  }
  ::close(fd);
  return answer;
}

struct Seen {
  double accepted = 0;
  double succeeded = 0;
};

Seen look(std::uint16_t port) {
  const std::string metrics = get(port, "/metrics");
  const auto number = [&metrics](const std::string& name) {
    const std::size_t at = metrics.find("\n" + name + " ");
    if (at == std::string::npos) throw std::runtime_error("no " + name);
    return std::strtod(metrics.c_str() + at + name.size() + 2, nullptr);
  };
  return {number("ordo_tasks_accepted_total"), number("ordo_tasks_succeeded_total")};
}

}  // namespace

double measure_http_lives(const HttpLifeOptions& options) {
  const std::filesystem::path home = std::filesystem::path(options.directory) / "http";
  std::filesystem::create_directories(home);
  const std::string config = (home / "ordo.toml").string();
  std::ofstream(config) << fmt::format(
      "[queues.tasks]\nfunction = \"echo\"\nconcurrency = {}\nhandoff = \"{}\"\n"
      "[functions.echo]\nbuiltin = \"echo\"\n",
      std::max<std::size_t>(options.lanes, 64), options.early ? "early" : "strict");
  Child server = Child::program({options.program, "serve", "--listen", "127.0.0.1:0", "--data",
                                 home.string(), "--config", config, "--log-level", "error"});
  std::vector<std::string> requests;
  for (std::size_t i = 0; i < options.lanes; ++i) {
    requests.push_back(post(
        "/tasks",
        fmt::format(R"({{"title":"Send invoice","lane":"lane-{}","payload":{{"invoice":{}}}}})", i,
                    i)));
  }
  LoadOptions load;
  load.port = server.port();
  load.connections = options.producers;
  load.warm_up = std::chrono::milliseconds(0);
  load.measure = std::chrono::milliseconds(static_cast<int>(options.seconds * 1000));
  load.request = [&](std::uint64_t number) -> const std::string& {
    return requests[number % requests.size()];
  };
  const auto began = Clock::now();
  const LoadResult result = drive(load);
  if (result.refused + result.broken > 0) throw std::runtime_error("answers were refused");
  Seen seen = look(server.port());
  const Clock::time_point bound = began + kLongest;
  while (seen.succeeded < seen.accepted && Clock::now() < bound) {
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
    seen = look(server.port());
  }
  const double took = std::chrono::duration<double>(Clock::now() - began).count();
  server.stop();
  std::filesystem::remove_all(home);
  return seen.succeeded / took;
}

}  // namespace ordo::bench
