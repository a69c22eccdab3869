// Reads executions.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <vector>

#include "ports/execution_reads.h"
#include "sqlite/read_pool.h"

namespace ordo::sqlite {

// Any thread. Borrows the pool.
class ExecutionReader : public ports::ExecutionReads {
 public:
  explicit ExecutionReader(ReadPool& pool) : pool_(pool) {}

  base::Result<std::optional<ports::ExecutionRecord>> find(const domain::ExecutionId& id) override {
    return ReadPool::Borrowed(pool_)->executions().find(id);
  }
  base::Result<ports::ExecutionPage> list(const ports::ExecutionFilter& filter,
                                          std::optional<domain::ExecutionNumber> before,
                                          std::size_t limit) override {
    return ReadPool::Borrowed(pool_)->executions().list(filter, before, limit);
  }
  base::Result<ports::HistoryPage> history(domain::ExecutionNumber number, std::uint64_t from,
                                           std::size_t limit) override {
    return ReadPool::Borrowed(pool_)->executions().history(number, from, limit);
  }
  base::Result<std::vector<ports::OpenExecution>> open(domain::ExecutionNumber after,
                                                       std::size_t limit) override {
    return ReadPool::Borrowed(pool_)->executions().open(after, limit);
  }
  base::Result<std::optional<ports::StoredExecution>> load(
      domain::ExecutionNumber number) override {
    return ReadPool::Borrowed(pool_)->executions().load(number);
  }
  base::Result<ports::NotedFirings> firings() override {
    return ReadPool::Borrowed(pool_)->executions().firings();
  }
  base::Result<std::vector<domain::PipelineName>> paused_pipelines() override {
    return ReadPool::Borrowed(pool_)->executions().paused_pipelines();
  }

 private:
  ReadPool& pool_;
};

}  // namespace ordo::sqlite
