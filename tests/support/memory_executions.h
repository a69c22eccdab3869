// What a store keeps of executions, and what each write makes of it: in a map, and without a disk.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "ports/execution_reads.h"
#include "ports/page_bytes.h"
#include "ports/store.h"
#include "states/history.h"

namespace ordo::testing {

// A copy is the store as it is now.
class MemoryExecutions {
 public:
  struct Row {
    ports::ExecutionRecord record;
    std::string definition;
    std::uint64_t next_event = 1;
    std::optional<base::WallTime> wake;
    std::optional<base::WallTime> deadline;
    bool idle = false;
    std::map<states::FrameId, std::string> frames;
    std::vector<std::string> events;
  };

  ports::WriteAnswer apply_one(const ports::StartExecution& start);
  ports::WriteAnswer apply_one(const ports::AdvanceExecution& advance);
  ports::WriteAnswer apply_one(const ports::NoteFiring& firing);
  ports::WriteAnswer apply_one(const ports::PausePipeline& pause);

  void expire(base::WallTime ended_before, ports::ExpiryBite& bite);

  // As a store whose commits have failed after their numbers were drawn.
  void skip_numbers_to(std::uint64_t last) { last_number_ = std::max(last_number_, last); }

  static std::size_t text_bytes(const ports::ExecutionRecord& record);

  [[nodiscard]] const std::map<std::uint64_t, Row>& rows() const { return rows_; }
  [[nodiscard]] const ports::NotedFirings& firings() const;
  [[nodiscard]] const std::set<domain::PipelineName>& paused() const { return paused_; }

 private:
  static void take(Row& row, const ports::ExecutionStep& step);

  std::map<std::uint64_t, Row> rows_;
  std::uint64_t last_number_ = 0;
  ports::NotedFirings firings_;
  std::set<domain::PipelineName> paused_;
};

// Its read side. `look` gives a copy of what is kept.
class MemoryExecutionReads : public ports::ExecutionReads {
 public:
  using Look = std::function<MemoryExecutions()>;
  explicit MemoryExecutionReads(Look look) : look_(std::move(look)) {}

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
  Look look_;
};

}  // namespace ordo::testing
