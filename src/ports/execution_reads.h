// The read side of executions.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "domain/ids.h"
#include "ports/execution_writes.h"

namespace ordo::ports {

struct ExecutionFilter {
  std::optional<domain::PipelineName> pipeline = {};
  std::optional<states::Status> status = {};
};
struct ExecutionPage {
  std::vector<ExecutionRecord> items;  // newest first
  // Where the walk goes on, or nothing at its end; a page that is not full may have a next.
  std::optional<domain::ExecutionNumber> next_before;
};
struct HistoryPage {
  std::vector<std::string> events;    // JSON objects, the oldest first
  std::optional<std::uint64_t> next;  // the id of the first event of the next page
};

// What a start must know of an execution that has not ended.
struct OpenExecution {
  domain::ExecutionNumber number;
  domain::ExecutionId id;
  std::optional<base::WallTime> wake;
  bool idle = false;
  std::optional<std::string> parent = {};
};
// All that is needed to go on with one.
struct StoredExecution {
  ExecutionRecord record;
  std::string definition;
  std::uint64_t next_event = 1;
  std::optional<base::WallTime> deadline;
  std::vector<ExecutionStep::Frame> frames;
};

struct NotedFiring {
  base::WallTime at;
  std::string schedule = {};

  friend bool operator==(const NotedFiring&, const NotedFiring&) = default;
};
using NotedFirings = std::map<domain::PipelineName, NotedFiring>;

// Any thread; sees what is committed and never waits for the writer.
class ExecutionReads {
 public:
  virtual ~ExecutionReads() = default;
  virtual base::Result<std::optional<ExecutionRecord>> find(const domain::ExecutionId& id) = 0;
  // A page is full with `limit` items, or with kFullPageBytes of text.
  virtual base::Result<ExecutionPage> list(const ExecutionFilter& filter,
                                           std::optional<domain::ExecutionNumber> before,
                                           std::size_t limit) = 0;
  // Events with an id from `from` on. Full as a list is.
  virtual base::Result<HistoryPage> history(domain::ExecutionNumber number, std::uint64_t from,
                                            std::size_t limit) = 0;

  // Those that have not ended, with a number over `after`, in order.
  virtual base::Result<std::vector<OpenExecution>> open(domain::ExecutionNumber after,
                                                        std::size_t limit) = 0;
  // Nothing: there is none of that number.
  virtual base::Result<std::optional<StoredExecution>> load(domain::ExecutionNumber number) = 0;
  // From when each pipeline's schedule counts.
  virtual base::Result<NotedFirings> firings() = 0;
  virtual base::Result<std::vector<domain::PipelineName>> paused_pipelines() = 0;
};

}  // namespace ordo::ports
