// Lists as the server answers them, as tables for people.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
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
  std::string key;     // the member of an item that is shown
  bool whole = false;  // it is cut last of all; if none is, the first one
};

struct Items {
  std::string table;
  std::size_t count = 0;
  std::string next_cursor;  // empty: it was the last page
  bool more = false;        // what a list without pages says of those beyond its limit
};

// The text at a path of members such as "tasks.queued", "" without one.
[[nodiscard]] std::string text_at(const std::vector<base::JsonMember>& members,
                                  std::string_view path);

// The place of the column that is cut last.
[[nodiscard]] std::size_t place_of_whole(const std::vector<Column>& columns);

// `body` is {"items": […]} with "next_cursor" or "more". `width` is the terminal's, 0 without.
base::Result<Items> items_text(std::string_view body, const std::vector<Column>& columns,
                               bool with_header, std::size_t width);

struct Paging {
  std::optional<std::size_t> limit;
  std::string cursor;
  bool all = false;
};

// -n, --limit.
void add_limit_option(CLI::App& command, std::optional<std::size_t>& limit);

// --limit, --cursor and --all.
void add_paging_options(CLI::App& command, Paging& paging);

// "" leaves it to the server.
[[nodiscard]] std::string limit_text(const std::optional<std::size_t>& limit);

// What a page is for people; the first one has the header.
using PageText = std::function<base::Result<Items>(std::string_view body, bool first)>;

// Asks for the pages that are wanted and prints each: as it came with --json, otherwise as `text`
// makes of it.
int print_pages(const Target& target, const Call& call, const Paging& paging, const PageText& text);
// The same, as tables.
int print_items(const Target& target, const Call& call, const std::vector<Column>& columns,
                const Paging& paging, const Environment& environment);
// The same, with the columns that fit a terminal of `width`, 0 without one.
using ColumnsOf = const std::vector<Column>& (*)(std::size_t width);
int print_items(const Target& target, const Call& call, ColumnsOf columns, const Paging& paging,
                const Environment& environment);

}  // namespace ordo::cli
