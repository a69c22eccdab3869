// What a client may say when dead letters are put back, and when it does the work itself.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "api/field_table.h"
#include "base/time.h"
#include "domain/ids.h"

namespace ordo::api {

struct RedriveOrder {
  std::optional<domain::QueueName> queue;  // engaged unless tasks are chosen
  std::optional<std::vector<domain::TaskId>> task_ids;
  std::vector<std::size_t> no_ids;  // places in task_ids that hold another kind of value
};
[[nodiscard]] const FieldTable<RedriveOrder>& redrive_fields();

struct ClaimOrder {
  std::size_t max = 1;
  base::Millis wait{0};
  base::Millis lease{30'000};
};
[[nodiscard]] const FieldTable<ClaimOrder>& claim_fields();

struct CompleteOrder {
  std::string lease;
  std::optional<std::string> result;  // compact text of a JSON object
};
[[nodiscard]] const FieldTable<CompleteOrder>& complete_fields();

struct FailOrder {
  std::string lease;
  std::string error;
};
[[nodiscard]] const FieldTable<FailOrder>& fail_fields();

struct ExtendOrder {
  std::string lease;
  base::Millis by{0};
};
[[nodiscard]] const FieldTable<ExtendOrder>& extend_fields();

}  // namespace ordo::api
