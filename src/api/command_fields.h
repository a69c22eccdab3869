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

struct RedriveCommand {
  std::optional<domain::QueueName> queue;  // engaged unless tasks are chosen
  std::optional<std::vector<domain::TaskId>> task_ids;
  std::vector<std::size_t> no_ids;  // places in task_ids that hold another kind of value
};
[[nodiscard]] const FieldTable<RedriveCommand>& redrive_fields();

struct ClaimCommand {
  std::size_t max = 1;
  base::Millis wait{0};
  base::Millis lease{30'000};
};
[[nodiscard]] const FieldTable<ClaimCommand>& claim_fields();

struct CompleteCommand {
  std::string lease;
  std::optional<std::string> result;  // compact text of a JSON object
};
[[nodiscard]] const FieldTable<CompleteCommand>& complete_fields();

struct FailCommand {
  std::string lease;
  std::string error;
};
[[nodiscard]] const FieldTable<FailCommand>& fail_fields();

struct ExtendCommand {
  std::string lease;
  base::Millis by{0};
};
[[nodiscard]] const FieldTable<ExtendCommand>& extend_fields();

}  // namespace ordo::api
