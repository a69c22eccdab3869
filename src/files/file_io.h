// Files read whole and written whole, durably.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "files/object_record.h"

namespace ordo::files {

inline constexpr std::string_view kTemporaryPrefix = ".tmp-";

struct FileContent {
  FileMark mark;
  std::string bytes;
};

// Nothing: there is no such file, or it is no plain one. `too_large` when there is more of it.
base::Result<std::optional<FileContent>> read_file(const std::string& path, std::size_t at_most);
// Nothing: likewise.
base::Result<std::optional<FileMark>> look_at_file(const std::string& path);

// A new file that only its owner may read, whole and durable; not so its name. Leaves none behind
// when it fails: `not_found` without its directory, else `unavailable`.
base::Result<FileMark> write_new_file(const std::string& path, std::string_view bytes,
                                      base::WallTime modified_at);
// Another name for it, instead of what has that name, durably. When it fails, `from` is gone:
// `not_found` when it was before, or without the directory, else `unavailable`.
base::Result<void> move_file(const std::string& from, const std::string& to,
                             const std::string& directory);
// Only its owner may enter it. One that is there already is no fault.
base::Result<void> make_directory(const std::string& path, const std::string& parent);

// Calls for each name in it, in no order. False: there is no such directory.
base::Result<bool> each_name(const std::string& directory,
                             const std::function<void(std::string_view)>& visit);

}  // namespace ordo::files
