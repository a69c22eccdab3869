// Executions of pipelines in this home are those of Step Functions: here there are none.
#pragma once

#include <optional>
#include <vector>

#include "ports/execution_reads.h"

namespace ordo::lambda {

class NoExecutions : public ports::ExecutionReads {
 public:
  base::Result<std::optional<ports::ExecutionRecord>> find(
      const domain::ExecutionId& /*id*/) override {
    return std::optional<ports::ExecutionRecord>();
  }
  base::Result<ports::ExecutionPage> list(const ports::ExecutionFilter& /*filter*/,
                                          std::optional<domain::ExecutionNumber> /*before*/,
                                          std::size_t /*limit*/) override {
    return ports::ExecutionPage{};
  }
  base::Result<ports::HistoryPage> history(domain::ExecutionNumber /*number*/,
                                           std::uint64_t /*from*/, std::size_t /*limit*/) override {
    return ports::HistoryPage{};
  }
  base::Result<std::vector<ports::OpenExecution>> open(domain::ExecutionNumber /*after*/,
                                                       std::size_t /*limit*/) override {
    return std::vector<ports::OpenExecution>();
  }
  base::Result<std::optional<ports::StoredExecution>> load(
      domain::ExecutionNumber /*number*/) override {
    return std::optional<ports::StoredExecution>();
  }
  base::Result<ports::NotedFirings> firings() override { return ports::NotedFirings{}; }
  base::Result<std::vector<domain::PipelineName>> paused_pipelines() override {
    return std::vector<domain::PipelineName>();
  }
};

}  // namespace ordo::lambda
