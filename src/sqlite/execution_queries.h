// What a reading connection is asked about executions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "ports/execution_reads.h"
#include "sqlite/connection.h"

namespace ordo::sqlite {

// So many rows are looked at in one call of list() before it answers with the page as it is.
inline constexpr std::size_t kMaxExaminedExecutions = 20'000;

// One thread at a time. Borrows the connection.
class ExecutionQueries {
 public:
  explicit ExecutionQueries(Connection& connection) : connection_(connection) {}

  base::Result<void> prepare();

  base::Result<std::optional<ports::ExecutionRecord>> find(const domain::ExecutionId& id);
  base::Result<ports::ExecutionPage> list(const ports::ExecutionFilter& filter,
                                          std::optional<domain::ExecutionNumber> before,
                                          std::size_t limit);
  base::Result<ports::HistoryPage> history(domain::ExecutionNumber number, std::uint64_t from,
                                           std::size_t limit);
  base::Result<std::vector<ports::OpenExecution>> open(domain::ExecutionNumber after,
                                                       std::size_t limit);
  base::Result<std::optional<ports::StoredExecution>> load(domain::ExecutionNumber number);
  base::Result<ports::NotedFirings> firings();
  base::Result<std::vector<domain::PipelineName>> paused_pipelines();

 private:
  Connection& connection_;
  Statement find_;
  Statement by_number_;
  Statement walk_all_;
  Statement walk_open_;
  Statement walk_failed_;
  Statement history_;
  Statement open_;
  Statement stored_;
  Statement frames_;
  Statement firings_;
  Statement paused_;
};

}  // namespace ordo::sqlite
