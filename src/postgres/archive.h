// All rows of a database that no node uses, for a copy to another home or from one.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "ports/archive.h"
#include "ports/clock.h"
#include "postgres/connection.h"
#include "postgres/home.h"

namespace ordo::postgres {

// `conflict` while a node, or another copy, uses the database. None can come before this goes.
class Archive : public ports::ArchiveTarget {
 public:
  // `not_found`: nothing of ordo is there. `invalid`: its schema is not this program's. `conflict`:
  // it is half of a copy.
  static base::Result<std::unique_ptr<Archive>> open(const std::string& url,
                                                     const ports::Clock& clock);
  // Makes the schema, or brings it up to date.
  static base::Result<std::unique_ptr<Archive>> open_target(const std::string& url,
                                                            const ports::Clock& clock);

  base::Result<void> check_alone() override;
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
  Archive(Connection guard, Connection connection)
      : guard_(std::move(guard)), connection_(std::move(connection)) {}
  static base::Result<std::unique_ptr<Archive>> open(const ConnectionOptions& options,
                                                     const ports::Clock& clock,
                                                     std::string_view locks);

  base::Result<Rows> ask(const Statement& statement, Params params, std::string_view doing);
  // In one transaction.
  base::Result<void> change(Batch batch, std::string_view doing);

  Connection guard_;  // in a transaction whose lock keeps nodes away
  Connection connection_;
};

// As people know the home, and a copy of it: its address without user and password, and the schema
// if it is not the usual one.
base::Result<std::string> name_of_home(const std::string& url, const ports::Clock& clock);

// A connection on which things may take as long as they take.
[[nodiscard]] ConnectionOptions copying_options(const std::string& url);

// `conflict`: somebody has begun to copy a system here, and has not finished; or the system that
// was here has been moved.
base::Result<void> check_in_service(Connection& connection);

}  // namespace ordo::postgres
