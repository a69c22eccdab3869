// Tasks as the server answers them, as text for people.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.h"

namespace ordo::cli {

// A page of GET /tasks.
struct Page {
  std::string table;
  std::size_t tasks = 0;
  std::string next_cursor;  // empty: it was the last
};

// `columns` is the terminal's width, 0 without one. Only the first page has the header.
base::Result<Page> page_text(std::string_view body, bool first, std::size_t columns);

// Every field of one task, a line each.
base::Result<std::string> task_text(std::string_view body);

// "queued  0192…  lane main, sequence 17": what became of one task.
base::Result<std::string> task_line(std::string_view body);

// Any JSON object, a line each; members of objects as "tasks.queued".
base::Result<std::string> object_text(std::string_view body);

}  // namespace ordo::cli
