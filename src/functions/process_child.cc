#include "functions/process_child.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string_view>
#include <utility>

#include "functions/process_fork.h"
#include "functions/program_path.h"

namespace ordo::functions {
namespace {

// What the child needs, made before it is there: between fork and exec nothing may allocate.
struct Prepared {
  std::string program;
  std::vector<char*> arguments;
  std::vector<std::string> environment_texts;
  std::vector<char*> environment;
  const char* directory = nullptr;
  rlim_t memory = RLIM_INFINITY;
  pid_t parent = 0;
  int null = -1;
  int output = -1;
  int trouble = -1;
  int go = -1;
  int parents_go = -1;
};

std::string_view search_path(const Environment& environment) {
  const auto path = environment.find("PATH");
  return path == environment.end() ? std::string_view() : path->second;
}

bool set_up(const Prepared& prepared) {
  ::setpgid(0, 0);
  for (const int number : {SIGPIPE, SIGTERM, SIGINT, SIGHUP, SIGCHLD, SIGUSR1, SIGUSR2}) {
    ::signal(number, SIG_DFL);
  }
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  if (::dup2(prepared.null, 0) < 0 || ::dup2(prepared.output, 1) < 0 ||
      ::dup2(prepared.output, 2) < 0) {
    return false;
  }
  close_others_on_exec();
  if (prepared.directory != nullptr && ::chdir(prepared.directory) != 0) return false;
  if (prepared.memory != RLIM_INFINITY) {
    const rlimit limit{prepared.memory, prepared.memory};
    if (::setrlimit(RLIMIT_AS, &limit) != 0) return false;
  }
  return true;
}

// Only what may be called between fork and exec of a process with threads.
[[noreturn]] void become(const Prepared& prepared) {
  // Before it waits: nothing may be left of a server that is killed meanwhile, for this process has
  // all that the server had open, its lock on the database too.
  if (::prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) ::_exit(127);
  if (::getppid() != prepared.parent) ::_exit(127);  // it died before it could be noticed
  ::close(prepared.parents_go);
  char byte = 0;
  if (::read(prepared.go, &byte, 1) != 1) ::_exit(127);
  if (set_up(prepared)) {
    ::execve(prepared.program.c_str(), prepared.arguments.data(), prepared.environment.data());
  }
  const int error = errno;
  [[maybe_unused]] const ssize_t ignored = ::write(prepared.trouble, &error, sizeof error);
  ::_exit(127);
}

Prepared prepare(const ProcessSpec& spec) {
  Prepared prepared;
  prepared.program = find_program(spec.command.front(), search_path(spec.environment));
  for (const std::string& argument : spec.command) {
    prepared.arguments.push_back(const_cast<char*>(argument.c_str()));
  }
  prepared.arguments.push_back(nullptr);
  for (const auto& [name, value] : spec.environment) {
    prepared.environment_texts.push_back(fmt::format("{}={}", name, value));
  }
  for (std::string& text : prepared.environment_texts) prepared.environment.push_back(text.data());
  prepared.environment.push_back(nullptr);
  if (!spec.directory.empty()) prepared.directory = spec.directory.c_str();
  if (spec.memory_mb) prepared.memory = rlim_t{*spec.memory_mb} * 1024 * 1024;
  prepared.parent = ::getpid();
  return prepared;
}

// The library's own declaration lacks its C linkage.
int watch(pid_t pid) {
  return static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
}

void signal_one(int watched, int number) {
  ::syscall(SYS_pidfd_send_signal, watched, number, nullptr, 0);
}

// Waits for the exec: 0, or what went wrong.
int trouble_of(const Descriptor& out) {
  int error = 0;
  ssize_t got = 0;
  do {
    got = ::read(out.get(), &error, sizeof error);
  } while (got < 0 && errno == EINTR);
  return got == sizeof error ? error : 0;
}

}  // namespace

ProcessChild::ProcessChild(pid_t pid, Descriptor exit, Descriptor output) noexcept
    : pid_(pid), exit_(std::move(exit)), output_(std::move(output)) {}
ProcessChild::ProcessChild(ProcessChild&& other) noexcept
    : pid_(std::exchange(other.pid_, 0)),
      exit_(std::move(other.exit_)),
      output_(std::move(other.output_)),
      guard_(std::move(other.guard_)) {}
ProcessChild::~ProcessChild() {
  if (pid_ != 0) reap();
}

base::Result<ProcessChild> ProcessChild::start(const ProcessSpec& spec) {
  auto output = make_pipe();
  if (!output) return base::fail(output.error());
  auto trouble = make_pipe();
  if (!trouble) return base::fail(trouble.error());
  auto go = make_pipe();
  if (!go) return base::fail(go.error());
  const Descriptor null = set_apart(Descriptor(::open("/dev/null", O_RDONLY | O_CLOEXEC)));
  if (null.get() < 0) return base::fail(failure_of("cannot open /dev/null", errno));

  Prepared prepared = prepare(spec);
  prepared.null = null.get();
  prepared.output = output->in.get();
  prepared.trouble = trouble->in.get();
  prepared.go = go->out.get();
  prepared.parents_go = go->in.get();
  const pid_t pid = fork_quietly([&] { become(prepared); });
  if (pid < 0) return base::fail(failure_of("cannot start another process", errno));
  ::setpgid(pid, pid);  // whichever of the two comes first
  trouble->in = Descriptor();
  output->in = Descriptor();
  ProcessChild child(pid, Descriptor(watch(pid)), std::move(output->out));
  if (child.exit_descriptor() < 0) {
    return base::fail(failure_of("cannot watch a process", errno));
  }
  ::fcntl(child.output_descriptor(), F_SETFL, O_NONBLOCK);
  // Nothing runs unguarded.
  auto guard = ProcessGuard::start(pid);
  if (!guard) return base::fail(guard.error());
  child.guard_.emplace(std::move(*guard));
  [[maybe_unused]] const ssize_t ignored = ::write(go->in.get(), "g", 1);
  if (const int error = trouble_of(trouble->out); error != 0) {
    const std::string where = spec.directory.empty() ? "" : " in " + spec.directory;
    return base::fail(
        failure_of(fmt::format("cannot run \"{}\"{}", spec.command.front(), where), error));
  }
  return child;
}

void ProcessChild::signal(int number) const noexcept {
  if (pid_ == 0) return;
  ::kill(-pid_, number);
  // One that has joined another group hears nothing of that, and must end as well.
  if (number == SIGKILL || ::getpgid(pid_) != pid_) signal_one(exit_.get(), number);
}

ProcessEnd ProcessChild::reap() {
  // Before the wait: until then the group's number cannot be another's.
  signal(SIGKILL);
  siginfo_t info{};
  while (::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED) != 0 && errno == EINTR) {
  }
  pid_ = 0;
  guard_.reset();
  return {.by_signal = info.si_code != CLD_EXITED, .status = info.si_status};
}

std::string text_of(ProcessEnd end) {
  if (!end.by_signal) return fmt::format("with exit code {}", end.status);
  const char* const name = ::sigdescr_np(end.status);
  return fmt::format("by signal {} ({})", end.status, name == nullptr ? "unknown" : name);
}

}  // namespace ordo::functions
