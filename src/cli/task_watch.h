// ordo task watch: what happens to tasks, as it happens.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "cli/environment.h"

namespace CLI {
class App;
}

namespace ordo::cli {

void add_watch(CLI::App& task, const Environment& environment, std::function<int()>& run);

// One event of GET /events for people, on one line.
base::Result<std::string> event_line(std::string_view data);

}  // namespace ordo::cli
