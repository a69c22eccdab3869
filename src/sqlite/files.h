// Names and contents of files made durable.
#pragma once

#include <filesystem>
#include <string>

#include "base/result.h"

namespace ordo::sqlite {

// The directory that holds `path`; "." for a bare name.
[[nodiscard]] std::filesystem::path directory_of(const std::string& path);

// Makes an empty file that only its owner may read. False, with errno: it is not made, or was
// there.
[[nodiscard]] bool create_private(const std::string& path) noexcept;

base::Result<void> sync_file(const std::filesystem::path& path);
base::Result<void> sync_directory(const std::filesystem::path& path);

}  // namespace ordo::sqlite
