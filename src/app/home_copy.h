// A system that was stopped, moved from one home to another: rows table by table and objects bucket
// by bucket, then all of it read again from both and compared.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "ports/archive.h"
#include "ports/object_store.h"

namespace ordo::app {

// The objects of a home, and what a copy needs besides.
struct ObjectShelf {
  ports::ObjectStore& store;
  std::function<base::Result<std::vector<std::string>>()> buckets;
};
struct CopySource {
  std::string name;  // by which it is known when the copying goes on after it was broken off
  ports::Archive& rows;
  ObjectShelf objects;
};
struct CopyTarget {
  std::string name;  // by which the source says where it is now
  ports::ArchiveTarget& rows;
  ObjectShelf objects;
  // What put() from now on takes for the time.
  std::function<void(base::WallTime)> set_time;
};

struct CopyStep {
  enum class Phase : std::uint8_t { copies, compares, finishes };
  Phase phase = Phase::copies;
  std::string_view what = {};  // a table's name, or "objects"
  std::uint64_t done = 0;      // of all: each row, and each object, is copied and compared
  std::uint64_t total = 0;
};

// What is in the target as in the source.
struct Copied {
  std::string name;
  std::uint64_t count = 0;
  std::string checksum;  // of all of it, in order: 64 hexadecimal digits
};

// Goes on where an earlier one of the same source was broken off; empty: that one was finished.
// At the end no server starts at the source any more.
// `conflict`: the target has something else; the system is no longer in the source; or the two
// differ, and where: the source was changed meanwhile.
base::Result<std::vector<Copied>> copy_home(const CopySource& from, const CopyTarget& to,
                                            const std::function<void(const CopyStep&)>& progress);

}  // namespace ordo::app
