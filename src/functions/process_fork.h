// The parts of starting a process beside threads. Between fork and exec only what is safe in a
// signal handler may be called, and nothing may allocate.
#pragma once

#include <signal.h>
#include <sys/types.h>
#include <unistd.h>

#include <cerrno>
#include <string_view>

#include "base/result.h"
#include "functions/descriptor.h"

namespace ordo::functions {

struct Pipe {
  Descriptor out;
  Descriptor in;
};

// Closed on exec, and away from the numbers of the standard descriptors, which may be free here:
// the child needs those.
base::Result<Pipe> make_pipe();
Descriptor set_apart(Descriptor descriptor);

// In the child: all but the standard descriptors close on exec, whoever opened them and however.
void close_others_on_exec() noexcept;

base::Error failure_of(std::string_view what, int error);

// Forks with all signals held back, for a handler of ours must not run in the child. `become` runs
// there, with them held back still, and must not return.
template <class Become>
pid_t fork_quietly(const Become& become) {
  sigset_t all;
  sigset_t before;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  const pid_t pid = ::fork();
  const int error = errno;
  if (pid == 0) become();
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  errno = error;
  return pid;
}

}  // namespace ordo::functions
