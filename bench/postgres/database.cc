#include "postgres/database.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>
#include <stdexcept>

namespace ordo::bench {
namespace {

struct Clear {
  void operator()(PGresult* result) const { PQclear(result); }
};
using Result = std::unique_ptr<PGresult, Clear>;

Result run(PGconn* connection, const std::string& sql) {
  Result result(PQexec(connection, sql.c_str()));
  const ExecStatusType status = PQresultStatus(result.get());
  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) {
    throw std::runtime_error(PQerrorMessage(connection));
  }
  return result;
}

}  // namespace

std::string server_url() {
  const char* const url = std::getenv("ORDO_POSTGRES_URL");
  if (url == nullptr) throw std::runtime_error("no PostgreSQL: ./dev bench starts one");
  return url;
}

Database::Database(const std::string& url) : connection_(PQconnectdb(url.c_str())) {
  if (PQstatus(get()) != CONNECTION_OK) throw std::runtime_error(PQerrorMessage(get()));
  PQsetNoticeProcessor(get(), [](void*, const char*) {}, nullptr);
}

void Database::execute(const std::string& sql) {
  run(get(), sql);
}

double Database::number(const std::string& sql) {
  return std::strtod(text(sql).c_str(), nullptr);
}

std::string Database::text(const std::string& sql) {
  const Result result = run(get(), sql);
  return PQntuples(result.get()) == 0 ? std::string() : PQgetvalue(result.get(), 0, 0);
}

Schema::Schema() {
  static int count = 0;
  name_ = fmt::format("bench_{}_{}", ::getpid(), ++count);
  Database database(server_url());
  database.execute("CREATE SCHEMA " + name_);
  database.execute("CHECKPOINT");
}

Schema::~Schema() {
  try {
    Database(server_url()).execute("DROP SCHEMA IF EXISTS " + name_ + " CASCADE");
  } catch (const std::exception& error) {
    // The server's end is the end of it, too.
    fmt::print(stderr, "{} stays: {}\n", name_, error.what());
  }
}

std::string Schema::url() const {
  return server_url() + "&options=-csearch_path%3D" + name_;
}

}  // namespace ordo::bench
