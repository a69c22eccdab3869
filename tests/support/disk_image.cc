#include <algorithm>
#include <filesystem>
#include <fstream>
#include <random>

#include "support/fault_vfs.h"

namespace ordo::testing {
namespace {

constexpr std::size_t kSector = 512;

void apply(std::string& content, const DiskOp& op, std::size_t from, std::size_t size) {
  if (op.kind == DiskOp::Kind::truncate) {
    content.resize(op.offset);
    return;
  }
  if (content.size() < op.offset + from + size) content.resize(op.offset + from + size);
  content.replace(op.offset + from, size, op.bytes, from, size);
}

void apply(std::string& content, const DiskOp& op) {
  apply(content, op, 0, op.bytes.size());
}

// Each sector of the write on its own: the disk may do them in any order.
template <class Keep>
void apply_sectors(std::string& content, const DiskOp& op, Keep keep) {
  std::size_t from = 0;
  while (from < op.bytes.size()) {
    const std::size_t in_sector = kSector - (op.offset + from) % kSector;
    const std::size_t size = std::min(in_sector, op.bytes.size() - from);
    if (keep()) apply(content, op, from, size);
    from += size;
  }
}

}  // namespace

void DiskImage::advance(const DiskOp& op) {
  if (op.kind == DiskOp::Kind::remove) {
    files_.erase(op.file);
    return;
  }
  File& file = files_[op.file];
  if (op.kind == DiskOp::Kind::sync) {
    for (const DiskOp& done : file.pending) apply(file.synced, done);
    file.pending.clear();
  } else if (op.kind == DiskOp::Kind::failed_sync) {
    // The kernel now takes the pages for clean: no later sync will write them.
    file.pending.clear();
  } else {
    file.pending.push_back(op);
  }
}

bool DiskImage::in_doubt() const {
  return std::ranges::any_of(files_, [](const auto& file) { return !file.second.pending.empty(); });
}

void DiskImage::write_to(const std::string& directory, Fate fate, std::uint64_t seed) const {
  std::mt19937_64 random(seed);
  const auto coin = [&random] { return random() % 2 == 0; };
  for (const auto& [name, file] : files_) {
    std::string content = file.synced;
    for (std::size_t i = 0; fate != Fate::dropped && i < file.pending.size(); ++i) {
      const DiskOp& op = file.pending[i];
      const bool whole =
          fate == Fate::kept || (fate == Fate::last_torn && i + 1 < file.pending.size());
      if (whole) {
        apply(content, op);
      } else if (op.kind == DiskOp::Kind::truncate) {
        if (coin()) apply(content, op);
      } else if (fate == Fate::last_torn) {
        apply_sectors(content, op, coin);
      } else if (coin()) {
        apply(content, op);
      }
    }
    std::ofstream out(std::filesystem::path(directory) / name, std::ios::binary);
    out.write(content.data(), static_cast<std::streamsize>(content.size()));
  }
}

}  // namespace ordo::testing
