#include "support/server_process.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>
#include <string_view>

namespace ordo::testing {
namespace {

using Clock = std::chrono::steady_clock;

[[noreturn]] void give_up(const std::string& what) {
  throw std::runtime_error(what);
}

std::string slurp(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

int code_of(int status) {
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

struct Streams {
  int out = -1;
  int err = -1;
  int in = -1;  // -1: the parent's own
};

// The child's half of a start: only calls that are safe after fork.
[[noreturn]] void become(char* const* argv, Streams streams,
                         const std::optional<std::size_t>& max_open_files) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  ::dup2(streams.out, STDOUT_FILENO);
  ::dup2(streams.err, STDERR_FILENO);
  if (streams.in >= 0) ::dup2(streams.in, STDIN_FILENO);
  // A write over the size limit is to fail with an error, as on a full disk.
  struct sigaction ignore{};
  ignore.sa_handler = SIG_IGN;
  ::sigaction(SIGXFSZ, &ignore, nullptr);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  if (max_open_files) {
    const rlimit limit{*max_open_files, *max_open_files};
    ::setrlimit(RLIMIT_NOFILE, &limit);
  }
  ::execv(ORDO_PROGRAM, argv);
  ::_exit(127);
}

pid_t spawn(std::vector<std::string> arguments, Streams streams,
            const std::optional<std::size_t>& max_open_files) {
  arguments.insert(arguments.begin(), ORDO_PROGRAM);
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  const pid_t pid = ::fork();
  if (pid < 0) give_up(std::string("fork: ") + std::strerror(errno));
  if (pid == 0) become(argv.data(), streams, max_open_files);
  return pid;
}

int open_for_output(const std::filesystem::path& path) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (file < 0) give_up("cannot write " + path.string());
  return file;
}

// "ordo 0.1.0 ready on http://127.0.0.1:41234 (embedded, …)"
std::uint16_t port_in(std::string_view line) {
  constexpr std::string_view kBefore = " ready on http://127.0.0.1:";
  const std::size_t at = line.find(kBefore);
  unsigned port = 0;
  if (at != std::string_view::npos) {
    line.remove_prefix(at + kBefore.size());
    std::from_chars(line.data(), line.data() + line.size(), port);
  }
  if (port == 0 || port > 65535) give_up("no port in the ready line: " + std::string(line));
  return static_cast<std::uint16_t>(port);
}

}  // namespace

Ran run_ordo(const std::vector<std::string>& arguments, std::string_view input,
             const std::optional<std::filesystem::path>& out_to) {
  const TempDir dir;
  std::ofstream(dir.path() / "in", std::ios::binary) << input;
  const int in = ::open((dir.path() / "in").c_str(), O_RDONLY | O_CLOEXEC);
  const std::filesystem::path out = dir.path() / "out";
  const Streams streams{open_for_output(out_to.value_or(out)), open_for_output(dir.path() / "err"),
                        in};
  const pid_t pid = spawn(arguments, streams, std::nullopt);
  ::close(streams.out);
  ::close(streams.err);
  ::close(in);
  int status = 0;
  const bool ended = eventually([&] { return ::waitpid(pid, &status, WNOHANG) == pid; });
  if (!ended) {
    ::kill(pid, SIGKILL);
    ::waitpid(pid, &status, 0);
    give_up("ordo " + (arguments.empty() ? "" : arguments.front()) + " does not end");
  }
  return {code_of(status), slurp(out), slurp(dir.path() / "err")};
}

ServerProcess::ServerProcess(ServerSetup setup) : setup_(std::move(setup)) {
  launch();
  wait_until_ready();
}

ServerProcess::ServerProcess(ServerSetup setup, Unready) : setup_(std::move(setup)) {
  launch();
}

ServerProcess::~ServerProcess() {
  if (running()) {
    ::kill(pid_, SIGKILL);
    poll_exit(true);
  }
  if (out_ >= 0) ::close(out_);
}

void ServerProcess::launch() {
  std::vector<std::string> arguments{"serve", "--listen", "127.0.0.1:0", "--log-format", "json"};
  if (!setup_.data.empty()) {
    arguments.insert(arguments.end(), {"--data", setup_.data.string()});
  }
  if (setup_.config) {
    const std::filesystem::path file = scratch_.path() / "ordo.toml";
    std::ofstream(file) << *setup_.config;
    arguments.insert(arguments.end(), {"--config", file.string()});
  }
  arguments.insert(arguments.end(), setup_.arguments.begin(), setup_.arguments.end());
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) give_up("no pipe");
  out_ = ends[0];
  const int log = open_for_output(scratch_.path() / "log");
  pid_ = spawn(std::move(arguments), {ends[1], log}, setup_.max_open_files);
  ::close(ends[1]);
  ::close(log);
}

void ServerProcess::wait_until_ready() {
  const auto deadline = Clock::now() + kPatience;
  while (ready_line_.find('\n') == std::string::npos) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now());
    pollfd wait{out_, POLLIN, 0};
    if (left.count() <= 0 || ::poll(&wait, 1, static_cast<int>(left.count())) <= 0) {
      give_up("ordo serve is not ready in time; its log:\n" + log());
    }
    char text[512];
    const ssize_t got = ::read(out_, text, sizeof text);
    if (got <= 0) {
      const int code = wait_for_exit();
      give_up("ordo serve ended with " + std::to_string(code) + "; its log:\n" + log());
    }
    ready_line_.append(text, static_cast<std::size_t>(got));
  }
  port_ = port_in(ready_line_);
}

void ServerProcess::signal(int number) const {
  ::kill(pid_, number);
}

bool ServerProcess::poll_exit(bool block) {
  if (exit_code_) return true;
  int status = 0;
  if (::waitpid(pid_, &status, block ? 0 : WNOHANG) != pid_) return false;
  exit_code_ = code_of(status);
  return true;
}

bool ServerProcess::running() {
  return pid_ > 0 && !poll_exit(false);
}

int ServerProcess::wait_for_exit() {
  if (!eventually([this] { return poll_exit(false); }, 2 * kPatience)) {
    give_up("ordo serve does not end; its log:\n" + log());
  }
  return *exit_code_;
}

void ServerProcess::limit_file_size(std::optional<std::size_t> bytes) const {
  rlimit limit{};
  ::prlimit(pid_, RLIMIT_FSIZE, nullptr, &limit);
  limit.rlim_cur = bytes ? *bytes : limit.rlim_max;
  if (::prlimit(pid_, RLIMIT_FSIZE, &limit, nullptr) != 0) give_up("cannot limit the file size");
}

std::size_t ServerProcess::resident_bytes() const {
  std::ifstream in("/proc/" + std::to_string(pid_) + "/statm");
  std::size_t total = 0;
  std::size_t resident = 0;
  in >> total >> resident;
  return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

std::string ServerProcess::log() const {
  return slurp(scratch_.path() / "log");
}

}  // namespace ordo::testing
