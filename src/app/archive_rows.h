// Rows of an archive as bytes: for checksums, and for the key at which a copy goes on.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "ports/archive.h"

namespace ordo::app {

// And back. Nothing: they are none.
[[nodiscard]] std::string row_bytes(const ports::ArchiveRow& row);
[[nodiscard]] std::optional<ports::ArchiveRow> row_in(std::string_view bytes);

}  // namespace ordo::app
