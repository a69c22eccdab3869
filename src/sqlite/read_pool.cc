#include "sqlite/read_pool.h"

#include <algorithm>
#include <utility>

namespace ordo::sqlite {

ReadPool::Borrowed::Borrowed(ReadPool& pool) : pool_(pool) {
  std::unique_lock lock(pool_.mutex_);
  pool_.returned_.wait(lock, [this] { return !pool_.free_.empty(); });
  connection_ = std::move(pool_.free_.back());
  pool_.free_.pop_back();
}

ReadPool::Borrowed::~Borrowed() {
  {
    const std::lock_guard lock(pool_.mutex_);
    pool_.free_.push_back(std::move(connection_));
  }
  pool_.returned_.notify_one();
}

base::Result<std::unique_ptr<ReadPool>> ReadPool::open(const std::string& path,
                                                       const std::string& vfs,
                                                       std::size_t connections) {
  auto pool = std::make_unique<ReadPool>();
  for (std::size_t i = 0; i < std::max<std::size_t>(connections, 1); ++i) {
    base::Result<std::unique_ptr<ReadConnection>> connection = ReadConnection::open(path, vfs);
    if (!connection) return base::fail(connection.error());
    pool->free_.push_back(std::move(*connection));
  }
  return pool;
}

}  // namespace ordo::sqlite
