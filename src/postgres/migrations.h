// The versions of the schema, each made from the one before it, and safe while nodes of the version
// before it run.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "postgres/connection.h"

namespace ordo::postgres {

struct Migration {
  std::string_view name;
  std::string_view sql;
};

// The first makes version 1 of an empty schema. Only ever append.
[[nodiscard]] std::span<const Migration> migrations();
[[nodiscard]] int newest_schema();

// The schema's version; 0 when there is nothing of ours. `invalid` when it is newer than this
// program, or when the database is none that we can use.
base::Result<int> check_schema(Connection& connection);

// Brings the schema to version `target`, each version in one transaction. Of several who do so at
// once, one does it and the others wait. `progress` hears of each version that was made here, once
// it is there; may be empty.
base::Result<void> migrate(Connection& connection,
                           const std::function<void(int version, std::string_view name)>& progress,
                           int target = newest_schema());

}  // namespace ordo::postgres
