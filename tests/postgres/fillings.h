// What programs of each schema write: a file of tests/postgres/filled for each migration, of the
// same name.
#pragma once

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "postgres/connection.h"

namespace ordo::testing {

inline std::vector<std::filesystem::path> files_in(const std::string& folder) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry :
       std::filesystem::directory_iterator(std::string(ORDO_SOURCE_DIR) + "/" + folder)) {
    files.push_back(entry.path());
  }
  std::ranges::sort(files);
  return files;
}

inline std::vector<std::filesystem::path> fillings() {
  return files_in("tests/postgres/filled");
}

inline void execute(postgres::Connection& connection, const std::string& sql) {
  if (const auto done = connection.execute(sql); !done) {
    throw std::runtime_error(done.error().message + " in " + sql);
  }
}

// As programs of that schema do. No two of a database have the same name.
inline void fill(postgres::Connection& connection, int version, const std::string& run) {
  constexpr std::string_view kRun = "{run}";
  for (const std::filesystem::path& file : fillings()) {
    if (std::stoi(file.filename().string()) > version) continue;
    std::stringstream text;
    text << std::ifstream(file).rdbuf();
    std::string sql = text.str();
    for (std::size_t at = 0; (at = sql.find(kRun, at)) != std::string::npos;) {
      sql.replace(at, kRun.size(), run);
    }
    execute(connection, sql);
  }
}

}  // namespace ordo::testing
