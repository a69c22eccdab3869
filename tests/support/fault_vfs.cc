#include "support/fault_vfs.h"

#include <sqlite3.h>

#include <atomic>
#include <cstring>
#include <filesystem>
#include <mutex>
#include <string_view>
#include <utility>

#include "base/assert.h"

namespace ordo::testing {

struct FaultVfs::State {
  sqlite3_vfs vfs{};
  sqlite3_vfs* system = nullptr;
  std::string name;

  mutable std::mutex mutex;
  // All below is guarded by mutex.
  std::vector<DiskOp> ops;
  std::optional<std::string> failing_syncs;
  std::optional<std::size_t> room;
  std::optional<std::string> full_file;

  void record(DiskOp op) {
    const std::lock_guard lock(mutex);
    ops.push_back(std::move(op));
  }
};

namespace {

// SQLite allocates it, with room for the system's own file behind it.
struct FaultFile {
  sqlite3_file base;
  FaultVfs::State* state;
  std::string* name;
  bool watched;
};

FaultFile& ours(sqlite3_file* file) {
  return *reinterpret_cast<FaultFile*>(file);
}

sqlite3_file* theirs(sqlite3_file* file) {
  return reinterpret_cast<sqlite3_file*>(reinterpret_cast<FaultFile*>(file) + 1);
}

FaultVfs::State& state_of(sqlite3_vfs* vfs) {
  return *static_cast<FaultVfs::State*>(vfs->pAppData);
}

std::string base_name(const char* path) {
  return path == nullptr ? std::string() : std::filesystem::path(path).filename().string();
}

int close_file(sqlite3_file* file) {
  const int code = theirs(file)->pMethods->xClose(theirs(file));
  delete ours(file).name;
  return code;
}

int read_file(sqlite3_file* file, void* data, int size, sqlite3_int64 offset) {
  return theirs(file)->pMethods->xRead(theirs(file), data, size, offset);
}

// How much of a write to `offset` still fits on the disk.
int fitting(FaultFile& file, sqlite3_int64 length, int size, sqlite3_int64 offset) {
  const std::lock_guard lock(file.state->mutex);
  FaultVfs::State& state = *file.state;
  const sqlite3_int64 growth = std::max<sqlite3_int64>(0, offset + size - std::max(length, offset));
  if (state.full_file && file.name->ends_with(*state.full_file) && growth > 0) {
    return size - static_cast<int>(growth);
  }
  if (!state.room) return size;
  const auto allowed = std::min<sqlite3_int64>(growth, static_cast<sqlite3_int64>(*state.room));
  *state.room -= static_cast<std::size_t>(allowed);
  return size - static_cast<int>(growth - allowed);
}

int write_file(sqlite3_file* file, const void* data, int size, sqlite3_int64 offset) {
  FaultFile& own = ours(file);
  sqlite3_file* under = theirs(file);
  if (!own.watched) return under->pMethods->xWrite(under, data, size, offset);
  sqlite3_int64 length = 0;
  under->pMethods->xFileSize(under, &length);
  const int fits = fitting(own, length, size, offset);
  if (fits > 0) {
    const int code = under->pMethods->xWrite(under, data, fits, offset);
    if (code != SQLITE_OK) return code;
    own.state->record(
        {DiskOp::Kind::write, *own.name, static_cast<std::size_t>(offset),
         std::string(static_cast<const char*>(data), static_cast<std::size_t>(fits))});
  }
  return fits == size ? SQLITE_OK : SQLITE_FULL;
}

int truncate_file(sqlite3_file* file, sqlite3_int64 size) {
  FaultFile& own = ours(file);
  if (own.watched) {
    own.state->record({DiskOp::Kind::truncate, *own.name, static_cast<std::size_t>(size), {}});
  }
  return theirs(file)->pMethods->xTruncate(theirs(file), size);
}

int sync_file(sqlite3_file* file, int flags) {
  FaultFile& own = ours(file);
  if (own.watched) {
    const std::lock_guard lock(own.state->mutex);
    if (own.state->failing_syncs && own.name->ends_with(*own.state->failing_syncs)) {
      own.state->ops.push_back({DiskOp::Kind::failed_sync, *own.name, 0, {}});
      return SQLITE_IOERR_FSYNC;
    }
  }
  const int code = theirs(file)->pMethods->xSync(theirs(file), flags);
  if (own.watched && code == SQLITE_OK) {
    own.state->record({DiskOp::Kind::sync, *own.name, 0, {}});
  }
  return code;
}

int file_size(sqlite3_file* file, sqlite3_int64* size) {
  return theirs(file)->pMethods->xFileSize(theirs(file), size);
}
int lock_file(sqlite3_file* file, int level) {
  return theirs(file)->pMethods->xLock(theirs(file), level);
}
int unlock_file(sqlite3_file* file, int level) {
  return theirs(file)->pMethods->xUnlock(theirs(file), level);
}
int check_lock(sqlite3_file* file, int* out) {
  return theirs(file)->pMethods->xCheckReservedLock(theirs(file), out);
}
int control(sqlite3_file* file, int op, void* argument) {
  // Space given ahead of writes would hide them from us.
  if (op == SQLITE_FCNTL_SIZE_HINT || op == SQLITE_FCNTL_CHUNK_SIZE) return SQLITE_OK;
  return theirs(file)->pMethods->xFileControl(theirs(file), op, argument);
}
int sector_size(sqlite3_file* file) {
  return theirs(file)->pMethods->xSectorSize(theirs(file));
}
int device(sqlite3_file* file) {
  return theirs(file)->pMethods->xDeviceCharacteristics(theirs(file));
}
int map_shared(sqlite3_file* file, int region, int size, int extend, void volatile** out) {
  return theirs(file)->pMethods->xShmMap(theirs(file), region, size, extend, out);
}
int lock_shared(sqlite3_file* file, int offset, int count, int flags) {
  return theirs(file)->pMethods->xShmLock(theirs(file), offset, count, flags);
}
void barrier(sqlite3_file* file) {
  theirs(file)->pMethods->xShmBarrier(theirs(file));
}
int unmap_shared(sqlite3_file* file, int remove) {
  return theirs(file)->pMethods->xShmUnmap(theirs(file), remove);
}

constexpr sqlite3_io_methods kMethods{
    2,           close_file,  read_file,    write_file, truncate_file, sync_file, file_size,
    lock_file,   unlock_file, check_lock,   control,    sector_size,   device,    map_shared,
    lock_shared, barrier,     unmap_shared, nullptr,    nullptr};

int open_file(sqlite3_vfs* vfs, const char* path, sqlite3_file* file, int flags, int* out_flags) {
  FaultVfs::State& state = state_of(vfs);
  file->pMethods = nullptr;
  const int code = state.system->xOpen(state.system, path, theirs(file), flags, out_flags);
  if (code != SQLITE_OK) return code;
  constexpr int kWatched = SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_JOURNAL;
  FaultFile& own = ours(file);
  own.state = &state;
  own.name = new std::string(base_name(path));
  own.watched = (flags & kWatched) != 0;
  file->pMethods = &kMethods;
  return SQLITE_OK;
}

int remove_file(sqlite3_vfs* vfs, const char* path, int sync_directory) {
  FaultVfs::State& state = state_of(vfs);
  const int code = state.system->xDelete(state.system, path, sync_directory);
  if (code == SQLITE_OK) state.record({DiskOp::Kind::remove, base_name(path), 0, {}});
  return code;
}

}  // namespace

FaultVfs::FaultVfs() : state_(std::make_unique<State>()) {
  static std::atomic<int> count{0};
  state_->name = "fault-" + std::to_string(++count);
  state_->system = sqlite3_vfs_find(nullptr);
  ORDO_ASSERT(state_->system != nullptr);
  // What is not watched goes to the system's functions, which look only at their own arguments.
  state_->vfs = *state_->system;
  state_->vfs.zName = state_->name.c_str();
  state_->vfs.pNext = nullptr;
  state_->vfs.pAppData = state_.get();
  state_->vfs.szOsFile = static_cast<int>(sizeof(FaultFile)) + state_->system->szOsFile;
  state_->vfs.xOpen = open_file;
  state_->vfs.xDelete = remove_file;
  ORDO_ASSERT(sqlite3_vfs_register(&state_->vfs, 0) == SQLITE_OK);
}

FaultVfs::~FaultVfs() {
  sqlite3_vfs_unregister(&state_->vfs);
}

const std::string& FaultVfs::name() const {
  return state_->name;
}

std::size_t FaultVfs::count() const {
  const std::lock_guard lock(state_->mutex);
  return state_->ops.size();
}

std::vector<DiskOp> FaultVfs::ops() const {
  const std::lock_guard lock(state_->mutex);
  return state_->ops;
}

void FaultVfs::fail_syncs_of(std::string suffix) {
  const std::lock_guard lock(state_->mutex);
  state_->failing_syncs = std::move(suffix);
}

void FaultVfs::syncs_work() {
  const std::lock_guard lock(state_->mutex);
  state_->failing_syncs.reset();
}

void FaultVfs::leave_room_for(std::optional<std::size_t> bytes) {
  const std::lock_guard lock(state_->mutex);
  state_->room = bytes;
  if (!bytes) state_->full_file.reset();
}

void FaultVfs::no_room_in(std::string suffix) {
  const std::lock_guard lock(state_->mutex);
  state_->full_file = std::move(suffix);
}

}  // namespace ordo::testing
