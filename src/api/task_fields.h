// What a client may say of a task.
#pragma once

#include <string_view>

#include "api/field_table.h"
#include "domain/task.h"
#include "domain/task_changes.h"

namespace ordo::api {

[[nodiscard]] const FieldTable<domain::TaskDraft>& task_draft_fields();
[[nodiscard]] const FieldTable<domain::TaskPatch>& task_patch_fields();

}  // namespace ordo::api
