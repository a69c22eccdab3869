// One child process in a process group of its own.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "functions/descriptor.h"
#include "functions/lambda_environment.h"
#include "functions/process_guard.h"

namespace ordo::functions {

struct ProcessSpec {
  std::vector<std::string> command;
  Environment environment;  // all of it; its PATH is where the program is looked for
  std::string directory;    // empty: ours
  std::optional<std::uint32_t> memory_mb;
};

struct ProcessEnd {
  bool by_signal = false;
  int status = 0;  // the exit code, or the signal
};
// "with exit code 3", "by signal 9 (Killed)"
[[nodiscard]] std::string text_of(ProcessEnd end);

// One thread. The kernel kills the child when the thread that started it ends, however it does, and
// a guard kills its group when the program ends.
class ProcessChild {
 public:
  // It reads nothing, and inherits no descriptor but those of its output. An error says what could
  // not be done, and with what.
  static base::Result<ProcessChild> start(const ProcessSpec& spec);

  ProcessChild(ProcessChild&& other) noexcept;
  ProcessChild& operator=(ProcessChild&&) = delete;
  // As reap().
  ~ProcessChild();

  [[nodiscard]] pid_t pid() const noexcept { return pid_; }
  // Readable once the child has ended; then reap() returns at once.
  [[nodiscard]] int exit_descriptor() const noexcept { return exit_.get(); }
  // What it writes to its standard output and error, as it comes; reading does not block.
  [[nodiscard]] int output_descriptor() const noexcept { return output_.get(); }

  // To its whole group, and to the child itself wherever it has gone.
  void signal(int number) const noexcept;
  // Kills the child and what is left of its group, and waits.
  ProcessEnd reap();

 private:
  ProcessChild(pid_t pid, Descriptor exit, Descriptor output) noexcept;

  pid_t pid_;  // 0 once it is reaped
  Descriptor exit_;
  Descriptor output_;
  std::optional<ProcessGuard> guard_;
};

}  // namespace ordo::functions
