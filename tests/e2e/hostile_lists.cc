// Queries, cursors and paths that name nothing.
#include "hostile.h"

namespace ordo::e2e {

std::vector<Hostile> hostile_lists(const Cursors& cursors) {
  struct Row {
    std::string name;
    std::string query;
    std::string errors;
  };
  std::string tampered = cursors.all;
  tampered.back() = tampered.back() == '0' ? '1' : '0';
  const std::string bad_cursor = "?cursor:bad_cursor";
  const std::string wrong_cursor = "?cursor:wrong_cursor";
  const std::vector<Row> rows{
      {"a limit of 0", "limit=0", "?limit:out_of_range"},
      {"a negative limit", "limit=-1", "?limit:out_of_range"},
      {"a limit of 1 001", "limit=1001", "?limit:out_of_range"},
      {"a limit beyond all integers", "limit=99999999999999999999999", "?limit:out_of_range"},
      {"a limit in words", "limit=ten", "?limit:out_of_range"},
      {"a limit with a point", "limit=1.0", "?limit:out_of_range"},
      {"a limit with an exponent", "limit=1e2", "?limit:out_of_range"},
      {"a limit with a space", "limit=%201", "?limit:out_of_range"},
      {"a limit with a NUL", "limit=1%00", "?limit:out_of_range"},
      {"an empty limit", "limit=", "?limit:out_of_range"},
      {"two limits", "limit=1&limit=2", "?limit:duplicate"},
      {"an unknown status", "status=done", "?status:unknown_value"},
      {"an empty status", "status=", "?status:unknown_value"},
      {"a status in capitals", "status=QUEUED", "?status:unknown_value"},
      {"an unknown priority to filter by", "priority=urgent", "?priority:unknown_value"},
      {"a malformed queue to filter by", "queue=a/b", "?queue:bad_characters"},
      {"an empty lane to filter by", "lane=", "?lane:empty"},
      {"a long lane to filter by", "lane=" + times(129, "l"), "?lane:too_long"},
      {"a NUL in a lane to filter by", "lane=a%00b", "?lane:control_character"},
      {"an unknown parameter", "sort=title", "?sort:unknown_parameter"},
      {"a parameter in capitals", "Limit=1", "?Limit:unknown_parameter"},
      {"a parameter without a name", "=1", "?:unknown_parameter"},
      {"PHP's way of arrays", "status[]=queued", "?status[]:unknown_parameter"},
      {"too long a text to look for", "q=" + times(1001, "q"), "?q:too_long"},
      {"a percent sign alone", "q=%", "?q:bad_encoding"},
      {"half a percent escape", "q=%4", "?q:bad_encoding"},
      {"a percent escape with letters", "q=%zz", "?q:bad_encoding"},
      {"invalid UTF-8 escaped", "q=%ff", "?q:bad_encoding"},
      {"an overlong NUL escaped", "q=%c0%80", "?q:bad_encoding"},
      {"a surrogate escaped", "q=%ed%a0%80", "?q:bad_encoding"},
      {"bad escapes in a name", "%zz=1", "?:bad_encoding"},
      {"100 parameters",
       [] {
         std::string query = "p=0";
         for (int i = 0; i < 99; ++i) query += "&p" + std::to_string(i) + "=1";
         return query;
       }(),
       "?:too_many"},
      {"an empty cursor", "cursor=", bad_cursor},
      {"a cursor of one's own making", "cursor=abc", bad_cursor},
      {"a number for a cursor", "cursor=17", bad_cursor},
      {"a cursor cut short", "cursor=" + cursors.all.substr(0, cursors.all.size() - 3), bad_cursor},
      {"a cursor with more behind it", "cursor=" + cursors.all + "0", bad_cursor},
      {"a cursor in capitals", "cursor=C1" + cursors.all.substr(2), bad_cursor},
      {"a cursor of another version", "cursor=c9" + cursors.all.substr(2), bad_cursor},
      {"a cursor of 8 000 letters", "cursor=" + times(8000, "c"), bad_cursor},
      {"a cursor with a NUL", "cursor=" + cursors.all + "%00", bad_cursor},
      {"a cursor that was tampered with", "cursor=" + tampered, wrong_cursor},
      {"a cursor of another filter", "cursor=" + cursors.high, wrong_cursor},
      {"a cursor of no filter", "priority=high&cursor=" + cursors.all, wrong_cursor},
      {"a cursor of another status", "status=queued&cursor=" + cursors.all, wrong_cursor},
      {"many wrong at once", "limit=0&status=x&foo=1&cursor=y",
       "?limit:out_of_range ?status:unknown_value ?foo:unknown_parameter ?cursor:bad_cursor"},
  };
  std::vector<Hostile> table;
  for (const Row& row : rows) {
    table.push_back({row.name, get_of("/tasks?" + row.query), 400, "invalid", row.errors});
  }
  struct Path {
    std::string name;
    std::string target;
    int status;
    std::string code;
  };
  const std::vector<Path> paths{
      {"a NUL in a path", "/tasks/%00", 404, "not_found"},
      {"a way up", "/tasks/../../etc/passwd", 404, "not_found"},
      {"a way up, escaped", "/tasks/..%2f..%2fetc%2fpasswd", 404, "not_found"},
      {"a way up from the documents", "/docs/../ordo.db", 404, "not_found"},
      {"a way up from the documents, escaped", "/docs/%2e%2e/ordo.db", 404, "not_found"},
      {"invalid UTF-8 in a path", "/tasks/%ff", 400, "invalid"},
      {"a broken escape in a path", "/tasks/%zz", 400, "invalid"},
      {"an id of 5 000 letters", "/tasks/" + times(5000, "i"), 404, "not_found"},
      {"SQL for an id", "/tasks/'%20OR%201=1--", 404, "not_found"},
      {"a path of slashes", times(2000, "/"), 404, "not_found"},
  };
  for (const Path& path : paths) {
    table.push_back({path.name, get_of(path.target), path.status, path.code, ""});
  }
  table.push_back({"a query where none belongs", get_of("/tasks/seed?limit=1"), 400, "invalid",
                   "?limit:unknown_parameter"});
  return table;
}

}  // namespace ordo::e2e
