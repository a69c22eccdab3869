// All rows of a database file that no server uses, for a copy to another home or from one.
#pragma once

#include <memory>
#include <string>

#include "ports/archive.h"
#include "sqlite/connection.h"
#include "sqlite/lock_file.h"

namespace ordo::sqlite {

// `conflict` while a server, or another copy, has the database.
class Archive : public ports::ArchiveTarget {
 public:
  // `not_found`: there is none. `invalid`: its schema is not this program's. `conflict`: it is half
  // of a copy.
  static base::Result<std::unique_ptr<ports::Archive>> open(const std::string& path);
  // Makes it, or brings it up to date.
  static base::Result<std::unique_ptr<ports::ArchiveTarget>> open_target(const std::string& path);

  base::Result<void> check_alone() override { return {}; }  // the lock is this process's
  base::Result<std::uint64_t> count(const ports::ArchiveTable& table) override;
  base::Result<std::vector<ports::ArchiveRow>> read(const ports::ArchiveTable& table,
                                                    std::span<const ports::Cell> after,
                                                    std::size_t limit) override;
  base::Result<std::optional<std::string>> moved_to() override;
  base::Result<void> note_moved(const std::string& target) override;
  base::Result<void> take_back() override;
  base::Result<std::optional<ports::CopyState>> state() override;
  base::Result<void> begin(const ports::CopyState& state) override;
  base::Result<void> add(const ports::ArchiveTable& table, std::span<const ports::ArchiveRow> rows,
                         const std::string& place) override;
  base::Result<void> finish() override;

 private:
  Archive(LockFile lock, Connection connection)
      : lock_(std::move(lock)), connection_(std::move(connection)) {}
  static base::Result<std::unique_ptr<Archive>> open_any(const std::string& path);

  LockFile lock_;
  Connection connection_;
};

// `conflict`: somebody has begun to copy a system here, and has not finished.
base::Result<void> check_not_half_copied(Connection& connection, const std::string& path);
// `conflict`: that, or the system that was here has been moved.
base::Result<void> check_in_service(Connection& connection, const std::string& path);

}  // namespace ordo::sqlite
