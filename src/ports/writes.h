// All that can be written, and what comes of it. A new kind of thing has its own file beside
// task_writes.h and joins the two lists here.
#pragma once

#include <variant>

#include "base/result.h"
#include "ports/execution_writes.h"
#include "ports/order_writes.h"
#include "ports/task_writes.h"

namespace ordo::ports {

using Write = std::variant<AddTask, ChangeTask, CancelTask, RemoveTask, StartAttempt, EndAttempt,
                           ExtendLease, RequeueTask, RedriveDead, PurgeDead, PauseQueue,
                           NoticesTold, ForgetNotices, AddOrders, SettleOrders, StartExecution,
                           AdvanceExecution, NoteFiring, PausePipeline, AddNotice>;

// It was done, and there is nothing to say of it.
struct Noted {};

using WriteAnswer = base::Result<
    std::variant<Added, Replayed, Changed, Removed, Started, AttemptEnded, Requeued, Redriven,
                 Purged, Noted, OrdersAccepted, OrdersSettled, ExecutionStarted, ExecutionKnown>>;

}  // namespace ordo::ports
