#include "support/aws_emulator.h"

#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <random>
#include <stdexcept>
#include <vector>

#include "support/eventually.h"
#include "support/hex.h"

namespace ordo::testing {
namespace {

std::string variable_of(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

std::string everything_in(int file) {
  std::string text;
  std::array<char, 4096> room{};
  for (;;) {
    const ssize_t got = ::pread(file, room.data(), room.size(), static_cast<off_t>(text.size()));
    if (got <= 0) return text;
    text.append(room.data(), static_cast<std::size_t>(got));
  }
}

// Of the line " * Running on http://127.0.0.1:41234", which is there once the server listens.
std::string url_in(std::string_view log) {
  constexpr std::string_view kBefore = " * Running on ";
  const std::size_t at = log.find(kBefore);
  if (at == std::string_view::npos) return "";
  log.remove_prefix(at + kBefore.size());
  const std::size_t end = log.find('\n');
  return end == std::string_view::npos ? "" : std::string(log.substr(0, end));
}

// The child's half of a start: only calls that are safe after fork.
[[noreturn]] void become_emulator(char* const* argv, int log, pid_t parent) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(127);
  ::dup2(log, STDOUT_FILENO);
  ::dup2(log, STDERR_FILENO);
  ::execv(argv[0], argv);
  ::_exit(127);
}

pid_t start_emulator(const std::string& environment, int log) {
  // Port 0: the system chooses one, which nobody can take before the server does.
  std::vector<std::string> command{
      environment + "/bin/python", "-I", "-m", "moto.server", "-H", "127.0.0.1", "-p", "0"};
  std::vector<char*> argv;
  argv.reserve(command.size() + 1);
  for (std::string& word : command) argv.push_back(word.data());
  argv.push_back(nullptr);
  const pid_t self = ::getpid();
  const pid_t pid = ::fork();
  if (pid < 0) throw std::runtime_error(std::string("fork: ") + std::strerror(errno));
  if (pid == 0) become_emulator(argv.data(), log, self);
  return pid;
}

void end_emulator(pid_t pid) {
  ::kill(pid, SIGKILL);
  ::waitpid(pid, nullptr, 0);
}

}  // namespace

AwsEmulator::AwsEmulator() : url_(variable_of("ORDO_AWS_URL")) {
  if (!url_.empty()) return;
  const std::string environment = variable_of("ORDO_AWS_EMULATOR");
  if (environment.empty()) {
    throw std::runtime_error(
        "no emulator of AWS: run ./dev test, or set ORDO_AWS_EMULATOR to its virtual environment "
        "(build/aws-emulator/venv) or ORDO_AWS_URL to the address of a server that runs");
  }
  if (!std::filesystem::exists(environment + "/bin/python")) {
    throw std::runtime_error("ORDO_AWS_EMULATOR: " + environment +
                             " is no virtual environment; ./dev test makes one");
  }
  // It dies with the thread that starts it, which therefore has to last.
  if (::gettid() != ::getpid()) {
    throw std::runtime_error("the first call of aws_emulator() has to be the main thread's");
  }
  const int log = ::memfd_create("aws-emulator-log", MFD_CLOEXEC);
  if (log < 0) throw std::runtime_error(std::string("memfd_create: ") + std::strerror(errno));
  pid_ = start_emulator(environment, log);
  bool ended = false;
  eventually([&] {
    url_ = url_in(everything_in(log));
    ended = url_.empty() && ::waitpid(pid_, nullptr, WNOHANG) == pid_;
    return ended || !url_.empty();
  });
  const std::string said = everything_in(log);
  ::close(log);
  if (!url_.empty()) return;
  if (!ended) end_emulator(pid_);
  throw std::runtime_error(std::string("the emulator of AWS ") +
                           (ended ? "ended" : "is not ready in time") + "; it said:\n" + said);
}

AwsEmulator::~AwsEmulator() {
  if (pid_ > 0) end_emulator(pid_);
}

AwsEmulator& aws_emulator() {
  static AwsEmulator one;
  return one;
}

}  // namespace ordo::testing
