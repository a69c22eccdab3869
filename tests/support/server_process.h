// The real program as a child process: started on a free port of the loopback, watched, killed.
// Everything here throws std::runtime_error when the process does not do what it must in time.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "support/eventually.h"
#include "support/temp_dir.h"

namespace ordo::testing {

// What a command printed and how it ended.
struct Ran {
  int exit_code = -1;  // 128 + signal when a signal ended it
  std::string out;
  std::string err;
};

// Runs the program with these arguments and this standard input to its end. With `out_to` its
// standard output goes there, and is not in the answer.
Ran run_ordo(const std::vector<std::string>& arguments, std::string_view input = "",
             const std::optional<std::filesystem::path>& out_to = std::nullopt);

// Tasks wait until somebody claims them.
inline constexpr const char* kTasksWait = "[queues.tasks]\nfunction = \"pull\"\n";

struct ServerSetup {
  std::filesystem::path data;                      // its data directory; empty: see the arguments
  std::vector<std::string> arguments = {};         // after the usual ones
  std::optional<std::string> config = kTasksWait;  // text of a configuration file
  std::optional<std::size_t> max_open_files = {};
};

class ServerProcess {
 public:
  // `ordo serve` on the data directory; the constructor returns once it is ready.
  explicit ServerProcess(ServerSetup setup);
  // Does not wait to be ready: wait_until_ready() does.
  struct Unready {};
  ServerProcess(ServerSetup setup, Unready);
  ~ServerProcess();  // SIGKILL when it still runs
  ServerProcess(const ServerProcess&) = delete;
  ServerProcess& operator=(const ServerProcess&) = delete;

  void wait_until_ready();
  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
  [[nodiscard]] pid_t pid() const noexcept { return pid_; }
  [[nodiscard]] const std::string& ready_line() const noexcept { return ready_line_; }

  void signal(int number) const;
  // Waits for the end; the exit code, or 128 + the signal that ended it.
  int wait_for_exit();
  [[nodiscard]] bool running();

  // No write may make a file larger than this: a full disk, as the program sees it. The bound
  // goes away with limit_file_size(std::nullopt).
  void limit_file_size(std::optional<std::size_t> bytes) const;

  [[nodiscard]] std::size_t resident_bytes() const;
  // What it wrote on stderr so far.
  [[nodiscard]] std::string log() const;

 private:
  void launch();
  bool poll_exit(bool block);

  ServerSetup setup_;
  TempDir scratch_;  // the log and the configuration
  pid_t pid_ = -1;
  int out_ = -1;  // read end of its stdout
  std::optional<int> exit_code_;
  std::uint16_t port_ = 0;
  std::string ready_line_;
};

}  // namespace ordo::testing
