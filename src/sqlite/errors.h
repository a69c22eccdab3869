// What SQLite's result codes mean to the rest of the system.
#pragma once

#include <string_view>

#include "base/result.h"

struct sqlite3;

namespace ordo::sqlite {

// What went wrong on `db` with result `code` while `doing` it ("write a task"). Failed syncs are
// `fatal`; a full, read-only or unreachable disk is `unavailable`; damage is `internal`.
base::Error error_of(sqlite3* db, int code, std::string_view doing);

// As error_of, for a COMMIT: `unavailable` only where it is certain that the commit did not reach
// the log; anything else is `fatal`.
base::Error commit_error_of(sqlite3* db, int code);

}  // namespace ordo::sqlite
