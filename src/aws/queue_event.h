// The event of SQS as a source of a Lambda function, and the function's answer to it. Pure.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace ordo::aws {

struct QueueMessage {
  std::string message_id;
  std::string receipt_handle;
  std::string body;
  std::int64_t receive_count = 0;  // with this one
  std::string group;               // empty: not of a FIFO queue
  std::string deduplication_id;    // likewise
  std::string sequence_number;     // likewise; digits, of growing size within the group
  base::WallTime sent_at;
  std::string queue_arn;
  std::string queue_name;  // as SQS has it: "orders.fifo"
  std::string base_name;   // without ".fifo": "orders"

  friend bool operator==(const QueueMessage&, const QueueMessage&) = default;
};

// The messages in their order: of a FIFO queue, that of each group. `invalid` when it is no such
// event; the message names the record and what is missing or wrong.
base::Result<std::vector<QueueMessage>> read_queue_event(std::string_view event);

// Those that are to be delivered again; none: all are done. For a function that reports the
// failures of a batch (ReportBatchItemFailures).
[[nodiscard]] std::string batch_answer(std::span<const std::string> failed_message_ids);

}  // namespace ordo::aws
