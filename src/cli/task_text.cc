#include "cli/task_text.h"

#include <fmt/format.h>

#include <utility>
#include <vector>

#include "base/json.h"
#include "base/percent.h"
#include "cli/table.h"

namespace ordo::cli {
namespace {

using base::JsonKind;
using base::JsonMember;
// From here on a task with a UUID fits with all its columns.
constexpr std::size_t kWideForTasks = 100;

using Values = std::vector<std::pair<std::string, std::string>>;

void flatten(const std::string& prefix, const std::vector<JsonMember>& members, Values& out) {
  for (const JsonMember& member : members) {
    const std::string name = prefix + member.key;
    if (member.kind == JsonKind::object) {
      if (const auto inner = base::parse_json_object(member.text)) flatten(name + ".", *inner, out);
    } else {
      out.emplace_back(name, member.kind == JsonKind::null ? "" : member.text);
    }
  }
}

// All but the title. By the terminal's width alone, so that every page has the same columns; a
// narrow one has room for a whole task_id, which is what other commands want to be told.
const std::vector<Column>& task_columns(std::size_t columns) {
  static const std::vector<Column> all{{"SEQUENCE", "sequence"}, {"TASK", "task_id", true},
                                       {"STATUS", "status"},     {"PRIORITY", "priority"},
                                       {"QUEUE", "queue"},       {"LANE", "lane"}};
  static const std::vector<Column> few{{"TASK", "task_id"}, {"STATUS", "status"}, {"LANE", "lane"}};
  return columns == 0 || columns >= kWideForTasks ? all : few;
}

}  // namespace

base::Result<Page> page_text(std::string_view body, bool first, std::size_t columns) {
  const auto page = base::parse_json_object(body);
  if (!page) return base::fail(page.error());
  const auto items = base::parse_json_array(text_of(*page, "items"));
  if (!items) return base::fail(items.error());
  const std::vector<Column>& shown = task_columns(columns);
  std::vector<std::vector<std::string>> rows;
  rows.reserve(items->size());
  for (const JsonMember& item : *items) {
    const auto task = base::parse_json_object(item.text);
    if (!task) return base::fail(task.error());
    std::vector<std::string> row;
    row.reserve(shown.size() + 1);
    for (const Column& column : shown) row.push_back(one_line(text_of(*task, column.key)));
    // Without a title the payload tells most about a task.
    const std::string_view title = text_of(*task, "title");
    row.push_back(one_line(title.empty() ? text_of(*task, "payload") : title));
    rows.push_back(std::move(row));
  }
  Page out;
  out.tasks = rows.size();
  out.next_cursor = text_of(*page, "next_cursor");
  std::vector<std::string> header;
  header.reserve(shown.size() + 1);
  for (const Column& column : shown) header.push_back(column.header);
  header.emplace_back("TITLE");
  out.table = table(header, first, rows, columns, place_of_whole(shown));
  return out;
}

base::Result<std::string> task_text(std::string_view body) {
  const auto task = base::parse_json_object(body);
  if (!task) return base::fail(task.error());
  Values values;
  for (const JsonMember& member : *task) {
    values.emplace_back(member.key, member.kind == JsonKind::null ? "" : member.text);
  }
  return listing(values);
}

std::string task_path(std::string_view id, std::string_view verb) {
  return fmt::format("/tasks/{}{}", base::percent_encode(id), verb);
}

const std::vector<Column>& attempt_columns() {
  static const std::vector<Column> columns{{"ATTEMPT", "attempt"},
                                           {"STARTED", "started_at"},
                                           {"FINISHED", "finished_at"},
                                           {"OUTCOME", "outcome"},
                                           {"ERROR", "error"}};
  return columns;
}

base::Result<std::string> task_line(std::string_view body) {
  const auto task = base::parse_json_object(body);
  if (!task) return base::fail(task.error());
  return one_line(fmt::format("{:<9}  {}  lane {}, sequence {}", text_of(*task, "status"),
                              text_of(*task, "task_id"), text_of(*task, "lane"),
                              text_of(*task, "sequence"))) +
         "\n";
}

base::Result<std::string> object_text(std::string_view body) {
  const auto object = base::parse_json_object(body);
  if (!object) return base::fail(object.error());
  Values values;
  flatten("", *object, values);
  return listing(values);
}

}  // namespace ordo::cli
