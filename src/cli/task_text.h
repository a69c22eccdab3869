// Tasks as the server answers them, as text for people.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "cli/items.h"

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

// "/tasks/a%2Fb/cancel"
[[nodiscard]] std::string task_path(std::string_view id, std::string_view verb = "");

// Of an item of GET /tasks/{id}/attempts.
[[nodiscard]] const std::vector<Column>& attempt_columns();

// "queued  0192…  lane main, sequence 17": what became of one task.
base::Result<std::string> task_line(std::string_view body);

// Any JSON object, a line each; members of objects as "tasks.queued".
base::Result<std::string> object_text(std::string_view body);

}  // namespace ordo::cli
