// What a client command needs of the machine, handed in so that tests can have their own.
#pragma once

#include <cstddef>
#include <functional>
#include <string>

#include "base/time.h"

namespace ordo::cli {

struct Environment {
  std::string url;                           // the server, unless --url names another
  std::function<std::string()> new_task_id;  // for tasks that come without an id
  std::function<base::MonoTime()> now;       // for rates
  std::function<void(base::Millis)> pause;   // between two attempts
  std::size_t columns = 0;                   // of the terminal; 0: standard output is none
  bool progress = false;                     // standard error is a terminal
};

}  // namespace ordo::cli
