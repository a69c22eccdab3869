#include "postgres/read_pool.h"

#include <utility>

namespace ordo::postgres {

// A connection, until the end of its life.
class ReadPool::Borrowed {
 public:
  explicit Borrowed(ReadPool& pool) : pool_(pool) {
    std::unique_lock lock(pool_.mutex_);
    pool_.returned_.wait(lock, [this] { return !pool_.free_.empty(); });
    link_ = std::move(pool_.free_.back());
    pool_.free_.pop_back();
  }
  ~Borrowed() {
    {
      const std::lock_guard lock(pool_.mutex_);
      pool_.free_.push_back(std::move(link_));
    }
    pool_.returned_.notify_one();
  }
  Borrowed(const Borrowed&) = delete;
  Borrowed& operator=(const Borrowed&) = delete;
  Link* operator->() const { return link_.get(); }

 private:
  ReadPool& pool_;
  std::unique_ptr<Link> link_;
};

ReadPool::ReadPool(const ConnectionOptions& options, std::size_t connections,
                   const ports::Clock& clock, ports::Random& random) {
  for (std::size_t i = 0; i < connections; ++i) {
    free_.push_back(std::make_unique<Link>(options, clock, random));
  }
}

base::Result<std::vector<Rows>> ReadPool::run(const Batch& batch, std::string_view doing) {
  const Borrowed link(*this);
  while (true) {
    const Answer<Connection*> connection = link->get();
    if (!connection) return base::fail(error_of(connection.error(), doing));
    const bool used = link->is_used();
    Answer<std::vector<Rows>> rows = (*connection)->run(batch);
    if (rows) return std::move(*rows);
    if (!used || rows.error().kind != Fault::Kind::lost) {
      return base::fail(error_of(rows.error(), doing));
    }
  }
}

base::Result<Rows> ReadPool::run(const Statement& statement, Params params,
                                 std::string_view doing) {
  Batch batch;
  batch.add(statement, std::move(params));
  base::Result<std::vector<Rows>> rows = run(batch, doing);
  if (!rows) return base::fail(std::move(rows.error()));
  return std::move(rows->front());
}

}  // namespace ordo::postgres
