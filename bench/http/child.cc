#include "http/child.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <stdexcept>
#include <utility>

extern char** environ;

namespace ordo::bench {
namespace {

struct Pipe {
  Pipe() {
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
    read_end = ends[0];
    write_end = ends[1];
  }
  ~Pipe() {
    close(read_end);
    if (write_end >= 0) close(write_end);
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  void close_write() { close(std::exchange(write_end, -1)); }

  int read_end = -1;
  int write_end = -1;
};

std::string read_line(int fd) {
  std::string line;
  char c = 0;
  while (read(fd, &c, 1) == 1 && c != '\n') line.push_back(c);
  return line;
}

}  // namespace

Child Child::forked(const std::function<void(int port_fd)>& serve) {
  Pipe pipe;
  const pid_t pid = fork();
  if (pid < 0) throw std::runtime_error("cannot fork");
  if (pid == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    serve(pipe.write_end);
    std::_Exit(1);
  }
  pipe.close_write();
  std::uint16_t port = 0;
  if (read(pipe.read_end, &port, sizeof port) != sizeof port) {
    throw std::runtime_error("a server of the benchmark did not start");
  }
  return {pid, port};
}

Child Child::program(const std::vector<std::string>& command) {
  Pipe pipe;
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, pipe.write_end, STDOUT_FILENO);
  std::vector<char*> argv;
  argv.reserve(command.size() + 1);
  for (const std::string& word : command) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  pid_t pid = -1;
  const int failed = posix_spawn(&pid, argv[0], &actions, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (failed != 0) throw std::runtime_error("cannot run " + command.front());
  pipe.close_write();
  const std::string line = read_line(pipe.read_end);
  constexpr std::string_view kBefore = "http://127.0.0.1:";
  const std::size_t at = line.find(kBefore);
  if (at == std::string::npos) {
    waitpid(pid, nullptr, 0);
    throw std::runtime_error(command.front() + " did not become ready");
  }
  return {pid, static_cast<std::uint16_t>(std::stoi(line.substr(at + kBefore.size())))};
}

Child::Child(Child&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)), port_(std::exchange(other.port_, std::uint16_t{0})) {}

Child::~Child() {
  if (pid_ < 0) return;
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
}

int Child::stop() {
  if (pid_ < 0) return -1;
  kill(pid_, SIGTERM);
  int status = 0;
  waitpid(std::exchange(pid_, -1), &status, 0);
  return status;
}

double Child::resident_mb() const {
  std::ifstream statm("/proc/" + std::to_string(pid_) + "/statm");
  long total = 0;
  long resident = 0;
  statm >> total >> resident;
  return static_cast<double>(resident) * static_cast<double>(sysconf(_SC_PAGESIZE)) / (1 << 20);
}

}  // namespace ordo::bench
