// Names and contents of files made durable.
#pragma once

#include <filesystem>
#include <string>

#include "base/result.h"

namespace ordo::sqlite {

// The directory that holds `path`; "." for a bare name.
[[nodiscard]] std::filesystem::path directory_of(const std::string& path);

base::Result<void> sync_file(const std::filesystem::path& path);
base::Result<void> sync_directory(const std::filesystem::path& path);

}  // namespace ordo::sqlite
