// A schema of its own in the PostgreSQL that ./dev test has started.
#pragma once

#include <cstdlib>
#include <stdexcept>
#include <string>

#include "postgres/connection.h"
#include "support/real_clock.h"
#include "support/unique_name.h"

namespace ordo::testing {

inline std::string postgres_url() {
  const char* const url = std::getenv("ORDO_POSTGRES_URL");
  if (url == nullptr) {
    throw std::runtime_error(
        "no PostgreSQL: run ./dev test, or set ORDO_POSTGRES_URL to the address of a server");
  }
  return url;
}

// A connection for the test's own questions.
inline postgres::Connection postgres_connection(const std::string& url) {
  auto made = postgres::Connection::open({.url = url}, real_clock());
  if (!made) throw std::runtime_error(made.error().message);
  return std::move(*made);
}

// What is in it ends with it.
class PostgresSchema {
 public:
  PostgresSchema() : name_(unique_name("t")) { execute("CREATE SCHEMA " + quoted()); }
  ~PostgresSchema() {
    try {
      execute("DROP SCHEMA " + quoted() + " CASCADE");
    } catch (const std::runtime_error&) {
      // The server's end is the end of it, too.
    }
  }
  PostgresSchema(const PostgresSchema&) = delete;
  PostgresSchema& operator=(const PostgresSchema&) = delete;

  [[nodiscard]] std::string url() const {
    return postgres_url() + "&options=-csearch_path%3D" + name_;
  }

 private:
  [[nodiscard]] std::string quoted() const { return '"' + name_ + '"'; }
  static void execute(const std::string& sql) {
    auto done = postgres_connection(postgres_url()).execute(sql);
    if (!done) throw std::runtime_error(done.error().message);
  }
  std::string name_;
};

}  // namespace ordo::testing
