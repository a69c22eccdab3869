// Lists as the server answers them, as tables for people.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "cli/common.h"
#include "cli/environment.h"
#include "cli/remote.h"

namespace ordo::cli {

struct Column {
  std::string header;
  // The value is that of the first key that the item has; "head.task_id" looks inside.
  std::vector<std::string> keys;
};

struct Items {
  std::string table;
  std::size_t count = 0;
  std::string next_cursor;  // empty: it was the last page
};

// The text at a path of members, "" without one.
[[nodiscard]] std::string text_at(const std::vector<base::JsonMember>& members,
                                  std::string_view path);

// `body` is {"items": […], "next_cursor": …} or a bare array. `width` is the terminal's, 0 without.
base::Result<Items> items_text(std::string_view body, const std::vector<Column>& columns,
                               bool with_header, std::size_t width);

struct Paging {
  std::string limit;
  std::string cursor;
  bool all = false;
};

// --limit, --cursor and --all.
void add_paging_options(CLI::App& command, Paging& paging);

// Asks for the pages that are wanted and prints each: as it came with --json, otherwise as a table.
int print_items(const Target& target, const Call& call, const std::vector<Column>& columns,
                const Paging& paging, const Environment& environment);

}  // namespace ordo::cli
