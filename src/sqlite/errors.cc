#include "sqlite/errors.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <string>

namespace ordo::sqlite {
namespace {

using base::ErrorCode;

ErrorCode kind_of(int code) {
  switch (code) {
    case SQLITE_IOERR_FSYNC:
    case SQLITE_IOERR_DIR_FSYNC:
      return ErrorCode::fatal;
    case SQLITE_IOERR_CORRUPTFS:
      return ErrorCode::internal;
    default:
      break;
  }
  switch (code & 0xff) {
    case SQLITE_FULL:
    case SQLITE_IOERR:
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PERM:
    case SQLITE_AUTH:
    case SQLITE_PROTOCOL:
    case SQLITE_NOMEM:
    case SQLITE_INTERRUPT:
      return ErrorCode::unavailable;
    default:
      return ErrorCode::internal;
  }
}

std::string remedy_of(int code, std::string_view path) {
  if (kind_of(code) == ErrorCode::fatal) {
    return "what was written may not be on the disk: check the disk, then start again";
  }
  switch (code & 0xff) {
    case SQLITE_FULL:
      return fmt::format("free space on the disk of {}", path);
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
      return fmt::format("check that {} and its directory can be written", path);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return fmt::format("another program holds {}: close it", path);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return fmt::format("{} is damaged: see `ordo doctor`, restore a backup", path);
    case SQLITE_IOERR:
      return fmt::format("check the disk of {}", path);
    default:
      return "this is a fault of ordo or of its database";
  }
}

}  // namespace

base::Error error_of(sqlite3* db, int code, std::string_view doing) {
  const char* name = db == nullptr ? nullptr : sqlite3_db_filename(db, "main");
  std::string_view path = name == nullptr || *name == '\0' ? "the database" : name;
  // Clients may read this: which file is enough, where it lies is not for them.
  path.remove_prefix(path.find_last_of('/') + 1);
  const char* said = db == nullptr ? sqlite3_errstr(code) : sqlite3_errmsg(db);
  return {kind_of(code),
          fmt::format("cannot {}: {} (SQLite {}); {}", doing, said, code, remedy_of(code, path)),
          {}};
}

base::Error commit_error_of(sqlite3* db, int code) {
  base::Error error = error_of(db, code, "commit");
  switch (code & 0xff) {
    case SQLITE_FULL:
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_BUSY:
      return error;
    default:
      break;
  }
  // A write that failed left a frame without its checksum: recovery ignores it. But an error of
  // the shared index comes after the log was synced, and then a crash would bring the batch back.
  if (code != SQLITE_IOERR_WRITE) error.code = ErrorCode::fatal;
  return error;
}

}  // namespace ordo::sqlite
