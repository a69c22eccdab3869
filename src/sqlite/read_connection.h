// One read-only connection, and what it can be asked.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "base/result.h"
#include "sqlite/connection.h"
#include "sqlite/execution_queries.h"
#include "sqlite/order_queries.h"
#include "sqlite/task_queries.h"

namespace ordo::sqlite {

// One thread at a time.
class ReadConnection {
 public:
  static base::Result<std::unique_ptr<ReadConnection>> open(const std::string& path,
                                                            const std::string& vfs);
  ReadConnection(const ReadConnection&) = delete;
  ReadConnection& operator=(const ReadConnection&) = delete;

  // A set of questions for each kind of thing.
  [[nodiscard]] TaskQueries& tasks() { return tasks_; }
  [[nodiscard]] OrderQueries& orders() { return orders_; }
  [[nodiscard]] ExecutionQueries& executions() { return executions_; }

 private:
  explicit ReadConnection(Connection connection) : connection_(std::move(connection)) {}

  Connection connection_;
  TaskQueries tasks_{connection_};
  OrderQueries orders_{connection_};
  ExecutionQueries executions_{connection_};
};

}  // namespace ordo::sqlite
