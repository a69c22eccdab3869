#include "functions/process_guard.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "functions/process_fork.h"

namespace ordo::functions {
namespace {

// The signals that a group is asked by.
void be_deaf() noexcept {
  for (const int number : {SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2}) {
    ::signal(number, SIG_IGN);
  }
}

// `end` is the pipe's end to wait for.
[[noreturn]] void stand_guard(pid_t group, int end, int null) noexcept {
  be_deaf();
  // In another group it would end that one.
  if (::setpgid(0, group) != 0) ::_exit(127);
  if (::dup2(end, 0) < 0 || ::dup2(null, 1) < 0 || ::dup2(null, 2) < 0) ::_exit(127);
  close_others_on_exec();
  // A shell is small. This process is a copy of the server: all that the server changed from now on
  // would be there twice.
  char shell[] = "sh";
  char flag[] = "-c";
  char script[] = "read -r end; kill -KILL 0";
  char* const arguments[] = {shell, flag, script, nullptr};
  char* const environment[] = {nullptr};
  ::execve("/bin/sh", arguments, environment);
  // There is none here.
  ::close_range(3, ~0U, 0);
  char byte = 0;
  while (::read(0, &byte, 1) < 0 && errno == EINTR) {
  }
  ::kill(0, SIGKILL);
  ::_exit(127);
}

}  // namespace

ProcessGuard::ProcessGuard(pid_t pid, Descriptor leash) noexcept
    : pid_(pid), leash_(std::move(leash)) {}
ProcessGuard::ProcessGuard(ProcessGuard&& other) noexcept
    : pid_(std::exchange(other.pid_, 0)), leash_(std::move(other.leash_)) {}

ProcessGuard::~ProcessGuard() {
  if (pid_ == 0) return;
  ::kill(pid_, SIGKILL);
  while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

base::Result<ProcessGuard> ProcessGuard::start(pid_t group) {
  auto leash = make_pipe();
  if (!leash) return base::fail(leash.error());
  const Descriptor null = set_apart(Descriptor(::open("/dev/null", O_RDWR | O_CLOEXEC)));
  if (null.get() < 0) return base::fail(failure_of("cannot open /dev/null", errno));
  const pid_t pid = fork_quietly([&] { stand_guard(group, leash->out.get(), null.get()); });
  if (pid < 0) return base::fail(failure_of("cannot start another process", errno));
  ::setpgid(pid, group);  // whichever of the two comes first
  return ProcessGuard(pid, std::move(leash->in));
}

}  // namespace ordo::functions
