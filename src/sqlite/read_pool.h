// The connections that read, a bounded number of them.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/result.h"
#include "sqlite/read_connection.h"

namespace ordo::sqlite {

// Any thread. With more callers than connections, the rest wait for one to come free.
class ReadPool {
 public:
  static base::Result<std::unique_ptr<ReadPool>> open(const std::string& path,
                                                      const std::string& vfs,
                                                      std::size_t connections);

  // A connection for as long as it lives.
  class Borrowed {
   public:
    explicit Borrowed(ReadPool& pool);
    ~Borrowed();
    Borrowed(const Borrowed&) = delete;
    Borrowed& operator=(const Borrowed&) = delete;

    ReadConnection* operator->() const { return connection_.get(); }

   private:
    ReadPool& pool_;
    std::unique_ptr<ReadConnection> connection_;
  };

 private:
  std::mutex mutex_;
  std::condition_variable returned_;
  std::vector<std::unique_ptr<ReadConnection>> free_;  // guarded by mutex_
};

}  // namespace ordo::sqlite
