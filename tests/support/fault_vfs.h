// A disk that remembers what SQLite did to it, and that fails when told to: a VFS over the
// system's own, for the database, its log and its journal.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace ordo::testing {

struct DiskOp {
  enum class Kind : std::uint8_t { write, truncate, sync, failed_sync, remove };
  Kind kind = Kind::write;
  std::string file;  // without its directory
  std::size_t offset = 0;
  std::string bytes;  // written
};

// Any thread. Files that it opened must be closed before it goes.
class FaultVfs {
 public:
  FaultVfs();
  ~FaultVfs();
  FaultVfs(const FaultVfs&) = delete;
  FaultVfs& operator=(const FaultVfs&) = delete;

  // For HomeOptions::vfs.
  [[nodiscard]] const std::string& name() const;

  // How many operations there were, and what they were.
  [[nodiscard]] std::size_t count() const;
  [[nodiscard]] std::vector<DiskOp> ops() const;

  // From now on syncs of files whose name ends like this fail, or no more.
  void fail_syncs_of(std::string suffix);
  void syncs_work();

  // Files may grow by this much more in total; the write that does not fit stops half-way with
  // SQLITE_FULL. Without a value there is room again.
  void leave_room_for(std::optional<std::size_t> bytes);
  // As leave_room_for(0), but only for files whose name ends like this.
  void no_room_in(std::string suffix);

  struct State;

 private:
  std::unique_ptr<State> state_;
};

// The files as they may be after the power went away.
class DiskImage {
 public:
  // What became of the writes that were not synced.
  enum class Fate : std::uint8_t { dropped, kept, some, last_torn };

  // The next operation reached the system.
  void advance(const DiskOp& op);

  // Whether anything was written and not synced, so that fates differ.
  [[nodiscard]] bool in_doubt() const;

  // Writes the files into `directory`; `seed` picks which writes are lost, sector by sector.
  void write_to(const std::string& directory, Fate fate, std::uint64_t seed) const;

 private:
  struct File {
    std::string synced;
    std::vector<DiskOp> pending;
  };
  std::map<std::string, File> files_;
};

}  // namespace ordo::testing
