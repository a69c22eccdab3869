#include "cli/items.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/limits.h"
#include "cli/table.h"

namespace ordo::cli {

std::string text_at(const std::vector<base::JsonMember>& members, std::string_view path) {
  const std::size_t dot = path.find('.');
  const std::string_view text = text_of(members, path.substr(0, dot));
  if (dot == std::string_view::npos) return std::string(text);
  const auto inner = base::parse_json_object(text);
  return inner ? text_at(*inner, path.substr(dot + 1)) : "";
}

std::size_t place_of_whole(const std::vector<Column>& columns) {
  const auto found = std::ranges::find_if(columns, &Column::whole);
  return found == columns.end() ? 0 : static_cast<std::size_t>(found - columns.begin());
}

base::Result<Items> items_text(std::string_view body, const std::vector<Column>& columns,
                               bool with_header, std::size_t width) {
  const auto page = base::parse_json_object(body);
  if (!page) return base::fail(page.error());
  Items out;
  out.next_cursor = text_of(*page, "next_cursor");
  out.more = text_of(*page, "more") == "true";
  const auto items = base::parse_json_array(text_of(*page, "items"));
  if (!items) return base::fail(items.error());
  std::vector<std::string> header;
  header.reserve(columns.size());
  for (const Column& column : columns) header.push_back(column.header);
  std::vector<std::vector<std::string>> rows;
  rows.reserve(items->size());
  for (const base::JsonMember& element : *items) {
    const auto item = base::parse_json_object(element.text);
    if (!item) return base::fail(item.error());
    std::vector<std::string> row;
    row.reserve(columns.size());
    for (const Column& column : columns) row.push_back(one_line(text_of(*item, column.key)));
    rows.push_back(std::move(row));
  }
  out.count = rows.size();
  out.table = table(header, with_header, rows, width, place_of_whole(columns));
  return out;
}

void add_limit_option(CLI::App& command, std::optional<std::size_t>& limit) {
  command.add_option("-n,--limit", limit, "how many at once, 1 to 1000 (50 if not given)")
      ->check(CLI::Range(std::size_t{1}, base::kMaxPageItems));
}

void add_paging_options(CLI::App& command, Paging& paging) {
  add_limit_option(command, paging.limit);
  command.add_option("--cursor", paging.cursor, "go on where another page ended")
      ->check(not_empty());
  command.add_flag("--all", paging.all, "every page; with --json one page a line");
}

std::string limit_text(const std::optional<std::size_t>& limit) {
  return limit ? std::to_string(*limit) : "";
}

int print_pages(const Target& target, const Call& call, const Paging& paging,
                const PageText& text) {
  Remote remote(target.url);
  std::string cursor = paging.cursor;
  for (bool first = true;; first = false) {
    Call page = call;
    page.query.emplace_back("limit", limit_text(paging.limit));
    page.query.emplace_back("cursor", cursor);
    const auto body = remote.ask(page);
    if (!body) return complain(body.error());
    const auto items = text(*body, first);
    if (!items) return complain(items.error());
    if (target.json) {
      print_json(*body);
    } else {
      fmt::print("{}", items->table);
    }
    // A server that names the same page again would never end.
    if (items->next_cursor.empty() || items->next_cursor == cursor) return kDone;
    cursor = items->next_cursor;
    if (paging.all || (items->count == 0 && !target.json)) continue;
    if (!target.json) {
      note(fmt::format("There are more: --all, or --cursor {}", cursor));
    }
    return kDone;
  }
}

int print_items(const Target& target, const Call& call, const std::vector<Column>& columns,
                const Paging& paging, const Environment& environment) {
  return print_pages(target, call, paging, [&](std::string_view body, bool first) {
    return items_text(body, columns, first, environment.terminal_size().columns);
  });
}

int print_items(const Target& target, const Call& call, ColumnsOf columns, const Paging& paging,
                const Environment& environment) {
  return print_pages(target, call, paging, [&](std::string_view body, bool first) {
    const std::size_t width = environment.terminal_size().columns;
    return items_text(body, columns(width), first, width);
  });
}

}  // namespace ordo::cli
