// The versions of the database's schema, each made from the one before it.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include "base/result.h"
#include "sqlite/connection.h"

namespace ordo::sqlite {

// "ordo" in ASCII: tells our files from other SQLite databases.
inline constexpr int kApplicationId = 0x6f72646f;

struct Migration {
  std::string_view name;
  std::span<const std::string_view> parts;  // run one after the other
};

// The first makes version 1 of an empty file. Only ever append.
[[nodiscard]] std::span<const Migration> migrations();
[[nodiscard]] int newest_schema();

// The schema's version; 0 for an empty file. `invalid` when the file is not ours or is newer than
// this program.
base::Result<int> check_schema(Connection& connection);

// Brings the schema up to date, each version in one transaction.
base::Result<void> migrate(Connection& connection);

}  // namespace ordo::sqlite
