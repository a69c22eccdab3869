// What a client command needs of the machine, handed in so that tests can have their own.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>

#include "base/time.h"

namespace ordo::cli {

// Of a terminal, in characters.
struct TerminalSize {
  std::size_t columns = 0;  // 0: standard output is no terminal
  std::size_t rows = 0;
};

struct Environment {
  std::string url;                           // the server, unless --url names another
  std::function<std::string()> new_task_id;  // for tasks that come without an id
  std::function<base::MonoTime()> now;       // for rates
  std::function<void(base::Millis)> pause;   // between two attempts
  // As it is now: a person may change it at any time.
  std::function<TerminalSize()> terminal_size = [] { return TerminalSize(); };
  // What clocks show in a time zone, with its offset: "2026-11-21T06:18:07+01:00". Nothing where
  // the zone is not known.
  std::function<std::optional<std::string>(const std::string& zone, base::WallTime at)> local_time =
      [](const std::string&, base::WallTime) { return std::nullopt; };
  bool progress = false;  // standard error is a terminal
  // Asks a person; nothing at the end of input. Empty without a terminal to ask at.
  std::function<std::optional<std::string>(const std::string& question)> ask;
  // From this call on Ctrl-C does not end the process; what it returns tells whether it came.
  std::function<std::function<bool()>()> catch_interrupts;
  // From this call on keys are read one by one; what it returns waits so long for one: 0 without.
  // Ends with what it returned.
  std::function<std::function<char(base::Millis)>()> read_keys;
};

}  // namespace ordo::cli
