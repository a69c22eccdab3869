// One owner for a database: a locked file beside it that holds the owner's pid.
#pragma once

#include <string>

#include "base/result.h"

namespace ordo::sqlite {

// The system lets go of the lock when the process ends, however it ends.
class LockFile {
 public:
  // `conflict` when somebody, this process included, holds the lock of `database`.
  static base::Result<LockFile> take(const std::string& database);
  LockFile(LockFile&& other) noexcept : descriptor_(other.descriptor_) { other.descriptor_ = -1; }
  LockFile& operator=(LockFile&&) = delete;
  ~LockFile();

 private:
  explicit LockFile(int descriptor) : descriptor_(descriptor) {}
  int descriptor_;
};

}  // namespace ordo::sqlite
