// The files of the pages, built into the program.
#pragma once

#include <string_view>

namespace ordo::api {

struct DocsFile {
  std::string_view name;
  std::string_view type;
  std::string_view bytes;
};

// Null when there is no such file. "index.html" (the API page) and "home.html" are always there.
[[nodiscard]] const DocsFile* find_docs_file(std::string_view name);

}  // namespace ordo::api
