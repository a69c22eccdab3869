// The read side of executions.
#pragma once

#include <cstddef>

#include "ports/execution_reads.h"
#include "postgres/read_pool.h"

namespace ordo::postgres {

// So many rows are looked at in one call of list() before it answers with the page as it is.
inline constexpr std::size_t kMaxExaminedExecutions = 20'000;

// Any thread. Borrows the pool.
class ExecutionReader : public ports::ExecutionReads {
 public:
  explicit ExecutionReader(ReadPool& pool) : pool_(pool) {}

  base::Result<std::optional<ports::ExecutionRecord>> find(const domain::ExecutionId& id) override;
  base::Result<ports::ExecutionPage> list(const ports::ExecutionFilter& filter,
                                          std::optional<domain::ExecutionNumber> before,
                                          std::size_t limit) override;
  base::Result<ports::HistoryPage> history(domain::ExecutionNumber number, std::uint64_t from,
                                           std::size_t limit) override;
  base::Result<std::vector<ports::OpenExecution>> open(domain::ExecutionNumber after,
                                                       std::size_t limit) override;
  base::Result<std::optional<ports::StoredExecution>> load(domain::ExecutionNumber number) override;
  base::Result<ports::NotedFirings> firings() override;
  base::Result<std::vector<domain::PipelineName>> paused_pipelines() override;

 private:
  ReadPool& pool_;
};

}  // namespace ordo::postgres
